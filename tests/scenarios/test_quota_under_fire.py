"""Two hundred requests, a limit of fifty, two kills: never above it, and no refusal untrue.

The dice are printed: FIRE_SEED=... plays the same game again, as far as time allows.
"""

import asyncio
import itertools
import json
import os
import random
import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.domain.limits import period
from sandbox.modelslab import Mood, Turn
from sandbox.modelslab.painter import sketch
from sandbox.modelslab.studio import Studio
from tests.scenarios.auditor import Auditor
from tests.scenarios.town import Row, Town, a_town
from tests.wire.interactions import Interaction
from tests.wire.options import ClientRefused
from tests.wire.permissions import MANAGE_GUILD
from tests.wire.world import Channel, User

LIMIT, MEMBERS = 50, 20
# Of the two hundred; the first two waves end with a kill, the last one is answered whole.
WAVES = (70, 70, 60)
ZONE = "Asia/Kathmandu"
# What was cut off while it was posted keeps its place at the vendor for longer than this lasts.
PLACES = 100
SETTINGS = {
    "JOB_DEADLINE_S": "20",
    "MODELSLAB_MAX_QUEUED": str(PLACES),
    "DEFAULT_SERVER_DAY": "100000",
    "DEFAULT_MEMBER_LINE": "1000",
    "DEFAULT_SERVER_LINE": "1000",
}
MOODS: tuple[Mood | Turn, ...] = (
    *(Mood.PROCESSING,) * 5,
    *(Mood.AT_ONCE,) * 3,
    Mood.FAILED_LATER,
    Mood.FAILED_LATER,
    Mood.ERROR_4XX,
    Mood.ERROR_200,
    Mood.FEWER_PICTURES,
    Mood.FEWER_PICTURES,
    Mood.NSFW,
    Mood.RESULT_404_FOR_A_WHILE(times=1),
)
SMALL: dict[str, Any] = {"model": "realtime", "aspect": "3:2"}
REFUSED = re.compile(
    r"\*\*This server's daily limit:\*\* (\d+) of 50 pictures left, and this would take (\d+)\. "
    r"(?:Ask for \d+ pictures? and it fits\. )?It resets <t:(\d+):R>\. Nothing was charged\."
)
ALL_OVER_S = 45.0


@dataclass
class Asked:
    """A request, and how long the ledger was before it and after its answer."""

    by: Interaction
    count: int
    before: int
    after: int | None = None

    @property
    def is_refused(self) -> bool:
        return self.after is not None and self.by.ephemeral


@dataclass
class Game:
    """One town, twenty members of two servers, and dice."""

    town: Town
    dice: random.Random
    places: tuple[Channel, ...]
    members: list[User]
    asked: list[Asked]

    def ledger_length(self) -> int:
        (row,) = self.town.rows("SELECT coalesce(max(id), 0) AS last FROM ledger")
        return int(row["last"])

    async def wave(self, count: int, *, life_s: float | None) -> None:
        """So many at once; the bot lives so long, or until everybody has an answer."""
        self.town.vendor.moods.clear()
        self.town.vendor.next(*self.dice.choices(MOODS, k=count))
        life = asyncio.Event()
        crowd = [asyncio.create_task(self._act(number, life)) for number in range(count)]
        if life_s is not None:
            await asyncio.sleep(life_s)
            await self.town.bot_crashes()
            life.set()
        await asyncio.gather(*crowd)

    async def _act(self, number: int, bot_is_dead: asyncio.Event) -> None:
        """Ask, wait for the answer, and here and there change one's mind."""
        dice = random.Random(f"{self.dice.random()} {number}")
        who, where = dice.choice(self.members), dice.choice(self.places)
        count, regrets = dice.choice((1, 2, 2, 3, 4)), dice.random() < 0.25
        before = self.ledger_length()
        by = await self.town.asks(f"fox {number}", who=who, where=where, count=count, **SMALL)
        asked = Asked(by, count, before)
        self.asked.append(asked)
        await by.until(lambda: _said(by) or bot_is_dead.is_set(), timeout_s=20)
        if not _said(by):
            return
        asked.after = self.ledger_length()
        if regrets and not asked.is_refused:
            await asyncio.sleep(dice.uniform(0, 0.3))
            await self._take_back(asked)

    async def _take_back(self, asked: Asked) -> None:
        """Press Cancel, or Don't post where it is too late for that, if the card still has it."""
        job = self.town.find_job(asked.by)
        assert asked.by.message is not None
        with suppress(ClientRefused):
            button = f"cancel:{job['id']}:0"
            await self.town.discord.click(asked.by.user, asked.by.message, custom_id=button)


def _said(asked: Interaction) -> bool:
    return any(not message.loading for message in asked.replies)


@pytest.mark.timeout(150)
async def test_two_hundred_at_a_limit_of_fifty_and_two_kills(tmp_path: Path) -> None:
    seed = int(os.environ.get("FIRE_SEED", random.randrange(10**9)))
    print(f"FIRE_SEED={seed}")  # noqa: T201
    async with a_town(tmp_path, **SETTINGS) as town:
        game = await a_game(town, random.Random(seed))
        home, elsewhere = town.discord.home.id, game.places[-1].guild
        assert elsewhere is not None
        auditor = Auditor(town.database, server_day={home: LIMIT})
        with auditor.watching():
            # While the vendor holds everything back a line grows, and there is what to cancel.
            town.vendor.hold()
            await game.wave(WAVES[0], life_s=game.dice.uniform(0.8, 2.0))
            await town.bot_starts()
            town.vendor.release()
            await game.wave(WAVES[1], life_s=game.dice.uniform(0.2, 2.0))
            await town.bot_starts()
            await game.wave(WAVES[2], life_s=None)
            await town.discord.until(
                lambda: all(job["status"] == "delivered" for job in town.jobs()),
                timeout_s=ALL_OVER_S,
            )
        assert auditor.found == []
        # It did look between the entries, and not at the end alone.
        assert auditor.looks > 200
        assert len(auditor.states) > 20
        at_no_moment_above_the_limit(town, home)
        refused = [asked for asked in game.asked if asked.is_refused]
        assert len(refused) > 10
        for asked in refused:
            assert asked.by.channel is town.general
            assert_true_at_its_moment(town, asked, home)
        for guild_id in (home, elsewhere.id):
            booked_is_what_stands_there(town, guild_id)
        ends = {job["verdict"] for job in town.jobs()}
        assert {"pictures", "cancelled"} <= ends
        assert len(ends) > 2
        # Whoever saw a card has a job, and nobody else's request was served instead.
        shown = [each for each in game.asked if each.after is not None and not each.is_refused]
        assert all(town.request(each.by)["count"] == each.count for each in shown)
        assert len(game.asked) == sum(WAVES)


async def a_game(town: Town, dice: random.Random) -> Game:
    """The limit is set as a server's manager sets it, in a zone of the server's own."""
    town.vendor.max_queued = PLACES
    # Two hundred pictures that nobody looks at.
    town.vendor.desk.studio = Studio(sketch)
    town.vendor.latency_s = lambda rng: rng.uniform(0.0, 0.8)
    elsewhere = town.discord.guild("Elsewhere")
    channel = town.discord.add_channel(elsewhere, "pictures")
    members = [town.discord.user(f"member-{number}") for number in range(MEMBERS)]
    manager = town.discord.user("mod", permissions=MANAGE_GUILD)
    await town.bot_starts()
    used = await town.discord.slash(
        manager, town.general, "limner quota", server_day=LIMIT, time_zone=ZONE
    )
    assert f"→ {LIMIT}" in (await town.told(used)).content
    # Most ask where there is a limit to fight over.
    return Game(town, dice, (town.general, town.general, channel), members, [])


def home_days(town: Town, guild_id: int) -> dict[str, list[tuple[int, int]]]:
    """After each entry of a server's ledger, what was used of its day."""
    entries = town.rows("SELECT * FROM ledger WHERE guild_id = ? ORDER BY id", guild_id)
    days: dict[str, list[tuple[int, int]]] = {}
    for day, booked in itertools.groupby(
        sorted(entries, key=lambda entry: (entry["day"], entry["id"])), lambda entry: entry["day"]
    ):
        listed = list(booked)
        sums = itertools.accumulate(entry["pictures"] for entry in listed)
        days[day] = [(entry["id"], used) for entry, used in zip(listed, sums, strict=True)]
    return days


def at_no_moment_above_the_limit(town: Town, guild_id: int) -> None:
    """The ledger is only appended to: its beginnings are all the moments that there were."""
    for day, moments in home_days(town, guild_id).items():
        used = [pictures for _, pictures in moments]
        assert min(used) >= 0, day
        assert max(used) <= LIMIT, day
        # It came to that: what never gets near a limit proves nothing.
        assert max(used) > LIMIT - 4, day


def assert_true_at_its_moment(town: Town, asked: Asked, guild_id: int) -> None:
    """What was left is what was left after one of the entries between the question and the answer.

    Refusals are decided under the same lock as reservations, so there is such an entry.
    """
    (answer,) = asked.by.replies
    said = REFUSED.fullmatch(answer.content)
    assert said is not None, answer.content
    left, wanted, resets_s = map(int, said.groups())
    assert wanted == asked.count
    assert left < wanted
    last = datetime.fromtimestamp(resets_s, UTC) - timedelta(seconds=1)
    day = period(last, ZONE)
    assert day.day_ends_at == last + timedelta(seconds=1)
    assert f"{datetime.fromtimestamp(resets_s, ZoneInfo(ZONE)):%H:%M:%S}" == "00:00:00"
    assert asked.after is not None
    moments = home_days(town, guild_id).get(day.day, [])
    assert LIMIT - left in set(used_between(moments, asked.before, asked.after)), (
        f"{left} left, between the entries {asked.before} and {asked.after} of {moments}"
    )


def used_between(moments: Iterable[tuple[int, int]], first: int, last: int) -> list[int]:
    """What was used when the ledger ended with `first`, `last`, or any entry in between."""
    at_first = 0
    found = []
    for entry, used in moments:
        if entry <= first:
            at_first = used
        elif entry <= last:
            found.append(used)
    return [at_first, *found]


def booked_is_what_stands_there(town: Town, guild_id: int) -> None:
    """A server's ledger is the pictures that its members see, and those they did not want seen."""
    jobs = [job for job in town.jobs() if job["guild_id"] == guild_id]
    assert jobs
    booked = town.rows("SELECT sum(pictures) AS sum FROM ledger WHERE guild_id = ?", guild_id)
    assert booked[0]["sum"] == sum(pictures_of(town, job) for job in jobs)


def pictures_of(town: Town, job: Row) -> int:
    """What stands in the channel for a job; for a withheld one, what was received for it."""
    outcome = json.loads(job["outcome"])
    received = int(outcome.get("received", 0)) - int(outcome.get("flagged", 0))
    carriers = town.carriers(job["id"])
    if job["withheld"] or job["route"] == "kept":
        assert carriers == []
        return received
    assert [m.channel.guild.id for m in carriers if m.channel.guild] == [job["guild_id"]] * (
        received > 0
    )
    return sum(len(message.attachments) for message in carriers)
