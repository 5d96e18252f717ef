"""The words and buttons of a history's pages: they fit, and each button knows its page."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.job import JobStatus, Outcome, Route, Verdict
from bot.domain.request import PERSONAL, Kind
from bot.engine.history import PAGE_JOBS, Choice, Page, Past
from cogs import pages
from cogs.buttons import TURN_ID, turn_named
from cogs.echo import units
from cogs.faces import Action, Button, Turn
from tests.cogs.jobs import ANA, CHANNEL, SERVER, a_job
from tests.cogs.test_echo import tricky

BEN = ANA + 1
OWN = Choice(member_id=ANA)


def an_entry(
    prompt: str = "a red fox",
    *,
    verdict: Verdict = Verdict.PICTURES,
    detail: str = "",
    job_id: int = 17,
    thumbnail: bytes | None = b"webp",
    kept: bool = True,
    changes: dict[str, Any] | None = None,
    **request: Any,
) -> Past:
    received = 2 if verdict is Verdict.PICTURES else 0
    job = replace(
        a_job(prompt, outcome=Outcome(verdict=verdict, detail=detail, received=received)),
        id=job_id,
        status=JobStatus.DELIVERED,
        route=Route.REPLY,
        message_id=555,
    )
    job = replace(job, request=replace(job.request, **request), **(changes or {}))
    return Past(job, thumbnail, kept)


def a_page(*past: Past, newer: bool = False, older: bool = False, bounded: bool = False) -> Page:
    return Page(past=past, newer=newer, older=older, bounded=bounded)


def shown(past: Past) -> str:
    (embed,) = pages.embeds(a_page(past))
    assert embed.description is not None
    return embed.description


def test_an_entry_says_what_was_asked_and_how_it_ended() -> None:
    asked, facts, ending = shown(an_entry("a *red* fox")).splitlines()

    assert asked == r"**1** · a \*red\* fox"
    assert facts == "Imagine · flux · <t:1777636800:R>"
    link = f"https://discord.com/channels/{SERVER}/{CHANNEL}/555"
    assert ending == f"2 pictures · [jump to it]({link}) · job 17"


@pytest.mark.parametrize(
    ("past", "ending"),
    [
        (an_entry(kept=False), "2 pictures · not kept any more · [jump"),
        (an_entry(changes={"withheld": True}), "2 pictures · not posted · [jump"),
        (an_entry(private=True), "2 pictures · private · job 17"),
        (an_entry(changes={"route": Route.DIRECT}), "2 pictures · job 17"),
        (an_entry(changes={"route": Route.KEPT, "message_id": None}), "2 pictures · job 17"),
        (an_entry(changes={"route": Route.REMOVED}), "2 pictures · job 17"),
        (an_entry(verdict=Verdict.TIMED_OUT), "out of time · [jump"),
        (an_entry(verdict=Verdict.CANCELLED), "cancelled · [jump"),
        (
            an_entry("", verdict=Verdict.DESCRIBED, detail="a *fox*", kind=Kind.DESCRIBE),
            r"“a \*fox\*” · [jump",
        ),
    ],
)
def test_endings(past: Past, ending: str) -> None:
    assert shown(past).splitlines()[-1].startswith(ending)


def test_no_link_leads_out_of_servers() -> None:
    past = an_entry()
    elsewhere = replace(past.job.requester, guild_id=PERSONAL)

    assert "http" not in shown(replace(past, job=replace(past.job, requester=elsewhere)))


@pytest.mark.parametrize("verdict", sorted(set(Verdict) - {Verdict.PICTURES, Verdict.DESCRIBED}))
def test_every_failure_has_its_words(verdict: Verdict) -> None:
    assert len(shown(an_entry(verdict=verdict)).splitlines()[-1]) > len("[jump](…) · job 17")


def test_what_cannot_be_shown_has_no_button_for_that() -> None:
    page = a_page(an_entry(job_id=9), an_entry(job_id=8, kept=False), older=True)

    found = pages.buttons(OWN, page)

    assert [(each.label, each.custom_id, each.row) for each in found] == [
        ("Show 1", "show:9:0", 0),
        ("Run again 1", "again:9:0", 1),
        ("Run again 2", "again:8:0", 1),
        ("Delete 1", "delete:9:0", 2),
        ("Delete 2", "delete:8:0", 2),
        ("Newer", f"past:{ANA}::>9:", 3),
        ("Older", f"past:{ANA}::<8:", 3),
    ]
    newer, older = (each for each in found if isinstance(each, Turn))
    assert (newer.enabled, older.enabled) == (False, True)
    assert pages.buttons(OWN, a_page()) == ()


def test_rows_that_nobody_needs_take_no_room() -> None:
    found = pages.buttons(OWN, a_page(an_entry(kept=False)))

    assert [each.row for each in found] == [0, 1, 2, 2]
    assert [each.action for each in found if isinstance(each, Button)] == [
        Action.AGAIN,
        Action.DELETE,
    ]


@given(
    search=st.text(max_size=80),
    kind=st.one_of(st.none(), st.sampled_from(Kind)),
    member_id=st.integers(min_value=1, max_value=2**63 - 1),
    job_id=st.integers(min_value=1, max_value=10**12 - 2),
)
def test_a_button_knows_its_page_whatever_is_searched_for(
    search: str, kind: Kind | None, member_id: int, job_id: int
) -> None:
    choice = Choice(member_id=member_id, kind=kind, search=pages.searchable(search))
    page = a_page(an_entry(job_id=job_id))
    newer, older = (each for each in pages.buttons(choice, page) if isinstance(each, Turn))

    for turn in (newer, older):
        assert units(turn.custom_id) <= 100
        match = TURN_ID.fullmatch(turn.custom_id)
        assert match is not None
        assert replace(turn_named(match), enabled=turn.enabled, row=turn.row) == turn
    assert pages.choice_of(newer) == replace(choice, after=job_id)
    assert pages.choice_of(older) == replace(choice, before=job_id)
    assert pages.choice_under(newer) == replace(choice, before=job_id + 1)


def test_a_search_is_cut_between_signs() -> None:
    foxes = "\U0001f98a" * 40

    assert pages.searchable(f"  {foxes}") == "\U0001f98a" * 25
    assert pages.searchable(f"a{foxes}") == "a" + "\U0001f98a" * 24
    assert pages.searchable(None) == pages.searchable("   ") == ""
    assert pages.searchable("fox: red") == "fox: red"


def test_a_kind_of_work_that_there_is_not_leads_nowhere() -> None:
    turn = Turn(member_id=ANA, newer=True, anchor=1, label="Newer", kind="dream")

    assert pages.choice_of(turn) is None
    assert pages.choice_under(turn) is None


@given(prompt=tricky, detail=tricky, model=st.text("abcdefgh-_.*", max_size=100))
def test_any_page_fits_into_a_message(prompt: str, detail: str, model: str) -> None:
    verdicts = (Verdict.PICTURES, Verdict.DESCRIBED)
    past = [
        an_entry(
            prompt * 20,
            verdict=verdicts[number % 2],
            detail=detail * 20,
            job_id=10**12 - number,
            model=model,
            changes={"message_id": 2**64 - 1},
        )
        for number in range(PAGE_JOBS)
    ]
    found = pages.embeds(a_page(*past))

    assert sum(units(embed.description or "") for embed in found) <= 6000
    choice = Choice(member_id=BEN, search=pages.searchable(prompt), kind=Kind.IMAGINE)
    for page in (a_page(*past, bounded=True), a_page(bounded=True)):
        for viewer in (ANA, BEN):
            heading = pages.heading(choice, page, viewer_id=viewer, guild_id=SERVER)
            assert units(heading) <= 2000


@pytest.mark.parametrize(
    ("choice", "words"),
    [
        (OWN, "**Nothing yet.** What you asked for in this server will be listed here"),
        (
            replace(OWN, search="fox"),
            "**Nothing found** in what you asked for in this server, with",
        ),
        (replace(OWN, kind=Kind.REMIX), ", only Remix. Other words"),
        (Choice(member_id=BEN), f"There is no public job of <@{BEN}> in this server."),
        (Choice(member_id=BEN, search="fox"), f"in what <@{BEN}> asked for here, with “fox”"),
    ],
)
def test_empty_pages_say_why(choice: Choice, words: str) -> None:
    assert words in pages.heading(choice, a_page(), viewer_id=ANA, guild_id=SERVER)


def test_a_search_that_could_not_see_everything_says_so() -> None:
    for past in ((), (an_entry(),)):
        page = a_page(*past, bounded=True)
        heading = pages.heading(replace(OWN, search="fox"), page, viewer_id=ANA, guild_id=SERVER)
        assert "Only the latest 10,000 jobs were looked through" in heading


def test_outside_of_servers_it_says_so() -> None:
    page = a_page(an_entry())

    heading = pages.heading(OWN, page, viewer_id=ANA, guild_id=PERSONAL)

    assert heading == "**What you asked for outside of servers**"
