"""Debian's Chromium, driven over the W3C WebDriver protocol. Knows no page.

A driver library would bring a dozen packages for the few commands that are needed here.
"""

import asyncio
import base64
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, cast

from aiohttp import ClientSession, ClientTimeout

DESKTOP, PHONE = (1280, 800), (390, 844)
WAIT_S = 10.0
LOOK_S = 0.05
_ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
_FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
)


class BrowserError(Exception):
    """Chromium or its driver said no, or the page did not become what was waited for."""


def missing() -> str | None:
    """What has to be installed before a browser can be opened; None where all is there."""
    absent = [name for name in ("chromium", "chromedriver") if shutil.which(name) is None]
    return f"not installed: {', '.join(absent)}" if absent else None


@dataclass(frozen=True, slots=True)
class Tab:
    """One page in one browser."""

    http: ClientSession
    session: str

    async def open(self, url: str) -> None:
        await self._do("POST", "/url", {"url": url})

    async def run(self, script: str, *given: Any) -> Any:
        """What the script returns; its arguments are `arguments[0]` and so on."""
        return await self._do("POST", "/execute/sync", {"script": script, "args": list(given)})

    async def until(self, script: str, *given: Any, wait_s: float = WAIT_S) -> Any:
        """The first true value of a script's expression. Raises BrowserError after `wait_s`."""
        found: Any = None
        try:
            async with asyncio.timeout(wait_s):
                # The page has no way of calling back.
                while not (found := await self.run(f"return {script}", *given)):  # noqa: ASYNC110
                    await asyncio.sleep(LOOK_S)
        except TimeoutError:
            raise BrowserError(f"not true within {wait_s:g} s: {script}") from None
        return found

    async def click(self, css: str, text: str = "") -> None:
        """A real click on the last thing that fits, when it is there and enabled."""
        while True:
            try:
                await self._do("POST", f"/element/{await self._wait_for(css, text)}/click", {})
            except BrowserError as error:
                # Drawn anew between the look and the click: nothing was clicked.
                if not str(error).startswith("stale element reference"):
                    raise
            else:
                return

    async def press(self, keys: str) -> None:
        """Real keys, one after the other, to whatever has the focus."""
        strokes = [{"type": kind, "value": key} for key in keys for kind in ("keyDown", "keyUp")]
        board = {"type": "key", "id": "board", "actions": strokes}
        await self.act(board)

    async def act(self, *sources: dict[str, Any]) -> None:
        """What WebDriver calls actions: each source is a mouse, a finger, a wheel or a keyboard."""
        await self._do("POST", "/actions", {"actions": sources})

    async def chrome(self, command: str, **parameters: Any) -> Any:
        """A command of Chromium's own, for what no person could do."""
        return await self._do("POST", "/goog/cdp/execute", {"cmd": command, "params": parameters})

    async def picture(self) -> bytes:
        """What is seen now, as PNG."""
        return base64.b64decode(await self._do("GET", "/screenshot"))

    async def _wait_for(self, css: str, text: str) -> str:
        found = await self.until(
            "[...document.querySelectorAll(arguments[0])].filter(one =>"
            " one.textContent.includes(arguments[1]) && !one.disabled && one.checkVisibility())"
            ".at(-1)",
            css,
            text,
        )
        return str(found[_ELEMENT])

    async def _do(self, method: str, path: str, body: Any = None) -> Any:
        return await _answer(self.http, method, f"/session/{self.session}{path}", body)


@asynccontextmanager
async def open_tab(
    size: tuple[int, int] = DESKTOP, *, sharpness: float = 1.0
) -> AsyncIterator[Tab]:
    """A fresh browser with one empty tab: a phone where it is as narrow as one."""
    width, height = size
    options: dict[str, Any] = {"binary": shutil.which("chromium")}
    with tempfile.TemporaryDirectory(prefix="limner-browser-", ignore_cleanup_errors=True) as home:
        options["args"] = [*_FLAGS, f"--user-data-dir={home}", f"--window-size={width},{height}"]
        metrics = {"width": width, "height": height, "pixelRatio": sharpness}
        options["mobileEmulation"] = {
            "deviceMetrics": {**metrics, "mobile": width < 500, "touch": width < 500}
        }
        async with _driver() as http:
            wanted = {"alwaysMatch": {"goog:chromeOptions": options}}
            made = await _answer(http, "POST", "/session", {"capabilities": wanted})
            tab = Tab(http, made["sessionId"])
            try:
                yield tab
            finally:
                await _answer(http, "DELETE", f"/session/{tab.session}")


@asynccontextmanager
async def _driver() -> AsyncIterator[ClientSession]:
    process = await asyncio.create_subprocess_exec(
        "chromedriver", "--port=0", stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    try:
        port = await _port_of(process)
        timeout = ClientTimeout(total=60)
        async with ClientSession(f"http://127.0.0.1:{port}", timeout=timeout) as http:
            yield http
    finally:
        process.terminate()
        await process.communicate()


async def _port_of(process: asyncio.subprocess.Process) -> int:
    async with asyncio.timeout(WAIT_S):
        async for line in cast(asyncio.StreamReader, process.stdout):
            *_, last = line.decode().split()
            if b"started successfully on port" in line:
                return int(last.rstrip("."))
    raise BrowserError("chromedriver did not start")


async def _answer(http: ClientSession, method: str, path: str, body: Any = None) -> Any:
    async with http.request(method, path, json=body) as reply:
        value = (await reply.json())["value"]
    if reply.status != 200:
        raise BrowserError(f"{value['error']}: {value['message'].splitlines()[0]}")
    return value
