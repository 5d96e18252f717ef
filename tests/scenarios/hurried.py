"""The bot in a hurry: `python -m tests.scenarios.hurried`. Waits are shorter, nothing else changes.

What takes a minute in life (a gate, a poll, another try) takes part of a second here, so that a
scenario can sit through it.
"""

from datetime import timedelta
from types import ModuleType

from bot.domain import gates, schedule

BUSY_S, BUSY_LEAST_S, BUSY_MOST_S = 0.4, 0.3, 1.5
PLAN_S = 1.0


def shorten(module: ModuleType, **waits: object) -> None:
    """Every wait by its name; a name that is not there would shorten nothing."""
    for name, wait in waits.items():
        if not hasattr(module, name):
            raise AttributeError(f"{module.__name__} has no {name}")
        setattr(module, name, wait)


def hurry() -> None:
    """Before anybody else imports these names."""
    shorten(
        gates,
        BUSY_S=BUSY_S,
        BUSY_LEAST_S=BUSY_LEAST_S,
        PROBE_S=0.4,
        PLAN_S=PLAN_S,
        DOWN_FIRST_S=0.2,
    )
    shorten(
        schedule,
        FIRST_POLL_S=(0.05, 0.3),
        POLL_S=(0.05, 0.3),
        RETRY_MAX_S=0.1,
        SLOT_GRACE=timedelta(seconds=1),
    )


def main() -> None:
    hurry()
    from bot.__main__ import main as live
    from bot.modelslab import wire

    shorten(wire, RETRY_AFTER_MAX_S=BUSY_MOST_S)
    live()


if __name__ == "__main__":
    main()
