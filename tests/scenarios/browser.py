"""A browser on the mask page: follows links, keeps one cookie, posts what was painted. No script.

`MaskPage` is what a member's browser shows; `open_page` takes the link from the private reply.
"""

import asyncio
import html
import io
import re
import socket
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

import aiohttp

from tests.wire.components import walk
from tests.wire.messages import Message

_SUBMIT = re.compile(r'<meta name="limner-submit" content="([^"]+)"')
_LINK = 5


def web_settings() -> dict[str, str]:
    """Settings of a bot with a mask page on a port that is free now."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    return {
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "HTTP_HOST": "127.0.0.1",
        "HTTP_PORT": str(port),
    }


def link_in(reply: Message) -> str:
    """The address of the one link button under a private reply."""
    [url] = [
        str(part["url"])
        for _, part in walk(reply.components)
        if part["type"] == 2 and part["style"] == _LINK
    ]
    return url


@dataclass(frozen=True)
class Page:
    """What an address answered."""

    status: int
    text: str
    data: bytes = b""
    json: Any = None


class Browser:
    """One browser and its cookies; `cookie` is one that it was given by hand instead."""

    def __init__(self, link: str, *, cookie: str | None = None) -> None:
        self.link = link
        headers = {} if cookie is None else {"Cookie": cookie}
        self._http = aiohttp.ClientSession(
            cookie_jar=aiohttp.CookieJar(unsafe=True), headers=headers
        )
        self.submit_to = f"{link}/submit"

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._http.close()

    @property
    def cookie(self) -> str:
        """Its cookie as a header, for somebody who stole it."""
        return "; ".join(f"{morsel.key}={morsel.value}" for morsel in self._http.cookie_jar)

    async def look(self, method: str = "GET") -> Page:
        return await self._ask(method, self.link)

    async def start(self) -> Page:
        """Press Start; where that works, the editor."""
        page = await self._ask("POST", f"{self.link}/start")
        found = _SUBMIT.search(page.text)
        if found is not None:
            self.submit_to = html.unescape(found[1])
        return page

    async def picture(self) -> Page:
        return await self._ask("GET", f"{self.link}/picture")

    async def progress(self) -> Page:
        return await self._ask("GET", f"{self.link}/progress")

    async def submit(self, mask: bytes, prompt: str = "a red door") -> Page:
        """Send what was painted to the address that the page declares."""
        form = aiohttp.FormData()
        form.add_field("mask", io.BytesIO(mask), filename="mask.png", content_type="image/png")
        form.add_field("prompt", prompt)
        return await self._ask("POST", self.submit_to, data=form)

    def begins_to_submit(self, mask: bytes) -> asyncio.Task[Page]:
        """The same, without waiting for the answer."""
        return asyncio.create_task(self.submit(mask))

    @staticmethod
    async def was_cut_off(sent: asyncio.Task[Page]) -> bool:
        """Whether no answer came to what was sent."""
        try:
            await sent
        except aiohttp.ClientError:
            return True
        return False

    async def _ask(self, method: str, url: str, **more: Any) -> Page:
        parts = urlsplit(self.link)
        if method == "POST":
            more["headers"] = {
                "Origin": f"{parts.scheme}://{parts.netloc}",
                "Sec-Fetch-Site": "same-origin",
            }
        async with self._http.request(method, url, **more) as answer:
            data = await answer.read()
            said = await answer.json() if answer.content_type == "application/json" else None
            return Page(answer.status, data.decode(errors="replace"), data, said)
