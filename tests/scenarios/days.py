"""The vendor's days as scenarios play them: how answers are bent, and what holds after each day."""

import asyncio
import itertools
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

from sandbox.modelslab import Bend, Mood, Reply, Turn
from sandbox.modelslab.painter import sketch
from sandbox.modelslab.reply import Json
from tests.scenarios import books
from tests.scenarios.town import Row, Town
from tests.wire.interactions import Interaction
from tests.wire.messages import Message

HURRIED = "tests.scenarios.hurried"
DEADLINE_S, TIMEOUT_S, GRACE_S = 5, 1, 1
SETTINGS = {
    # Short, and yet long enough for a machine that pauses.
    "JOB_DEADLINE_S": str(DEADLINE_S),
    "MODELSLAB_TIMEOUT_S": str(TIMEOUT_S),
    # What the vendor may still work on keeps its slot; there is room for all of that here.
    "MODELSLAB_MAX_QUEUED": "50",
    "DEFAULT_SERVER_DAY": "1000",
}
#: On a machine that does other things, too.
PATIENCE_S = 40.0
AT_A_TIME = 8
_NUMBERS = itertools.count(1)
PAGE = "<!DOCTYPE html><html><body><h1>Just a moment...</h1></body></html>"
GONE = object()


def says(body: object, status: int = 200, kind: str = "", **headers: str) -> Bend:
    """Always this instead. Keywords are headers, `_` for `-`."""
    content = body if isinstance(body, dict | list | str | bytes) else json.dumps(body).encode()
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return lambda *_: Reply(status, content, kind, named)


def error(message: object, status: int = 200, spelling: str = "message", **more: object) -> Bend:
    return says({"status": "error", spelling: message, **more}, status)


def cut(*_: object) -> None:
    """The connection drops."""


def named(status: int = 200, kind: str = "") -> Bend:
    """The same under another code or content type."""
    return lambda reply, _: replace(reply, status=status, kind=kind)


def rewritten(change: Callable[[Json], Json]) -> Bend:
    """The same with the fields that `change` makes of it, or without those that are GONE."""

    def bend(reply: Reply, _: int) -> Reply:
        assert isinstance(reply.body, dict), "only an object has fields"
        body = reply.body | change(reply.body)
        return replace(reply, body={name: body[name] for name in body if body[name] is not GONE})

    return bend


def changed(**fields: object) -> Bend:
    """The same with other fields, or without those that are GONE."""
    return rewritten(lambda _: fields)


def for_a_while(bend: Bend, times: int = 2) -> Bend:
    """Bent so often, and then as it should be."""
    return lambda reply, asked: bend(reply, asked) if asked <= times else reply


def links(body: Json) -> list[str]:
    """Where an answer says that its pictures are."""
    found = body["output"]
    assert isinstance(found, list)
    return found


@dataclass(frozen=True, kw_only=True)
class Bad:
    """A day, and what becomes of the job: the words on its card, and what it costs the owner."""

    turn: Mood | Turn
    verdict: str
    told: str
    then: str = "Try again."
    accepted: bool = False
    slot_kept: bool = False
    paid: int = 0
    count: int = 1
    model: str = "flux"


async def plays_good(town: Town, turn: Mood | Turn) -> Message:
    """One job through such a day: it ends in one picture that is charged. Its card."""
    asked = await begins(town, turn)
    card = await town.pictures(asked, timeout_s=PATIENCE_S)
    job = town.job(asked)
    assert len(card.attachments) == 1
    assert (job["status"], job["verdict"]) == ("delivered", "pictures")
    assert town.entries(asked) == [("reserve", 1), ("settle", 0)]
    assert town.slot(asked) is None
    assert submissions(town, job["id"]) == 1
    return card


async def plays_bad(town: Town, bad: Bad) -> None:
    """One job through such a day: it ends in exactly those words, and costs the member nothing."""
    asked = await begins(town, bad.turn, count=bad.count, model=bad.model)
    await ends_badly(town, bad, asked)


async def begins(
    town: Town, turn: Mood | Turn, *, count: int = 1, model: str = "flux"
) -> Interaction:
    """Ask for the pictures of such a day; the vendor has been asked for them when this returns."""
    prompt = f"heron number {next(_NUMBERS)}, grey"
    town.vendor.when(prompt, turn)
    asked = await town.asks(prompt, count=count, model=model, aspect="3:2")
    scripts = town.vendor.desk.moods_by_prompt
    await town.vendor.until(lambda _: prompt not in scripts, timeout_s=PATIENCE_S)
    return asked


def together(*plays: Mapping[str, Coroutine[Any, Any, object]]) -> dict[str, Awaitable[object]]:
    """Days that do not disturb each other, some at a time. Each is to be waited for."""
    places = asyncio.Semaphore(AT_A_TIME)

    async def play(day: Coroutine[Any, Any, object]) -> object:
        async with places:
            return await day

    return {
        name: asyncio.create_task(play(day), name=name)
        for part in plays
        for name, day in part.items()
    }


def submissions(town: Town, job_id: int) -> int:
    """How often the vendor was asked for the pictures of a job, and that was over somehow."""
    return len(re.findall(rf"\bjob\.answered job={job_id}\b", town.log))


async def ends_badly(town: Town, bad: Bad, asked: Interaction) -> None:
    """The end of such a day: exactly those words, and it costs the member nothing."""
    card = await town.ending(asked, timeout_s=PATIENCE_S)
    job = town.job(asked)
    assert (job["status"], job["verdict"]) == ("delivered", bad.verdict)
    assert submissions(town, job["id"]) == 1
    words = card.content.splitlines()[-2:]
    assert words == [bad.told, f"Nothing was charged. {bad.then} · job {job['id']}"], words
    assert card.attachments == []
    assert card.labels == ["Try again", "Details"]
    assert set(card.mentioned) <= {town.ana.mention}
    assert town.entries(asked) == [("reserve", bad.count), ("refund", -bad.count)]
    assert spent_micros(town, job["id"]) == bad.paid * 4700
    assert len(town.bought(asked)) == int(bad.accepted)
    assert_slot(job, town.slot(asked), kept=bad.slot_kept)


def spent_micros(town: Town, job_id: int) -> int:
    """What the owner's costs say of a job."""
    query = "SELECT sum(cost_micros) AS spent FROM ledger WHERE job_id = ?"
    return int(town.rows(query, job_id)[0]["spent"] or 0)


def assert_slot(job: Row, slot: Row | None, *, kept: bool) -> None:
    """Where the vendor may still be at it, its place is kept for deadline and grace."""
    if not kept:
        assert slot is None
    elif slot is not None:
        assert slot["frees_at"] == job["deadline_at"] + GRACE_S * 1000
    else:
        assert job["settled_at"] > job["deadline_at"], "the place was given away too early"


async def the_next_one_is_served(town: Town) -> None:
    await plays_good(town, Mood.AT_ONCE)


@asynccontextmanager
async def a_day(town: Town) -> AsyncIterator[None]:
    """Around each test: nothing is left behind, and nobody else was ever called."""
    town.vendor.max_queued = 50
    # The pictures may be any, and soon.
    town.vendor.desk.studio.paint = sketch
    yield
    assert not town.vendor.moods, "a mood was never met"
    assert "Traceback" not in town.log
    # Asking there would have handed the key to a stranger.
    assert town.vendor.stranger_calls == 0
    stuck = "SELECT id FROM jobs WHERE status != 'delivered'"
    await town.discord.until(lambda: not town.rows(stuck), timeout_s=PATIENCE_S)
    assert town.gates() == []
    assert books.mistakes(town) == []
