"""The ledger: reserved once, closed once; and its kept totals are the plain sums of its entries."""

import asyncio
import contextlib
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from bot.domain.job import Job, JobStatus
from bot.domain.limits import UTC_ZONE, Limits, Usage, decide, period
from storage import quotas
from storage.database import Database
from storage.tables import ledger, totals
from tests.storage.ground import (
    ALIAS,
    ANA,
    NOW,
    SERVER,
    TODAY,
    a_job,
    a_job_in,
    moved_to,
    reserve_one,
    usage_of,
)
from tests.storage.sums import DRIFT

BOB = 102


async def used(database: Database, user_id: int = ANA, now: datetime = NOW) -> Usage:
    when = period(now, UTC_ZONE)
    async with database.reading() as tx:
        return await usage_of(
            tx, guild_id=SERVER, user_id=user_id, alias=ALIAS, when=when, owner=when
        )


async def close(database: Database, job: Job, *, charged: int, now: datetime = NOW) -> None:
    async with database.transaction() as tx:
        await quotas.close(tx, job.id, charged=charged, cost_micros=charged * 4700, now=now)


async def totals_are_plain_sums(database: Database) -> bool:
    async with database.reading() as tx:
        return not (await tx.execute(text(DRIFT))).all()


async def test_what_is_reserved_counts_until_it_is_known_what_was_used(
    database: Database,
) -> None:
    job = await a_job_in(database, JobStatus.QUEUED, count=4)
    assert await used(database) == Usage(
        server_day=4,
        server_month=4,
        member_day=4,
        member_month=4,
        owner_day=4,
        server_line=1,
        member_line=1,
        owner_budget=0.47,
    )
    await close(database, job, charged=3)
    usage = await used(database)
    assert (usage.server_day, usage.server_month, usage.member_day) == (3, 3, 3)
    assert (usage.owner_day, usage.member_month) == (3, 3)
    assert usage.owner_budget == pytest.approx(1.41)


async def test_the_totals_move_with_every_entry_of_the_ledger(database: Database) -> None:
    """Every key by name: the sums' own test is not made with the sums' own code."""
    job = await a_job_in(database, JobStatus.QUEUED, count=4)
    await a_job_in(database, JobStatus.QUEUED, count=1, user_id=BOB)
    await a_job_in(database, JobStatus.QUEUED, count=2, guild_id=99)
    await close(database, job, charged=3)
    async with database.reading() as tx:
        rows = (await tx.execute(totals.select())).all()
    pictures = {(row.guild_id, row.user_id, row.period): row.pictures for row in rows}
    assert pictures == {
        (SERVER, ANA, "2026-11-20"): 3,
        (SERVER, ANA, "2026-11"): 3,
        (SERVER, BOB, "2026-11-20"): 1,
        (SERVER, BOB, "2026-11"): 1,
        (SERVER, 0, "2026-11-20"): 4,
        (SERVER, 0, "2026-11"): 4,
        (SERVER, 0, "utc:2026-11-20"): 4,
        (99, ANA, "2026-11-20"): 2,
        (99, ANA, "2026-11"): 2,
        (99, 0, "2026-11-20"): 2,
        (99, 0, "2026-11"): 2,
        (99, 0, "utc:2026-11-20"): 2,
        (0, 0, "utc:2026-11"): 6,
    }
    assert await totals_are_plain_sums(database)


async def test_a_total_that_drifted_would_be_seen(database: Database) -> None:
    """The measure itself: it finds a sum too many, too few, and one of nothing."""
    await a_job_in(database, JobStatus.QUEUED, count=4)
    for change in (
        "UPDATE totals SET pictures = pictures + 1 WHERE user_id = 0 AND period = '2026-11'",
        "UPDATE totals SET cost_micros = 0 WHERE guild_id = 0",
        "DELETE FROM totals WHERE period = 'utc:2026-11-20'",
        "INSERT INTO totals VALUES (1, 2, '2026-11-20', 0, 0)",
        "INSERT INTO ledger SELECT 9, 9, entry, guild_id, user_id, day, month, utc_day, utc_month,"
        " 1, 1, booked_at FROM ledger",
    ):
        async with database.transaction() as tx:
            assert not (await tx.execute(text(DRIFT))).all()
            await tx.execute(text("SAVEPOINT before"))
            await tx.execute(text(change))
            assert (await tx.execute(text(DRIFT))).all(), change
            await tx.execute(text("ROLLBACK TO before"))


async def test_what_breaks_halfway_moves_no_total(database: Database) -> None:
    await a_job_in(database, JobStatus.QUEUED, count=1)
    with contextlib.suppress(ZeroDivisionError):
        async with database.transaction() as tx:
            await a_job(tx, count=4)
            raise ZeroDivisionError
    assert (await used(database)).server_day == 1
    assert await totals_are_plain_sums(database)


async def test_a_refund_leaves_nothing_and_both_rows_stand(database: Database) -> None:
    job = await a_job_in(database, JobStatus.QUEUED, count=4)
    await close(database, job, charged=0)
    assert (await used(database)).server_day == 0
    async with database.reading() as tx:
        rows = (await tx.execute(ledger.select().order_by(ledger.c.id))).all()
    assert [(row.entry, row.pictures) for row in rows] == [("reserve", 4), ("refund", -4)]
    assert await totals_are_plain_sums(database)


async def test_the_end_is_booked_into_the_period_of_the_reservation(database: Database) -> None:
    """Midnight and a month's end pass while the vendor works."""
    evening = datetime(2026, 11, 30, 23, 59, tzinfo=UTC)
    morning = evening + timedelta(minutes=2)
    job = await a_job_in(database, JobStatus.QUEUED, count=4, now=evening)
    await close(database, job, charged=1, now=morning)
    assert (await used(database, now=evening)).server_day == 1
    assert (await used(database, now=evening)).server_month == 1
    today = await used(database, now=morning)
    assert (today.server_day, today.server_month, today.owner_budget) == (0, 0, 0)
    assert today.owner_day == 0
    assert await totals_are_plain_sums(database)


async def test_one_job_is_reserved_once_and_closed_once(database: Database) -> None:
    job = await a_job_in(database, JobStatus.QUEUED)
    with pytest.raises(IntegrityError):
        async with database.transaction() as tx:
            await reserve_one(tx, job, when=TODAY, owner=TODAY, cost_micros=1, now=NOW)
    await close(database, job, charged=1)
    for charged in (0, 1):
        with pytest.raises(IntegrityError):
            await close(database, job, charged=charged)
    assert (await used(database)).server_day == 1
    # What was refused left the sums where they were.
    assert await totals_are_plain_sums(database)


async def test_usage_is_of_this_server_this_member_this_day(database: Database) -> None:
    async with database.transaction() as tx:
        await a_job(tx, count=1)
        await a_job(tx, count=2, user_id=BOB)
        await a_job(tx, count=4, guild_id=99)
        await a_job(tx, count=3, now=NOW - timedelta(days=1))
        await a_job(tx, count=4, now=NOW - timedelta(days=31))
    ana, bob = await used(database), await used(database, BOB)
    assert (ana.server_day, ana.server_month, ana.member_day) == (3, 6, 1)
    assert (bob.server_day, bob.server_month, bob.member_day) == (3, 6, 2)
    # The owner pays for all servers, by the month in UTC.
    assert ana.owner_budget == bob.owner_budget == pytest.approx(4 * 0.47)


async def test_the_line_is_who_waits_for_the_vendor_not_for_discord(database: Database) -> None:
    async with database.transaction() as tx:
        for status in JobStatus:
            await moved_to(tx, await a_job(tx), status)
            await moved_to(tx, await a_job(tx, user_id=BOB), status)
        await a_job(tx, user_id=BOB)
        await a_job(tx, guild_id=99)
    ana, bob = await used(database), await used(database, BOB)
    assert (ana.server_line, ana.member_line) == (7, 3)
    assert (bob.server_line, bob.member_line) == (7, 4)


async def test_thirty_at_once_do_not_pass_a_limit_of_five(database: Database) -> None:
    """Decided and written under the one write lock; a plain BEGIN let more through."""

    async def ask() -> bool:
        async with database.transaction() as tx:
            no = decide(
                1,
                cost_cents=0.47,
                limits=Limits(server_day=5),
                usage=await usage_of(
                    tx, guild_id=SERVER, user_id=ANA, alias=ALIAS, when=TODAY, owner=TODAY
                ),
                when=TODAY,
                owner=TODAY,
            )
            await asyncio.sleep(0)
            if no is None:
                await a_job(tx)
            return no is None

    said = await asyncio.gather(*(ask() for _ in range(30)))
    assert said.count(True) == 5
    assert (await used(database)).server_day == 5
    assert await totals_are_plain_sums(database)


async def test_an_entry_of_no_known_kind_is_refused(database: Database) -> None:
    values = {
        "job_id": 1,
        "entry": "gift",
        "guild_id": 1,
        "user_id": 1,
        "day": "2026-11-20",
        "month": "2026-11",
        "utc_day": "2026-11-20",
        "utc_month": "2026-11",
        "pictures": -100,
        "cost_micros": 0,
        "booked_at": NOW,
    }
    with pytest.raises(IntegrityError, match="ledger_entry"):
        async with database.transaction() as tx:
            await tx.execute(ledger.insert().values(values))
