"""Whatever is booked in whatever order: every total is the plain sum, and usage says the same.

The sums are kept a third time here, by a model that knows nothing of tables.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from bot.domain.job import Job
from bot.domain.limits import UTC_ZONE, Period, Usage, period
from bot.domain.request import PERSONAL, Requester
from storage import aliases, jobs, quotas
from storage.database import Database, Transaction
from storage.tables import totals
from tests.storage.ground import a_new_job, a_request, usage_of
from tests.storage.sums import DRIFT

SERVERS = (PERSONAL, 11, 12)
MEMBERS = (101, 102, 103)
ZONES = (UTC_ZONE, "Pacific/Kiritimati", "Pacific/Pago_Pago", "America/Havana")
# Days before a year's end: a few steps cross days and months, here and there at other moments.
BEGIN = datetime(2024, 12, 30, 9, tzinfo=UTC)
ALL_OF_IT = 10_000

who = st.tuples(st.sampled_from(SERVERS), st.sampled_from(MEMBERS))
asks = st.tuples(who, st.sampled_from(ZONES), st.integers(1, 4), st.integers(0, 50_000))
steps = st.one_of(
    # Several at once, as they come after a burst: the same sums may move more than once.
    st.tuples(st.just("reserve"), st.lists(asks, min_size=1, max_size=6)),
    st.tuples(st.just("close"), st.integers(0, 50), st.integers(0, 4), st.integers(0, 50_000)),
    st.tuples(st.just("later"), st.integers(1, 60)),
    st.tuples(st.just("forget"), st.sampled_from(MEMBERS), st.sampled_from((None, *SERVERS))),
)


def alias_of(user_id: int) -> int:
    return -user_id


@dataclass
class Model:
    """What is to be found, reckoned without any table."""

    now: datetime = BEGIN
    pictures: Counter[tuple[int, int, str]] = field(default_factory=Counter)
    micros: Counter[tuple[int, int, str]] = field(default_factory=Counter)
    live: list[tuple[Job, Period, Period, int]] = field(default_factory=list)
    forgotten: set[int] = field(default_factory=set)

    def book(self, job: Job, when: Period, owner: Period, pictures: int, micros: int) -> None:
        guild_id, user_id = job.requester.guild_id, job.requester.user_id
        account = alias_of(user_id) if job.id in self.forgotten else user_id
        for key in (
            (guild_id, account, when.day),
            (guild_id, account, when.month),
            (guild_id, 0, when.day),
            (guild_id, 0, when.month),
            (guild_id, 0, "utc:" + owner.day),
            (0, 0, "utc:" + owner.month),
        ):
            self.pictures[key] += pictures
            self.micros[key] += micros

    def forget(self, user_id: int, guild_id: int | None, job_ids: set[int]) -> None:
        self.forgotten |= job_ids
        for sums in (self.pictures, self.micros):
            for key in [key for key in sums if key[1] == user_id and guild_id in (None, key[0])]:
                sums[key[0], alias_of(user_id), key[2]] += sums.pop(key)

    def usage(self, guild_id: int, user_id: int, when: Period, owner: Period) -> Usage:
        mine = (user_id, alias_of(user_id))
        here = [job.requester for job, *_ in self.live if job.requester.guild_id == guild_id]
        return Usage(
            server_day=self.pictures[guild_id, 0, when.day],
            server_month=self.pictures[guild_id, 0, when.month],
            member_day=sum(self.pictures[guild_id, each, when.day] for each in mine),
            member_month=sum(self.pictures[guild_id, each, when.month] for each in mine),
            owner_day=self.pictures[guild_id, 0, "utc:" + owner.day],
            server_line=len(here),
            member_line=sum(requester.user_id == user_id for requester in here),
            owner_budget=self.micros[0, 0, "utc:" + owner.month] / 10_000,
        )


async def take(tx: Transaction, model: Model, step: tuple[Any, ...]) -> None:
    match step:
        case ("reserve", asked):
            await reserve(tx, model, asked)
        case ("close", index, charged, micros) if model.live:
            job, when, owner, reserved = model.live.pop(index % len(model.live))
            charged = min(charged, job.request.pictures)
            await quotas.close(tx, job.id, charged=charged, cost_micros=micros, now=model.now)
            await tx.execute(
                text("UPDATE jobs SET status = 'settled' WHERE id = :id"), {"id": job.id}
            )
            model.book(job, when, owner, charged - job.request.pictures, micros - reserved)
        case ("later", hours):
            model.now += timedelta(hours=hours)
        case ("forget", user_id, guild_id):
            await aliases.take_over(
                tx, user_id, alias_of(user_id), guild_id=guild_id, limit=ALL_OF_IT
            )
            model.forget(
                user_id,
                guild_id,
                {
                    job.id
                    for job, *_ in model.live
                    if job.requester.user_id == user_id
                    and guild_id in (None, job.requester.guild_id)
                },
            )


async def reserve(tx: Transaction, model: Model, asked: list[Any]) -> None:
    new = [
        a_new_job(
            request=a_request(count=count),
            requester=Requester(user_id=user_id, guild_id=guild_id, channel_id=21),
            created_at=model.now,
        )
        for (guild_id, user_id), _, count, _ in asked
    ]
    made = await jobs.insert_jobs(tx, new)
    owner = period(model.now, UTC_ZONE)
    booked = [
        quotas.Reservation(job=job, when=period(model.now, zone), owner=owner, cost_micros=micros)
        for job, (_, zone, _, micros) in zip(made, asked, strict=True)
    ]
    await quotas.reserve(tx, booked, now=model.now)
    for each in booked:
        model.live.append((each.job, each.when, each.owner, each.cost_micros))
        model.book(each.job, each.when, each.owner, each.job.request.pictures, each.cost_micros)


async def compare(tx: Transaction, model: Model) -> None:
    assert not (await tx.execute(text(DRIFT))).all()
    rows = (await tx.execute(totals.select())).all()
    kept = {(row.guild_id, row.user_id, row.period): row for row in rows}
    assert {key: row.pictures for key, row in kept.items()} == model.pictures
    assert {key: row.cost_micros for key, row in kept.items()} == model.micros
    owner = period(model.now, UTC_ZONE)
    for guild_id in SERVERS:
        for number, user_id in enumerate(MEMBERS):
            when = period(model.now, ZONES[number])
            found = await usage_of(
                tx,
                guild_id=guild_id,
                user_id=user_id,
                alias=alias_of(user_id),
                when=when,
                owner=owner,
            )
            assert found == model.usage(guild_id, user_id, when, owner)


class Enough(Exception):
    """A story is over; the next one begins with empty books."""


async def tell(database: Database, story: list[tuple[Any, ...]]) -> None:
    model = Model()
    async with database.transaction() as tx:
        for step in story:
            await take(tx, model, step)
            await compare(tx, model)
        raise Enough


@settings(
    max_examples=30,
    # A story that fails is short enough to be read as it is; to shorten it takes minutes.
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(story=st.lists(steps, min_size=1, max_size=15))
async def test_totals_and_usage_are_the_plain_sums_after_every_step(
    database: Database, story: list[tuple[Any, ...]]
) -> None:
    with pytest.raises(Enough):
        await tell(database, story)
