"""The sandbox as people meet it: started as a process, used in a browser. Judges nothing."""

import asyncio
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from tools.browser import Tab

ROOT = Path(__file__).parents[1]
ENTER = "\ue007"
START_S = 20.0
#: Options that complete what is typed, or offer choices.
SUGGESTING = ("model", "style", "aspect")

_MESSAGES = "[...document.querySelectorAll('.channel-message')]"
#: How much of the newest message's first picture can be seen, 0 to 1.
_SHOWN = """(() => {
    const newest = [...document.querySelectorAll('.channel-message')].at(-1);
    const picture = newest?.querySelector('img.attachment-image');
    if (!picture?.complete || !picture.naturalWidth) return 0;
    const view = document.querySelector('#channel-timeline').getBoundingClientRect();
    const box = picture.getBoundingClientRect();
    const high = Math.min(box.bottom, view.bottom) - Math.max(box.top, view.top);
    return Math.max(0, high) / box.height;
})()"""
#: A message is cut off right of the pictures, where it is empty.
_BOX = """
    const view = document.querySelector('#channel-timeline').getBoundingClientRect();
    const message = [...document.querySelectorAll('.channel-message')]
        .findLast(one => one.innerText.includes(arguments[0]));
    const all = arguments[1] ? [...document.querySelectorAll(arguments[1])] : [message];
    const boxes = all.map(one => one.getBoundingClientRect());
    const within = arguments[1] ? {top: 0, bottom: innerHeight} : view;
    const left = Math.min(...boxes.map(box => box.left));
    return [
        left,
        Math.max(within.top, Math.min(...boxes.map(box => box.top))),
        Math.min(arguments[1] ? innerWidth : left + 700, Math.max(...boxes.map(box => box.right))),
        Math.min(within.bottom, Math.max(...boxes.map(box => box.bottom))),
    ];
"""
_READY = "window.simcordPreview?.ready && !window.simcordPreview.pendingAction"


@asynccontextmanager
async def start_sandbox(*options: str) -> AsyncIterator[str]:
    """The address of a sandbox that runs for as long as it is needed."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "sandbox",
        *options,
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(START_S):
            line = await cast(asyncio.StreamReader, process.stdout).readline()
        yield line.decode().split()[-1]
    finally:
        process.terminate()
        await process.communicate()


@dataclass(frozen=True, slots=True)
class Page:
    """The sandbox's page in a tab."""

    tab: Tab

    async def open(self, url: str) -> None:
        await self.tab.open(url)
        await self.ready()

    async def ready(self) -> None:
        """Everything asked for is shown, and the page takes the next click."""
        await self.tab.until(_READY)

    async def imagine(self, prompt: str, **options: str) -> None:
        """Type /imagine, and send it. A suggestion is taken where the option has some."""
        await self.fill_in(prompt, **options)
        await self._send()

    async def ask(self, command: str, **options: str) -> None:
        """Type a command that can do without options, and send it."""
        await self._choose(command)
        await self._fill_in(options)
        await self._send()

    async def fill_in(self, prompt: str, **options: str) -> None:
        """Type /imagine with the picker's help, as far as sending it."""
        await self._choose("imagine")
        await self._type_into("prompt", prompt)
        await self._fill_in(options)

    async def _send(self) -> None:
        # On a phone the button is out of sight; a suggestion that was taken takes the focus away.
        if await self.tab.run("return document.activeElement.matches('.command-option-input')"):
            await self.tab.press(ENTER)
        else:
            await self.tab.click("#send-message")

    async def _choose(self, command: str) -> None:
        await self.ready()
        await self.tab.click("#channel-composer-input")
        await self.tab.press(f"/{command}")
        await self.tab.click(".command-entry", f"/{command}")

    async def _fill_in(self, options: Mapping[str, str]) -> None:
        for name, value in options.items():
            await self.offer(name, value)
            if name in SUGGESTING:
                await self.tab.click(".command-suggestion", value)

    async def offer(self, option: str, typed: str) -> None:
        """Add an option to what is being typed, and type into it, but take no suggestion."""
        await self.tab.click(".command-ghost")
        await self.tab.click(f'.command-suggestion[data-value="{option}"]')
        await self._type_into(option, typed)

    async def press(self, label: str) -> None:
        """Click the newest button of that name."""
        await self.ready()
        await self.tab.click(".component-button", label)

    async def become(self, person: str) -> None:
        """Switch to the other person."""
        await self.ready()
        await self.tab.run("document.querySelector('#viewer-picker').focus()")
        await self.tab.press(person)
        await self.tab.until(
            "document.querySelector('#viewer-picker').selectedOptions[0]?.textContent"
            f".includes(arguments[0]) && {_READY}",
            person,
        )

    async def messages(self) -> list[str]:
        """What stands in the channel, the oldest first."""
        return [
            str(text)
            for text in await self.tab.run(f"return {_MESSAGES}.map(one => one.innerText)")
        ]

    async def until_said(self, text: str, *, wait_s: float = 15.0) -> str:
        """The newest message, as soon as one says that."""
        found = (
            f"{_MESSAGES}.map(one => one.innerText).findLast(text => text.includes(arguments[0]))"
        )
        return str(await self.tab.until(found, text, wait_s=wait_s))

    async def until_gone(self, text: str, *, wait_s: float = 15.0) -> None:
        """No message says that any more."""
        gone = f"!{_MESSAGES}.some(one => one.innerText.includes(arguments[0]))"
        await self.tab.until(gone, text, wait_s=wait_s)

    async def box(self, said: str, css: str = "") -> tuple[int, int, int, int]:
        """Left, top, right and bottom in px of the newest message that says that, as far as seen.

        Or of all that `css` names.
        """
        left, top, right, bottom = await self.tab.run(_BOX, said, css)
        return int(left), int(top), int(right), int(bottom)

    async def until_picture_in_view(self) -> None:
        """Most of the newest message's first picture."""
        # Two rows of buttons stand above it on this page: at a desk it is never seen whole.
        await self.tab.until(f"{_SHOWN} > 0.6", wait_s=20.0)

    async def _type_into(self, option: str, text: str) -> None:
        field = f'.command-option-input[data-option="{option}"]'
        await self.tab.until("document.activeElement.matches(arguments[0])", field)
        await self.tab.press(text)
