"""`python -m sandbox`: the whole bot on stand-ins, with no account. Leaves nothing behind.

With `--say` it sends one /imagine, shows what the channel shows, and ends.
"""

import asyncio
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import click

from bot.app import House, open_house
from bot.domain.errors import LimnerError
from bot.log import configure
from bot.settings import settings_from
from sandbox.chat import Chat, open_chat
from sandbox.modelslab import Vendor

KEY = "sandbox-key"
LATENCY_S = 2.5
PATIENCE_S = 60.0
LOOK_S = 0.1


@asynccontextmanager
async def sandbox(
    folder: Path, *, latency_s: float = LATENCY_S
) -> AsyncIterator[tuple[House, Chat]]:
    """The bot on both stand-ins, running."""
    async with Vendor(KEY, latency_s=latency_s) as vendor:
        settings = settings_from(
            {
                "DISCORD_TOKEN": "sandbox",
                "MODELSLAB_API_KEY": KEY,
                "MODELSLAB_BASE_URL": vendor.url,
                "DATABASE_URL": f"sqlite+aiosqlite:///{folder}/limner.db",
            }
        )
        async with open_house(settings) as house, open_chat(house.client) as chat:
            # Outside of the bot's own context: SimCord would wait for what is started in it.
            with chat.env.time_context():
                running = asyncio.create_task(house.runner.run())
            try:
                yield house, chat
            finally:
                await house.runner.stop()
                await running


async def say(prompt: str, *, folder: Path) -> int:
    """One /imagine from end to end; the exit code."""
    with tempfile.TemporaryDirectory(prefix="limner-") as scratch:
        async with sandbox(Path(scratch)) as (house, chat):
            click.echo(f"ana: /imagine prompt: {prompt}\n")
            asking = asyncio.create_task(chat.ana.slash(chat.channel, "imagine", prompt=prompt))
            shown: list[str] = []
            async with asyncio.timeout(PATIENCE_S):
                await _show_changes(chat, shown, until=asking)
                idle = asyncio.create_task(house.runner.wait_idle())
                await _show_changes(chat, shown, until=idle)
            files = await chat.files()
    for name, data in files.items():
        path = folder / name
        path.write_bytes(data)
        click.echo(f"\nThe picture: {path.absolute()} (from a stand-in for ModelsLab)")
    return 0 if files else 1


async def _show_changes(chat: Chat, shown: list[str], *, until: asyncio.Task[object]) -> None:
    """Print each new state of the newest message until the task is done."""
    while True:
        done = until.done()
        lines = chat.lines()
        if lines and lines[-1:] != shown[-1:]:
            shown.append(lines[-1])
            click.echo(lines[-1])
        if done:
            until.result()
            return
        await asyncio.sleep(LOOK_S)


@click.command()
@click.option("--say", "prompt", metavar="PROMPT", help="Send one /imagine, show it, and end.")
@click.option(
    "--out",
    type=click.Path(file_okay=False, exists=True, path_type=Path),
    default=Path(),
    help="Where --say puts the picture; the current folder if not given.",
)
@click.option("--verbose", is_flag=True, help="Show the bot's log.")
def main(prompt: str | None, out: Path, *, verbose: bool) -> None:
    """Run Limner with a stand-in Discord and a stand-in ModelsLab."""
    configure("INFO" if verbose else "ERROR", "text", secrets=[KEY])
    try:
        if prompt is not None:
            sys.exit(asyncio.run(say(prompt, folder=out)))
    except LimnerError as error:
        click.echo(f"sandbox: {error}", err=True)
        sys.exit(2)


if __name__ == "__main__":
    main()
