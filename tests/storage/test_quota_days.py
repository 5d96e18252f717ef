"""Days and months that end while a job is under way, near and far: no account drifts."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from bot.domain.limits import UTC_ZONE, Usage, period
from bot.domain.request import Requester
from storage import jobs, quotas
from storage.database import Database
from storage.tables import totals
from tests.storage.ground import ALIAS, ANA, SERVER, a_new_job, a_request, reserve_one, usage_of
from tests.storage.sums import DRIFT


def utc(moment: str) -> datetime:
    return datetime.fromisoformat(moment).replace(tzinfo=UTC)


async def reserved(database: Database, moment: str, zone: str) -> int:
    """A job for four pictures, for which a cent is reserved."""
    now = utc(moment)
    new = a_new_job(
        request=a_request(count=4),
        requester=Requester(user_id=ANA, guild_id=SERVER, channel_id=21),
        created_at=now,
    )
    async with database.transaction() as tx:
        (job,) = await jobs.insert_jobs(tx, [new])
        when, owner = period(now, zone), period(now, UTC_ZONE)
        await reserve_one(tx, job, when=when, owner=owner, cost_micros=10_000, now=now)
    return job.id


async def closed(database: Database, job_id: int, moment: str, *, charged: int) -> None:
    async with database.transaction() as tx:
        await quotas.close(
            tx, job_id, charged=charged, cost_micros=2_500 * charged, now=utc(moment)
        )


async def used(database: Database, moment: str, zone: str) -> Usage:
    when, owner = period(utc(moment), zone), period(utc(moment), UTC_ZONE)
    async with database.reading() as tx:
        assert not (await tx.execute(text(DRIFT))).all()
        return await usage_of(tx, guild_id=SERVER, user_id=ANA, alias=ALIAS, when=when, owner=owner)


def days(usage: Usage) -> tuple[int, int, int, int, int]:
    return (
        usage.server_day,
        usage.member_day,
        usage.server_month,
        usage.member_month,
        usage.owner_day,
    )


@pytest.mark.parametrize("charged", [0, 1, 4])
@pytest.mark.parametrize(
    ("zone", "evening", "morning", "new_month", "new_owner_day", "new_owner_month"),
    [
        # What has ended when the vendor answers: the server's day always, and what else?
        (UTC_ZONE, "2024-11-20T23:59", "2024-11-21T00:01", False, True, False),
        (UTC_ZONE, "2024-11-30T23:59", "2024-12-01T00:01", True, True, True),
        (UTC_ZONE, "2024-02-28T23:59", "2024-02-29T00:00", False, True, False),
        # Midnight in the far east is ten in the morning of the owner's day, and the other way.
        ("Pacific/Kiritimati", "2024-11-30T09:59", "2024-11-30T10:01", True, False, False),
        ("Pacific/Kiritimati", "2024-11-20T09:59", "2024-11-20T10:01", False, False, False),
        ("Pacific/Pago_Pago", "2024-12-01T10:59", "2024-12-01T11:00", True, False, False),
        ("Asia/Kathmandu", "2024-11-20T18:14", "2024-11-20T18:15", False, False, False),
        # An hour that comes twice, and one that never comes.
        ("Asia/Beirut", "2022-10-29T20:30", "2022-10-29T22:00", False, False, False),
        ("America/Havana", "2024-03-10T04:59", "2024-03-10T05:00", False, False, False),
        ("America/Asuncion", "2023-10-01T03:59", "2023-10-01T04:00", True, False, False),
        # A whole day that never was.
        ("Pacific/Apia", "2011-12-30T09:59", "2011-12-30T10:01", False, False, False),
    ],
)
async def test_what_ends_after_midnight_is_booked_before_it(
    database: Database,
    zone: str,
    evening: str,
    morning: str,
    new_month: bool,
    new_owner_day: bool,
    new_owner_month: bool,
    charged: int,
) -> None:
    job_id = await reserved(database, evening, zone)
    assert days(await used(database, evening, zone)) == (4, 4, 4, 4, 4)
    month, owner_day = (0 if new_month else 4), (0 if new_owner_day else 4)
    # The new day knows nothing of it while it waits ...
    assert days(await used(database, morning, zone)) == (0, 0, month, month, owner_day)
    await closed(database, job_id, morning, charged=charged)
    # ... and gets neither its pictures nor its refund.
    month, owner_day = (0 if new_month else charged), (0 if new_owner_day else charged)
    today = await used(database, morning, zone)
    assert days(today) == (0, 0, month, month, owner_day)
    assert today.owner_budget == (0 if new_owner_month else 0.25 * charged)
    yesterday = await used(database, evening, zone)
    assert days(yesterday) == (charged,) * 5
    assert yesterday.owner_budget == 0.25 * charged


async def test_a_server_that_moves_keeps_its_booked_days_by_their_names(
    database: Database,
) -> None:
    """Noon in Greenwich: the 20th there, and the 21st in Kiritimati already."""
    noon = "2024-11-20T12:00"
    first = await reserved(database, noon, UTC_ZONE)
    # Moved: its own day is another one, its month and the owner's day are the same.
    assert days(await used(database, noon, "Pacific/Kiritimati")) == (0, 0, 4, 4, 4)
    second = await reserved(database, noon, "Pacific/Kiritimati")
    assert days(await used(database, noon, "Pacific/Kiritimati")) == (4, 4, 8, 8, 8)
    # Moved back: the first day is as it was left. Tomorrow's has been begun, hours too early.
    assert days(await used(database, noon, UTC_ZONE)) == (4, 4, 8, 8, 8)
    assert days(await used(database, "2024-11-21T12:00", UTC_ZONE)) == (4, 4, 8, 8, 0)
    # Wherever the server is by then: each ends where it began.
    await closed(database, first, noon, charged=0)
    await closed(database, second, noon, charged=3)
    assert days(await used(database, noon, UTC_ZONE)) == (0, 0, 3, 3, 3)
    assert days(await used(database, noon, "Pacific/Kiritimati")) == (3, 3, 3, 3, 3)


async def test_no_day_of_a_server_is_taken_for_one_of_the_owners(database: Database) -> None:
    """Both are named alike; a server in UTC has both, with two sums of their own."""
    await reserved(database, "2024-11-20T12:00", "Pacific/Kiritimati")
    async with database.reading() as tx:
        rows = (await tx.execute(totals.select())).all()
    assert {(row.guild_id, row.user_id, row.period): row.pictures for row in rows} == {
        (SERVER, ANA, "2024-11-21"): 4,
        (SERVER, ANA, "2024-11"): 4,
        (SERVER, 0, "2024-11-21"): 4,
        (SERVER, 0, "2024-11"): 4,
        (SERVER, 0, "utc:2024-11-20"): 4,
        (0, 0, "utc:2024-11"): 4,
    }
