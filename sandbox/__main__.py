"""`python -m sandbox`: the whole bot on stand-ins, with no account. Leaves nothing behind.

As a chat in the browser; with `--say` it sends one /imagine, shows what comes of it, and ends.
"""

import asyncio
import signal
import socket
import sys
import tempfile
from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager, nullcontext
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import click

from bot.app.house import House, open_house
from bot.app.life import LAST_MOMENT_S, open_web_part
from bot.domain.errors import LimnerError
from bot.log import configure
from bot.settings import settings_from
from sandbox.chat import Chat, open_chat
from sandbox.modelslab import Vendor
from sandbox.page import open_page
from sandbox.transcript import counted_down, newest, newest_files

NAME = "Limner"
KEY = "sandbox-key"
LOOPBACK = "127.0.0.1"
LATENCY_S = 2.5
PATIENCE_S = 60.0
LOOK_S = 0.1
FIRST_PROMPT = "a red fox under the stars"
SAID_FILE = "limner-try"
WELCOME = """\
**Welcome to the studio!** This is all of Limner, at work on stand-ins: nothing leaves this \
machine, nothing costs anything, and the pictures are by a painter who does what he can.
- Type `/` for the commands (Enter sends), and press the buttons under a picture.
- *Viewing as*, at the top, makes you ana, whose server this is (`/limner` is for her), or bob, \
who has the role *regulars*.
- This page shows one channel, and has no message menus (right-click → Apps): \
for both, invite the bot to a real server."""


@asynccontextmanager
async def sandbox(folder: Path, *, latency_s: float) -> AsyncIterator[tuple[House, Chat]]:
    """The bot on both stand-ins, running, with its database and pictures in the folder."""
    async with AsyncExitStack() as stack:
        vendor = await stack.enter_async_context(Vendor(KEY, latency_s=latency_s))
        mask_port = _free_port()
        settings = settings_from(
            {
                "DISCORD_TOKEN": "sandbox",
                "MODELSLAB_API_KEY": KEY,
                "MODELSLAB_BASE_URL": vendor.url,
                "DATABASE_URL": f"sqlite+aiosqlite:///{folder}/limner.db",
                "PUBLIC_URL": f"http://{LOOPBACK}:{mask_port}",
                "HTTP_HOST": LOOPBACK,
                "HTTP_PORT": str(mask_port),
            }
        )
        house = await stack.enter_async_context(open_house(settings))
        chat = await stack.enter_async_context(open_chat(house.client, name=NAME))
        # Outside of the bot's own context: SimCord would wait for what is started in it.
        with chat.env.time_context():
            await open_web_part(house, stack)
            running = asyncio.create_task(house.runner.run())
            removing = asyncio.create_task(house.remover.run())
        give_up = partial(_cancel, asyncio.current_task())
        running.add_done_callback(give_up)
        try:
            yield house, chat
        finally:
            running.remove_done_callback(give_up)
            house.remover.stop()
            await house.runner.stop()
            await asyncio.wait({removing}, timeout=LAST_MOMENT_S)
            removing.cancel()
            # Where it died of something, this is where that is said.
            await running


def _free_port() -> int:
    """A port for the mask page, whose address must be known before it is opened."""
    with socket.create_server((LOOPBACK, 0)) as server:
        return int(server.getsockname()[1])


def _cancel(waiting: asyncio.Task[Any] | None, _died: asyncio.Task[None]) -> None:
    if waiting is not None:
        waiting.cancel()


async def converse(folder: Path, *, port: int, latency_s: float, ending: str) -> int:
    """The chat as a page, until it is ended there or from outside; the exit code."""
    async with sandbox(folder, latency_s=latency_s) as (_, chat):
        await chat.announce(WELCOME)
        async with open_page(chat, port=port) as page:
            click.echo(
                f"Limner's sandbox: {page.url}\n"
                "Open it in a browser: a first picture is on its way. Type / to ask for more.\n"
                f"Nothing leaves this machine, nothing costs anything. Ctrl-C {ending}."
            )
            await chat.imagine(FIRST_PROMPT)
            await page.wait_closed()
    return 0


async def say(prompt: str, *, scratch: Path, out: Path, latency_s: float) -> int:
    """One /imagine from end to end, its picture saved; the exit code."""
    async with sandbox(scratch, latency_s=latency_s) as (house, chat):
        click.echo(f"ana: /imagine prompt: {prompt}\n")
        shown: list[str] = []
        async with asyncio.timeout(PATIENCE_S):
            await _show_changes(chat, shown, until=asyncio.create_task(chat.imagine(prompt)))
            idle = asyncio.create_task(house.runner.wait_idle())
            await _show_changes(chat, shown, until=idle)
        files = await newest_files(chat)
    for number, (name, data) in enumerate(files, start=1):
        path = out / f"{SAID_FILE}{'' if number == 1 else f'-{number}'}{Path(name).suffix}"
        path.write_bytes(data)
        click.echo(f"The picture: {path.absolute()} (painted by a stand-in for ModelsLab)")
    return 0 if files else 1


async def _show_changes(chat: Chat, shown: list[str], *, until: asyncio.Task[None]) -> None:
    """Print each new state of the newest message until the task is done."""
    while True:
        done = until.done()
        text = newest(chat)
        if text and text not in shown[-1:]:
            shown.append(text)
            click.echo(counted_down(text, datetime.now(UTC)).replace("\n", "\n        ") + "\n")
        if done:
            until.result()
            return
        await asyncio.sleep(LOOK_S)


async def _until_stopped(work: Coroutine[Any, Any, int], *, stopped: int) -> int:
    """The work's exit code, or `stopped` where Ctrl-C or SIGTERM ended it, tidied up."""
    task, loop = asyncio.ensure_future(work), asyncio.get_running_loop()

    def stop() -> None:
        # Once: a second one must not break the tidying up.
        if not task.cancelling():
            task.cancel()

    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stop)
    try:
        return await task
    except asyncio.CancelledError:
        return stopped


@click.command()
@click.option("--say", "prompt", metavar="PROMPT", help="Send one /imagine, show it, and end.")
@click.option(
    "--out",
    type=click.Path(file_okay=False, exists=True, path_type=Path),
    default=Path(),
    help="Where --say puts the picture; the current folder if not given.",
)
@click.option(
    "--keep",
    metavar="FOLDER",
    type=click.Path(file_okay=False, path_type=Path),
    help="Keep database and pictures there, and go on from them the next time.",
)
@click.option(
    "--port", default=0, type=click.IntRange(0, 65535), help="The page's port; else a free one."
)
@click.option(
    "--latency",
    "latency_s",
    default=LATENCY_S,
    show_default=True,
    type=click.FloatRange(min=0),
    help="Seconds that the painter takes for a picture.",
)
@click.option("--verbose", is_flag=True, help="Show the bot's log.")
def main(
    prompt: str | None,
    *,
    out: Path,
    keep: Path | None,
    port: int,
    latency_s: float,
    verbose: bool,
) -> None:
    """Run Limner with a stand-in Discord and a stand-in ModelsLab, as a chat in your browser.

    The page shows one channel with two people. It has no message menus (right-click, Apps) and
    no second channel: those need a real server.
    """
    configure("INFO" if verbose else "ERROR", "text", secrets=[KEY])
    try:
        if keep is not None:
            keep.mkdir(parents=True, exist_ok=True)
        with nullcontext(keep) if keep else tempfile.TemporaryDirectory(prefix="limner-") as folder:
            if prompt is not None:
                work = say(prompt, scratch=Path(folder), out=out, latency_s=latency_s)
                code = asyncio.run(_until_stopped(work, stopped=130))
            else:
                ending = "ends it, and all is gone" if keep is None else f"ends it; {keep} stays"
                work = converse(Path(folder), port=port, latency_s=latency_s, ending=ending)
                code = asyncio.run(_until_stopped(work, stopped=0))
    except TimeoutError:
        click.echo(f"sandbox: no end within {PATIENCE_S:g} s; --verbose shows the log", err=True)
        sys.exit(2)
    except (LimnerError, OSError) as error:
        click.echo(f"sandbox: {error}", err=True)
        sys.exit(2)
    sys.exit(code)


if __name__ == "__main__":
    main()
