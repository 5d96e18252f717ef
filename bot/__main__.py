"""`python -m bot`: the bot on Discord, with the settings of the environment or of `.env`."""

import asyncio
import sys

import click

from bot import __version__
from bot.app import run
from bot.domain.errors import LimnerError
from bot.log import configure
from bot.settings import load_settings

CANNOT_START = 2


@click.command()
@click.version_option(__version__, prog_name="limner")
def main() -> None:
    """Run Limner until it is stopped. Its settings are in .env.example."""
    try:
        settings = load_settings()
        configure(settings.log_level, settings.log_format, secrets=settings.secrets)
        asyncio.run(run(settings))
    except LimnerError as error:
        # What the owner can mend is one line, never a trace.
        click.echo(f"limner: {error}", err=True)
        sys.exit(CANNOT_START)


if __name__ == "__main__":
    main()
