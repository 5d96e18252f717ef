"""What the web pages say of a refusal: what, why, and that it cost nothing."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import get_args

import pytest

from bot.domain.job import JobStatus, Outcome, Route, Verdict
from bot.domain.line import Place
from bot.domain.refusal import (
    AlreadyAccepted,
    BadOption,
    ChannelNotAllowed,
    ModelClosed,
    ModelNotAllowed,
    NoWords,
    OverLimit,
    Paused,
    PersonalNotAllowed,
    PictureGone,
    Refusal,
    Rule,
    ServerNotAllowed,
    ShuttingDown,
    UnknownModel,
    UnknownStyle,
)
from bot.web.wording import how_far, refused
from tests.cogs.jobs import a_job

MIDNIGHT = datetime(2030, 5, 2, tzinfo=UTC)


def over(rule: Rule, *, fits: int = 0) -> OverLimit:
    resets_at = None if rule.counts_jobs else MIDNIGHT
    return OverLimit(rule=rule, limit=5, used=4, asked=2, resets_at=resets_at, fits=fits)


CASES: list[tuple[Refusal, str, str]] = [
    (over(Rule.MEMBER_DAY), "Your daily limit", "1 of 5 left, and this would take 2."),
    (over(Rule.SERVER_MONTH), "This server's monthly limit", "It resets on 2 May, 00:00 UTC."),
    (over(Rule.SERVER_LINE), "This server's line is full", "4 of 5 jobs are on the way already."),
    (over(Rule.MEMBER_LINE), "Your line is full", "4 of 5 jobs are on the way already."),
    (over(Rule.OWNER_BUDGET, fits=1), "The bot owner's monthly budget", "no room for this many."),
    (UnknownModel("gone"), "This model is not available", "gone cannot be used just now."),
    (ModelClosed("sdxl"), "This model is not available", "sdxl cannot be used just now."),
    (UnknownStyle("ink"), "No such style", "There is no style called ink now."),
    (BadOption("lora_strength", "0 to 1"), "An option cannot work", "This lora strength cannot"),
    (NoWords(), "Words are missing", "Say what should be there instead."),
    (Paused("a contest"), "Paused by the server's moderators", "They say: a contest."),
    (ModelNotAllowed("sdxl", ()), "This model is not allowed", "does not allow sdxl."),
    (ChannelNotAllowed(()), "Not in this channel", "do not want pictures made there."),
    (PersonalNotAllowed(), "This works in servers only", ""),
    (ServerNotAllowed(), "This server may not use the bot", "on chosen servers only."),
    (PictureGone(), "A picture is gone", "It was removed just now: send it again."),
    (ShuttingDown(), "Limner is being restarted", "Try again in a minute."),
]


@pytest.mark.parametrize(("refusal", "title", "words"), CASES)
def test_a_refusal_names_its_class_its_cause_and_its_cost(
    refusal: Refusal, title: str, words: str
) -> None:
    said = refused(refusal)

    assert said.title == title
    assert words in said.text
    assert said.text.endswith("Nothing was charged.")


def test_what_was_sent_before_is_named_by_its_job() -> None:
    assert refused(AlreadyAccepted(17)).text == "This picture is on its way: job 17."


def test_the_owners_money_is_nobodys_business() -> None:
    said = refused(over(Rule.OWNER_BUDGET))

    assert said.text == "It is used up. It resets on 2 May, 00:00 UTC. Nothing was charged."


def test_every_kind_of_refusal_has_a_case_here() -> None:
    told = {type(refusal) for refusal, _, _ in CASES} | {AlreadyAccepted}

    assert told == set(get_args(Refusal))


def test_what_is_withheld_is_not_looked_for_in_the_channel() -> None:
    job = replace(a_job(status=JobStatus.WAITING), withheld=True)
    done = replace(
        job,
        status=JobStatus.DELIVERED,
        outcome=Outcome(verdict=Verdict.PICTURES, received=1),
        route=Route.KEPT,
    )

    assert how_far(job).position == "It will not be posted."
    assert how_far(done).state == "Your picture is ready"
    assert how_far(done).position == (
        "It was not posted, as was asked; it is kept in your history."
    )


@pytest.mark.parametrize(
    ("wait_s", "words"),
    [
        (0.2, "about 5 s."),
        (8.0, "about 10 s."),
        (37.2, "about 40 s."),
        (90.0, "about 90 s."),
        (91.0, "about 2 minutes."),
        (209.0, "about 3 minutes."),
        (5_300.0, "about 88 minutes."),
        (5_401.0, "about 2 hours."),
        (36_000.0, "about 10 hours."),
    ],
)
def test_a_wait_is_told_no_finer_than_it_is_known(wait_s: float, words: str) -> None:
    place = Place(ahead=7, ahead_here=2, wait_s=wait_s)

    assert how_far(a_job(status=JobStatus.QUEUED), place=place).position == (
        f"2 ahead of you here, {words}"
    )
