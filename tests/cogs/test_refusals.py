"""What people read when a request is not accepted."""

import re
from datetime import timedelta

import pytest
from hypothesis import given

from bot.domain.refusal import (
    BadOption,
    ModelClosed,
    NoWords,
    OverLimit,
    Paused,
    PictureGone,
    Refusal,
    Rule,
    ServerNotAllowed,
    UnknownModel,
    UnknownStyle,
)
from cogs.echo import units
from cogs.refusals import refused
from tests.cogs.jobs import NOON
from tests.cogs.test_echo import tricky

MIDNIGHT = NOON + timedelta(hours=12)
RESET = f"It resets <t:{int(MIDNIGHT.timestamp())}:R>."


def over(rule: Rule, *, resets: bool = True, asked: int = 2, fits: int = 0) -> OverLimit:
    resets_at = MIDNIGHT if resets else None
    return OverLimit(rule=rule, limit=20, used=18, asked=asked, resets_at=resets_at, fits=fits)


@pytest.mark.parametrize(
    ("refusal", "said"),
    [
        (over(Rule.MEMBER_DAY, asked=3),
         f"**Your daily limit:** 2 of 20 pictures left, and this would take 3. {RESET} "
         "Nothing was charged."),
        (over(Rule.MEMBER_DAY, asked=4, fits=2),
         "**Your daily limit:** 2 of 20 pictures left, and this would take 4. Ask for 2 pictures "
         f"and it fits. {RESET} Nothing was charged."),
        (over(Rule.SERVER_MONTH, asked=3, fits=1),
         "**This server's monthly limit:** 2 of 20 pictures left, and this would take 3. Ask for "
         f"1 picture and it fits. {RESET} Nothing was charged."),
        (over(Rule.OWNER_BUDGET),
         f"**The bot owner's monthly budget** is used up. {RESET} Nothing was charged."),
        (over(Rule.OWNER_BUDGET, fits=1),
         "**The bot owner's monthly budget** has no room for this many. Ask for 1 picture and it "
         f"fits. {RESET} Nothing was charged."),
        (over(Rule.MEMBER_LINE, resets=False),
         "**Your line is full:** you may have 20 jobs on the way here, and have 18 already. Ask "
         "again when one is done. Nothing was charged."),
        (over(Rule.SERVER_LINE, resets=False),
         "**This server's line is full:** 20 jobs may be on the way here, and 18 are already. Ask "
         "again when one is done. Nothing was charged."),
        (UnknownModel("fluxx", ("flux", "flux-dev")),
         "**There is no model called fluxx.** Did you mean flux, flux-dev? Nothing was charged."),
        (UnknownStyle("*inc*"),
         r"**There is no style called \*inc\*.** Pick one from the list at `style`. Nothing was "
         "charged."),
        (BadOption("count", "at most 1"),
         "**This count cannot work** with this model. What works: at most 1. Nothing was charged."),
        (BadOption("steps", "1 to 20"),
         "**This number of steps cannot work** with this model. What works: 1 to 20. Nothing was "
         "charged."),
        (BadOption("lora_strength", "0.1 to 1"),
         "**This LoRA strength cannot work** with this model. What works: 0.1 to 1. Nothing was "
         "charged."),
        (ModelClosed("sdxl"),
         "**sdxl is not available just now.** Choose another `model`, or try again later. Nothing "
         "was charged."),
        (Paused("tea time"),
         "**Paused by this server's moderators.** They say: “tea time”. Ask again when the pause "
         "is over. Nothing was charged."),
        (Paused("back soon!"),
         "**Paused by this server's moderators.** They say: “back soon!” Ask again when the pause "
         "is over. Nothing was charged."),
        (Paused(""),
         "**Paused by this server's moderators.** Ask again when the pause is over. Nothing was "
         "charged."),
        (NoWords(),
         "**I need a prompt:** say what the picture is to show. Nothing was charged."),
        (PictureGone(),
         "**The picture is gone.** It was removed just now: send it again. Nothing was charged."),
        (ServerNotAllowed(),
         "**This server may not use the bot.** Its owner allows it on chosen servers only. "
         "Nothing was charged."),
    ],
)  # fmt: skip
def test_a_refusal_names_rule_remainder_and_reset(refusal: Refusal, said: str) -> None:
    assert refused(refusal) == said


@pytest.mark.parametrize("rule", Rule)
def test_every_rule_has_its_words(rule: Rule) -> None:
    said = refused(over(rule))

    assert said.startswith("**")
    assert said.endswith("Nothing was charged.")


def test_money_is_not_shown_to_members() -> None:
    said = refused(
        OverLimit(rule=Rule.OWNER_BUDGET, limit=7777, used=7770, asked=9, resets_at=None)
    )

    assert "77" not in said


@given(tricky)
def test_a_strange_name_stays_harmless(name: str) -> None:
    said = refused(UnknownModel(name * 10, (name,)))

    assert units(said) <= 2000
    assert "://" not in said
    assert not re.search(r"@(everyone|here)|@[!&]?\d", said)
