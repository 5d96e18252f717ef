"""/queue: my jobs and the server's line, for whoever asks alone."""

from dataclasses import replace

import discord
import pytest
from simcord import MemberActor

from bot.domain import gates as gate_rules
from bot.domain.gates import GateReason, server_scope
from bot.domain.job import Job, JobStatus, Outcome, Verdict
from bot.domain.line import Place
from bot.domain.request import PERSONAL
from bot.engine.queue import LiveJob, Queue, ServerLine
from bot.engine.withdrawing import Withdrawn
from cogs.lineup import JOBS_MAX, NOTHING, NOTHING_OF_YOURS, lineup, ordinal, ways_back
from cogs.queue import Refresh
from cogs.withdrawing import WORDS
from storage import gates
from tests.cogs.house import House
from tests.cogs.jobs import ANA, NOON, a_job
from tests.cogs.test_buttons import said
from tests.cogs.test_courier import labels
from tests.cogs.test_withdrawing import taken

STAMP = f"<t:{int(NOON.timestamp())}:R>"
EMPTY = ServerLine(in_line=0, at_service=0, coming=())


def a_live(
    number: int = 17,
    *,
    place: Place | None = None,
    status: JobStatus = JobStatus.QUEUED,
    withheld: bool = False,
    soon: bool = True,
    guild_id: int = 333,
) -> LiveJob:
    job = replace(a_job(status=status), id=number, withheld=withheld)
    job = replace(job, requester=replace(job.requester, guild_id=guild_id))
    return LiveJob(job=job, place=place, ready_at=NOON if soon else None)


def a_done(verdict: Verdict, *, withheld: bool = False) -> LiveJob:
    return LiveJob(job=replace(a_job(outcome=Outcome(verdict=verdict)), withheld=withheld))


def mine(queue: Queue) -> list[str]:
    return (lineup(queue, user_id=ANA)[0].description or "").split("\n")


def servers(queue: Queue) -> list[str]:
    _, line = lineup(queue, user_id=ANA)
    return (line.description or "").split("\n")


@pytest.mark.parametrize(
    ("live", "expected"),
    [
        (a_live(place=Place(0, 0, 8)), f"Next in line, about {STAMP}"),
        (a_live(place=Place(2, 1, 8)), f"3rd in line, 1 ahead of you here, about {STAMP}"),
        (a_live(place=Place(2, 0, 8)), f"3rd in line, first of this server, about {STAMP}"),
        (a_live(place=Place(2, 2, 8), guild_id=PERSONAL), f"3rd in line, about {STAMP}"),
        (a_live(soon=False), "In line"),
        (a_live(status=JobStatus.SUBMITTING), f"Being painted, about {STAMP}"),
        (a_live(status=JobStatus.WAITING, soon=False), "Being painted"),
        (
            a_live(status=JobStatus.WAITING, withheld=True),
            "Being painted; will not be posted",
        ),
        (a_done(Verdict.PICTURES), "Done, on its way to Discord"),
        (a_done(Verdict.DESCRIBED), "Done, on its way to Discord"),
        (a_done(Verdict.PICTURES, withheld=True), "Done; will not be posted"),
        (
            a_done(Verdict.TIMED_OUT),
            "Over, without a picture; the answer is on its way to Discord",
        ),
    ],
)
def test_a_job_of_mine_says_where_it_stands(live: LiveJob, expected: str) -> None:
    queue = Queue(mine=(live,), server=EMPTY)

    assert mine(queue) == [f"**a red fox** · {expected} · job 17"]


def test_what_is_done_cannot_be_taken_back() -> None:
    assert ways_back(Queue(mine=(a_done(Verdict.PICTURES),), server=EMPTY)) == []


def test_every_job_has_its_own_way_back_but_what_is_withheld() -> None:
    queue = Queue(
        mine=(
            a_live(1, status=JobStatus.WAITING),
            a_live(2, status=JobStatus.WAITING, withheld=True),
            a_live(3, place=Place(0, 0, 8)),
        ),
        server=EMPTY,
    )

    assert [(button.label, button.custom_id) for button in ways_back(queue)] == [
        ("Don't post 1", "cancel:1:0"),
        ("Cancel 3", "cancel:3:0"),
    ]


def test_many_jobs_are_cut_short_and_counted() -> None:
    queue = Queue(mine=tuple(a_live(number) for number in range(1, JOBS_MAX + 4)), server=EMPTY)

    assert len(mine(queue)) == JOBS_MAX + 1
    assert mine(queue)[-1] == "… and 3 more"
    buttons = ways_back(queue)
    assert len(buttons) == JOBS_MAX
    assert [button.row for button in buttons] == [0] * 5 + [1] * 5


def another(prompt: str) -> Job:
    job = a_job(prompt)
    return replace(job, requester=replace(job.requester, user_id=444))


def test_the_servers_line_names_the_next_and_keeps_what_is_private() -> None:
    coming = (another("a **bold** owl"), None, a_job())
    queue = Queue(mine=(), server=ServerLine(in_line=9, at_service=2, coming=coming))

    assert mine(queue) == [NOTHING_OF_YOURS]
    assert servers(queue) == [
        "9 in line, 2 at the image service.",
        r"1. **a \*\*bold\*\* owl** — <@444>",
        "2. a private job",
        "3. **a red fox** — you",
        "… and 6 more",
    ]


@pytest.mark.parametrize("server", [EMPTY, None])
def test_emptiness_is_said_once(server: ServerLine | None) -> None:
    [shown] = lineup(Queue(mine=(), server=server), user_id=ANA)

    assert shown.description == NOTHING


def test_why_nothing_moves_is_said_once_and_promises_no_time() -> None:
    live = (a_live(place=Place(0, 0, 8)), a_live(18, place=Place(1, 1, 8)))
    queue = Queue(mine=live, server=EMPTY, gate=GateReason.BUSY)

    first, *jobs = mine(queue)

    assert first == "**The image service is busy just now.** All keep their place in line."
    assert jobs == [
        "**a red fox** · Next in line · job 17",
        "**a red fox** · 2nd in line, 1 ahead of you here · job 18",
    ]


def test_a_pause_is_told_in_the_moderators_words() -> None:
    queue = Queue(mine=(), server=EMPTY, gate=GateReason.PAUSED, pause="a @everyone contest")

    [shown] = lineup(queue, user_id=ANA)

    assert shown.description == (
        "**Paused by this server's moderators.** They say: “a @\u200beveryone contest”.\n"
        "Nothing in line."
    )


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (1, "1st"),
        (2, "2nd"),
        (3, "3rd"),
        (4, "4th"),
        (11, "11th"),
        (12, "12th"),
        (13, "13th"),
        (21, "21st"),
        (101, "101st"),
        (111, "111th"),
    ],
)
def test_places_are_counted_as_people_do(number: int, words: str) -> None:
    assert ordinal(number) == words


def texts(message: discord.Message) -> str:
    return "\n".join(embed.description or "" for embed in message.embeds)


def private(house: House, who: MemberActor) -> discord.Message:
    """What somebody was told in private last, as it stands now."""
    told = [message for message in house.channel.history(viewer=who) if message.flags.ephemeral]
    return told[-1]


async def asks_for_line(house: House, who: MemberActor) -> discord.Message:
    shown = await who.slash(house.channel, "queue")
    assert shown.ephemeral
    return private(house, who)


async def test_the_line_is_shown_to_whoever_asks_alone(house: House) -> None:
    await house.asks("a red fox")
    await house.asks("a love letter", who=house.bob, private=True)

    shown = await asks_for_line(house, house.ana)

    assert "**a red fox** · Next in line" in texts(shown)
    assert "2. a private job" in texts(shown)
    assert "love letter" not in texts(shown)
    assert labels(shown) == ["Cancel 1", "Refresh"]
    theirs = await asks_for_line(house, house.bob)
    assert "love letter" in texts(theirs)
    assert labels(theirs) == ["Cancel 2", "Refresh"]


async def test_refresh_shows_the_line_as_it_is_after_a_restart_too(house: House) -> None:
    shown = await asks_for_line(house, house.ana)
    assert texts(shown) == NOTHING
    await house.restarts()
    await house.asks("a red fox")

    await house.ana.click(shown, label="Refresh")

    shown = private(house, house.ana)
    assert "**a red fox** · Next in line" in texts(shown)
    assert labels(shown) == ["Cancel 1", "Refresh"]
    await taken(house)
    await house.ana.click(shown, label="Refresh")
    shown = private(house, house.ana)
    assert "Being painted" in texts(shown)
    assert labels(shown) == ["Don't post 1", "Refresh"]


async def test_under_a_public_message_nobodys_line_is_shown_to_all(house: House) -> None:
    await house.asks("a love letter", private=True)
    view = discord.ui.View(timeout=None)
    view.add_item(Refresh())
    await house.client.get_partial_messageable(house.channel.id).send("forged", view=view)

    pressed = await house.ana.click(house.last, label="Refresh")

    assert pressed.ephemeral
    assert [message.content for message in house.channel.history(viewer=house.bob)] == ["forged"]
    assert not house.last.embeds


async def test_a_job_can_be_taken_back_from_there(house: House) -> None:
    await house.asks("a red fox")
    shown = await asks_for_line(house, house.ana)

    pressed = await house.ana.click(shown, label="Cancel 1")

    assert said(pressed) == WORDS[Withdrawn.CANCELLED]
    await house.until_done()
    assert "**Cancelled.**" in house.last.content


async def test_a_pause_is_told_there(house: House) -> None:
    await house.asks("a red fox")
    gate = gate_rules.closed(
        GateReason.PAUSED,
        now=house.clock.now(),
        scope=server_scope(house.guild.id),
        detail="back on Monday",
    )
    async with house.bot.database.transaction() as tx:
        await gates.put(tx, gate)

    shown = texts(await asks_for_line(house, house.ana))

    assert shown.count("back on Monday") == 1
    assert "**a red fox** · In line · job 1" in shown
