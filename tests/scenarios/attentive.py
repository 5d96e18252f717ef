"""The bot that soon notices what Discord does: `python -m tests.scenarios.attentive`.

discord.py gives a silent gateway a minute, and the bot tries to log in every few seconds. The
stand-in has to send something more often than this, of course.
"""

from typing import Any

from discord.state import ConnectionState

from tests.scenarios.hurried import shorten

HEARTBEAT_TIMEOUT_S = 1.5
HEARTBEAT_INTERVAL_MS = 400


def pay_attention() -> None:
    begin = ConnectionState.__init__

    def begin_attentively(self: Any, *args: Any, **options: Any) -> None:
        begin(self, *args, **{**options, "heartbeat_timeout": HEARTBEAT_TIMEOUT_S})

    ConnectionState.__init__ = begin_attentively  # type: ignore[method-assign]


def main() -> None:
    pay_attention()
    from bot.__main__ import main as live
    from bot.app import life

    shorten(life, RECONNECT_S=(0.2, 1.0))
    live()


if __name__ == "__main__":
    main()
