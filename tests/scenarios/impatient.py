"""The bot in a hurry that waits for Discord hardly at all: `python -m tests.scenarios.impatient`.

What Discord may keep it waiting for, a minute in life, is a second here.
"""

from tests.scenarios.hurried import hurry, shorten

PATIENCE_S, ASIDE_S = 1.5, 0.5


def lose_patience() -> None:
    """Before anybody else imports these names."""
    from cogs import mail

    shorten(mail, PATIENCE_S=PATIENCE_S, ASIDE_S=ASIDE_S)


def main() -> None:
    hurry()
    lose_patience()
    from bot.__main__ import main as live

    live()


if __name__ == "__main__":
    main()
