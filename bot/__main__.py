"""`python -m bot`: the bot on Discord, with the settings of the environment or of `.env`."""

import asyncio
import sys

import click

from bot import __version__, doctor
from bot.app.life import run
from bot.domain.errors import LimnerError
from bot.log import configure
from bot.settings import load_settings

SICK = 1
CANNOT_START = 2


@click.group(invoke_without_command=True)
@click.version_option(__version__, prog_name="limner")
@click.pass_context
def main(context: click.Context) -> None:
    """Run Limner until it is stopped. Its settings are in .env.example."""
    if context.invoked_subcommand is not None:
        return
    try:
        settings = load_settings()
        configure(settings.log_level, settings.log_format, secrets=settings.secrets)
        asyncio.run(run(settings))
    except LimnerError as error:
        # What the owner can mend is one line, never a trace.
        click.echo(f"limner: {error}", err=True)
        sys.exit(CANNOT_START)


@main.command("doctor", short_help="Look whether everything is in order.")
@click.option(
    "--ask-vendor",
    is_flag=True,
    help="Also ask ModelsLab what its documents leave open; paints up to two pictures.",
)
@click.option("--yes", is_flag=True, help="Do not ask before anything is painted.")
def doctor_command(*, ask_vendor: bool, yes: bool) -> None:
    """Look whether everything is in order, and say what would mend it; changes nothing.

    The output tells no secret. The exit code is 0 if nothing is sick, else 1.
    """
    if ask_vendor and not yes:
        click.echo(doctor.COST)
        click.confirm("Go on?", abort=True)
    # Findings say it all; a library's own warnings are for the log of a running bot.
    configure("CRITICAL", "text")
    healthy = asyncio.run(doctor.examine(click.echo, ask_vendor=ask_vendor))
    sys.exit(0 if healthy else SICK)


if __name__ == "__main__":
    main()
