"""Two hundred at once, of many members with and without roles: each limit holds at every moment."""

import asyncio
import itertools
import random
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import text

from bot.domain.job import Verdict
from bot.domain.limits import Limits
from bot.domain.preferences import ServerSettings
from bot.domain.refusal import OverLimit, Rule
from bot.domain.request import ImageRequest, Kind, Requester
from bot.engine.booking import Reply
from bot.engine.intake import Accepted
from sandbox.modelslab import Mood, Vendor
from sandbox.modelslab.painter import sketch
from sandbox.modelslab.studio import Studio
from storage import preferences
from storage.tables import jobs as jobs_table
from storage.tables import ledger
from tests.engine.world import (
    ANA,
    CHANNEL,
    MIB,
    OTHER_SERVER,
    SERVER,
    Clock,
    World,
    a_policy,
    a_world,
)
from tests.storage.sums import DRIFT

CROWD, SERVER_DAY = 200, 50
MEMBERS = range(1001, 1021)
GUESTS, ARTISTS, PATRONS, STAFF = 91, 92, 93, 94
# Pictures a day: of everybody, of the roles, of somebody with several.
GENERAL, BY_ROLE = 4, {GUESTS: 1, ARTISTS: 7, PATRONS: 9, STAFF: None}
ROLES: dict[int, tuple[int, ...]] = {
    1001: (GUESTS,),
    1002: (ARTISTS,),
    1003: (GUESTS, PATRONS),
    1004: (STAFF, GUESTS),
    1005: (PATRONS, ARTISTS, 99),
    1006: (99,),
}
OWN = {1001: 1, 1002: 7, 1003: 9, 1004: None, 1005: 9}
WIDE = Limits(server_day=10_000, server_line=1000, member_line=1000)


@dataclass(frozen=True)
class Asked:
    """A request of the crowd, and what intake said."""

    who: int
    where: int
    count: int
    said: Any


async def asks(world: World, number: int, *, who: int, where: int, count: int) -> Asked:
    said = await world.intake.accept(
        ImageRequest(kind=Kind.IMAGINE, prompt=f"fox {number}", model="sdxl", count=count),
        Requester(user_id=who, guild_id=where, channel_id=CHANNEL, role_ids=ROLES.get(who, ())),
        source_key=f"interaction:{number}",
        reply=Reply(token=None, expires_at=None, file_limit_bytes=10 * MIB),
    )
    if isinstance(said, Accepted):
        await world.intake.placed(said.job.id, message_id=None)
    return Asked(who, where, count, said)


async def a_crowd_asks(world: World, dice: random.Random, *, of: int = CROWD) -> list[Asked]:
    """So many at the same moment; two in three of them in the server that has limits."""
    return await asyncio.gather(
        *(
            asks(
                world,
                dice.randrange(10**12),
                who=dice.choice(MEMBERS),
                where=dice.choice((SERVER, SERVER, OTHER_SERVER)),
                count=dice.randint(1, 4),
            )
            for _ in range(of)
        )
    )


async def rules_are_set(world: World) -> None:
    own = ServerSettings(server_day=SERVER_DAY, member_day=GENERAL)
    async with world.database.transaction() as tx:
        await preferences.set_server(tx, SERVER, own)
        for role_id, member_day in BY_ROLE.items():
            await preferences.set_role(tx, SERVER, role_id, member_day)


async def booked(world: World, guild_id: int) -> list[Any]:
    async with world.database.reading() as tx:
        assert not (await tx.execute(text(DRIFT))).all()
        rows = (await tx.execute(ledger.select().order_by(ledger.c.id))).all()
    return [row for row in rows if row.guild_id == guild_id]


def used_at_every_moment(entries: Iterable[Any]) -> list[int]:
    """What was used after each entry: only ever appended to, so these are all the moments."""
    return list(itertools.accumulate((entry.pictures for entry in entries), initial=0))


def no_limit_was_passed(entries: list[Any]) -> None:
    server = used_at_every_moment(entries)
    assert 0 <= min(server) <= max(server) <= SERVER_DAY
    for member in MEMBERS:
        limit = OWN.get(member, GENERAL)
        own = used_at_every_moment(entry for entry in entries if entry.user_id == member)
        assert min(own) >= 0
        assert limit is None or max(own) <= limit, (member, own)


def every_refusal_was_true(asked: list[Asked], entries: list[Any]) -> None:
    """The numbers of a refusal are what one of the moments before it had, for whom it names."""
    for each in asked:
        if not isinstance(each.said, OverLimit):
            continue
        no = each.said
        assert each.where == SERVER
        assert no.asked == each.count > no.remaining
        match no.rule:
            case Rule.SERVER_DAY:
                whose, limit = entries, SERVER_DAY
            case Rule.MEMBER_DAY:
                whose = [entry for entry in entries if entry.user_id == each.who]
                limit = OWN.get(each.who, GENERAL) or 0
            case _:
                raise AssertionError(no)
        assert no.limit == limit
        assert no.used in used_at_every_moment(whose)


async def test_two_hundred_at_once_by_roles_members_and_servers(
    tmp_path: Path, vendor: Vendor
) -> None:
    dice = random.Random(7)
    async with a_world(tmp_path, vendor, policy=a_policy(limits=WIDE)) as world:
        await rules_are_set(world)
        asked = await a_crowd_asks(world, dice)
        entries = await booked(world, SERVER)
        no_limit_was_passed(entries)
        every_refusal_was_true(asked, entries)
        refused = [each.said for each in asked if isinstance(each.said, OverLimit)]
        assert {no.rule for no in refused} == {Rule.SERVER_DAY, Rule.MEMBER_DAY}
        # It came to the limit, and nothing that fitted was refused: what is left is too little.
        assert SERVER_DAY - used_at_every_moment(entries)[-1] < 4
        elsewhere = [each for each in asked if each.where == OTHER_SERVER]
        assert all(isinstance(each.said, Accepted) for each in elsewhere)
        assert await world.booked(OTHER_SERVER) == sum(each.count for each in elsewhere)


async def test_a_crowd_while_jobs_end_fail_and_are_taken_back(
    tmp_path: Path, vendor: Vendor
) -> None:
    """What is refunded may be asked for again, and never twice."""
    dice = random.Random(11)
    policy = a_policy(limits=WIDE, max_queued=20)
    vendor.max_queued = 20
    # Pictures that nobody looks at.
    vendor.desk.studio = Studio(sketch)
    async with a_world(tmp_path, vendor, policy=policy) as world:
        await rules_are_set(world)
        asked: list[Asked] = []
        for _ in range(3):
            vendor.next(*dice.choices((Mood.AT_ONCE, Mood.ERROR_200, Mood.FEWER_PICTURES), k=50))
            crowd = asyncio.create_task(a_crowd_asks(world, dice, of=50))
            world.start() if world._running is None else world.runner.wake()
            asked += await crowd
            accepted = [each for each in asked if isinstance(each.said, Accepted)]
            await asyncio.gather(
                *(
                    world.withdrawals.withdraw(
                        each.said.job.id, guild_id=each.where, user_id=each.who, moderator=False
                    )
                    for each in dice.sample(accepted, k=10)
                )
            )
        await world.until_done(timeout_s=30)
        entries = await booked(world, SERVER)
        no_limit_was_passed(entries)
        every_refusal_was_true(asked, entries)
        async with world.database.reading() as tx:
            made = (await tx.execute(jobs_table.select())).all()
        received = sum(job.outcome.get("received", 0) for job in made if job.guild_id == SERVER)
        assert used_at_every_moment(entries)[-1] == received
        ends = {job.verdict for job in made}
        assert {Verdict.PICTURES, Verdict.CANCELLED} <= ends
        assert not any(isinstance(each.said, OverLimit) for each in asked if each.where != SERVER)


async def test_a_server_wins_no_second_day_against_the_owner_by_moving(
    tmp_path: Path, vendor: Vendor
) -> None:
    noon = datetime(2026, 11, 20, 12, tzinfo=UTC)
    clock = Clock(ahead=noon - datetime.now(UTC))
    limits = Limits(server_day=100, owner_day=6, server_line=100, member_line=100)
    async with a_world(tmp_path, vendor, policy=a_policy(limits=limits), clock=clock) as world:

        async def moves(zone: str) -> None:
            own = ServerSettings(server_day=4, time_zone=zone)
            async with world.database.transaction() as tx:
                await preferences.set_server(tx, SERVER, own)

        await moves("UTC")
        assert isinstance(await world.asks(count=4), Accepted)
        assert (await world.asks()).rule is Rule.SERVER_DAY
        # There it is tomorrow already: a day of the server's own that is unused ...
        await moves("Pacific/Kiritimati")
        assert isinstance(await world.asks(count=2), Accepted)
        # ... and the owner's ceiling, for which it is not.
        no = await world.asks()
        assert (no.rule, no.used, no.limit) == (Rule.OWNER_DAY, 6, 6)
        assert no.resets_at == datetime(2026, 11, 21, tzinfo=UTC)
        await moves("Pacific/Pago_Pago")
        assert (await world.asks()).rule is Rule.SERVER_DAY
        await moves("UTC")
        assert (await world.asks()).rule is Rule.SERVER_DAY
        # The owner's new day: of the server's own, two are used, asked for hours too early.
        clock.advance(timedelta(hours=12).total_seconds())
        assert isinstance(await world.asks(who=ANA, count=2), Accepted)
        assert (await world.asks()).rule is Rule.SERVER_DAY
        assert await world.booked() == 8
