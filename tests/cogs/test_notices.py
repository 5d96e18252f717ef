"""What moderators read of results: who, where, how many; and never a word of the prompt."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from bot.domain.job import Outcome, Route, Verdict
from bot.engine.courier import Delivered
from cogs.notices import deleted, taken_back, unsafe
from tests.cogs.jobs import ANA, CHANNEL, SERVER, a_job

FLAGGED = Outcome(verdict=Verdict.FLAGGED, received=2, flagged=2)
MARK = "MARKED-PROMPT"


@pytest.mark.parametrize(
    ("delivered", "ending"),
    [
        (
            Delivered(route=Route.REPLY, message_id=55),
            f" · job 17 · https://discord.com/channels/{SERVER}/{CHANNEL}/55",
        ),
        (Delivered(route=Route.REPLY), " · job 17"),
        (Delivered(route=Route.DIRECT, message_id=55), " · job 17"),
        (Delivered(route=Route.KEPT), " · job 17"),
    ],
)
def test_moderators_are_led_to_the_card_where_they_can_see_it(
    delivered: Delivered, ending: str
) -> None:
    said = unsafe(a_job(MARK, outcome=FLAGGED), delivered)

    assert said.startswith("**Marked as unsafe** by the image service, and not shown: 2 pictures")
    assert said.endswith(f" of <@{ANA}> in <#{CHANNEL}>{ending}")
    assert MARK not in said


def test_one_picture_is_one() -> None:
    job = a_job(outcome=replace(FLAGGED, received=3, flagged=1))
    assert "not shown: 1 picture of" in unsafe(job, Delivered(route=Route.REPLY))


@pytest.mark.parametrize(
    ("notice", "title"), [(deleted, "Result deleted"), (taken_back, "Job taken back")]
)
def test_what_a_moderator_did_names_both(notice: Callable[..., str], title: str) -> None:
    assert notice(a_job(MARK), by=9) == (f"**{title}** by <@9>: job 17 of <@{ANA}> in <#{CHANNEL}>")
