"""What the daily clean-up lets go, what it leaves alone, and that it comes round."""

import asyncio
import os
import time
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from bot.domain.errors import StorageError
from bot.domain.job import Card, Job, JobStatus, StoredPicture
from bot.domain.request import InputPicture, Kind
from bot.engine.housekeeping import Housekeeping
from bot.engine.leftovers import Leftovers
from storage import cards, facts, holdings, inputs, jobs, results, retention, slots
from storage.database import Database, Transaction
from storage.pictures import PictureFiles
from storage.retention import Kept
from storage.tables import jobs as jobs_table
from storage.tables import ledger, totals
from tests.engine.world import ANA, KEEP, SERVER, World
from tests.storage.ground import a_job, moved_to

DAYS = timedelta(days=1)


def on_disk(folder: Path) -> int:
    return sum(path.is_file() for path in (folder / "pictures").rglob("*"))


async def a_result(world: World, **options: Any) -> int:
    asked = await world.asks(**options)
    await world.until_done()
    return int(asked.job.id)


async def cleaned(world: World, **later: float) -> None:
    await world.housekeeping.clean(world.clock.now() + timedelta(**later))


async def test_each_part_of_a_job_goes_in_its_own_time(world: World) -> None:
    job_id = await a_result(world)
    await cleaned(world, days=29)
    assert on_disk(world.folder) == 2
    await cleaned(world, days=31)
    details = await world.records.details(job_id, guild_id=SERVER, user_id=ANA)
    assert details is not None
    assert details.pictures == ()
    # The thumbnail.
    assert on_disk(world.folder) == 1
    await cleaned(world, days=181)
    assert on_disk(world.folder) == 0
    assert (await world.job(job_id)).request.prompt
    await cleaned(world, days=366)
    assert await world.records.details(job_id, guild_id=SERVER, user_id=ANA) is None
    # What was used stays used.
    assert await world.booked() == 1


async def test_old_pictures_go_and_young_ones_that_are_the_same_stay(world: World) -> None:
    old = [await a_result(world, prompt="old", seed=number) for number in (1, 2, 2)]
    world.clock.advance(3600)
    young = await a_result(world, prompt="old", seed=2)
    await cleaned(world, days=30, minutes=-30)
    # The young one shares its bytes with two of the old ones; two thumbnails stay, too.
    assert on_disk(world.folder) == 1 + 2
    for job_id, left in ((old[0], 0), (young, 1)):
        details = await world.records.details(job_id, guild_id=SERVER, user_id=ANA)
        assert details is not None
        assert len(details.pictures) == left


async def test_it_goes_on_past_its_first_handful(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.engine.housekeeping.AT_ONCE", 2)
    for number in range(5):
        await world.asks(seed=number)
    await world.until_done()
    await cleaned(world, days=31)
    assert on_disk(world.folder) == 5
    await cleaned(world, days=366)
    assert on_disk(world.folder) == 0
    async with world.database.reading() as tx:
        assert await jobs.get(tx, 1) is None
        assert await jobs.get(tx, 5) is None


async def test_it_comes_round_once_a_day_however_often_the_bot_is_restarted(world: World) -> None:
    assert await world.housekeeping.clean_if_due()
    for hours in (1, 22):
        world.clock.advance(hours * 3600)
        again = Housekeeping(
            world.database,
            files=world.files,
            leftovers=world.leftovers,
            keep=KEEP,
            now=world.clock.now,
        )
        assert not await again.clean_if_due()
    world.clock.advance(3600)
    assert await again.clean_if_due()


async def test_stopped_in_the_middle_it_ends_its_portion_and_begins_no_other(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cut off in a question to the database, it could keep the whole process from ending."""
    monkeypatch.setattr("bot.engine.housekeeping.AT_ONCE", 1)
    for number in range(3):
        await world.asks(seed=number)
    await world.until_done()
    world.clock.advance(31 * 86_400)
    housekeeping = Housekeeping(
        world.database,
        files=world.files,
        leftovers=world.leftovers,
        keep=KEEP,
        now=world.clock.now,
        look_every_s=0.01,
    )
    first, go_on = asyncio.Event(), asyncio.Event()
    drop = retention.drop

    async def slow(tx: Transaction, what: Kept, job_ids: Collection[int]) -> set[str]:
        if what is Kept.PICTURES:
            first.set()
            await go_on.wait()
        return await drop(tx, what, job_ids)

    monkeypatch.setattr(retention, "drop", slow)
    running = asyncio.create_task(housekeeping.run())
    async with asyncio.timeout(2):
        await first.wait()
        housekeeping.stop()
        go_on.set()
        await running
    # The file of the portion that was under way went along with its row; another day goes on.
    assert on_disk(world.folder) == 2 + 3
    monkeypatch.undo()
    assert await world.housekeeping.clean_if_due()
    assert on_disk(world.folder) == 3


async def test_stopped_while_there_is_nothing_to_do_it_ends_at_once(world: World) -> None:
    running = asyncio.create_task(world.housekeeping.run())
    await asyncio.sleep(0)
    world.housekeeping.stop()
    async with asyncio.timeout(1):
        await running
    async with world.database.reading() as tx:
        assert await facts.get(tx, "cleaned_at") is None


async def test_trouble_with_the_database_does_not_end_it(world: World) -> None:
    tries, twice = 0, asyncio.Event()

    async def broken(_tx: Transaction, _key: str) -> str | None:
        nonlocal tries
        tries += 1
        if tries == 2:
            twice.set()
        raise StorageError("the disk is full")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(facts, "get", broken)
        housekeeping = Housekeeping(
            world.database,
            files=world.files,
            leftovers=world.leftovers,
            keep=KEEP,
            now=world.clock.now,
            look_every_s=0.001,
        )
        running = asyncio.create_task(housekeeping.run())
        async with asyncio.timeout(2):
            await twice.wait()
            housekeeping.stop()
            await running


async def test_what_is_expired_or_unnamed_goes(world: World) -> None:
    sha256 = await world.files.put(b"taken in, and then refused")
    assert on_disk(world.folder) == 1
    await cleaned(world)
    # Perhaps somebody is only about to name it.
    assert await world.files.get(sha256)
    [whole] = (world.folder / "pictures").glob("??/*")
    # What a process leaves behind that is killed while it writes.
    half = whole.with_name(".new-half")
    half.write_bytes(b"taken")
    for path in (whole, half):
        os.utime(path, (time.time() - 2 * 86_400,) * 2)
    await cleaned(world)
    assert not whole.exists()
    assert not half.exists()


async def test_an_erased_job_whose_slot_was_held_goes_when_that_is_free(world: World) -> None:
    job_id = await a_result(world)
    async with world.database.transaction() as tx:
        assert await slots.take(tx, [job_id], maximum=5, now=world.clock.now())
    await world.erasure.erase(ANA, guild_id=None)
    assert (await world.job(job_id)).erased
    assert (await world.job(job_id)).request.prompt == ""
    await cleaned(world)
    assert (await world.job(job_id)).erased
    async with world.database.transaction() as tx:
        await slots.free(tx, job_id)
    await cleaned(world)
    async with world.database.reading() as tx:
        assert await jobs.get(tx, job_id) is None


async def test_sums_of_days_long_past_go_and_the_others_stay(world: World) -> None:
    await a_result(world)
    async with world.database.reading() as tx:
        before = (await tx.execute(totals.select())).all()
    await cleaned(world, days=61)
    async with world.database.reading() as tx:
        assert (await tx.execute(totals.select())).all() == before
    await cleaned(world, days=64)
    async with world.database.reading() as tx:
        left = {row.period for row in await tx.execute(totals.select())}
        entries = (await tx.execute(ledger.select())).all()
    assert {period.removeprefix("utc:") for period in left} == {
        row.period for row in before if len(row.period) == len("2026-11")
    }
    assert len(entries) == 2


@pytest.mark.parametrize("zone_hours", [-12, 0, 14])
async def test_an_alias_goes_when_its_month_is_over_everywhere(
    world: World, zone_hours: int
) -> None:
    await a_result(world)
    await world.erasure.erase(ANA, guild_id=None)
    alias = world.policy.alias(ANA)

    async def aliased() -> tuple[int, int]:
        async with world.database.reading() as tx:
            entries = (await tx.execute(ledger.select())).all()
            sums = (await tx.execute(totals.select())).all()
        return (
            sum(row.user_id == alias for row in entries),
            sum(row.user_id == alias for row in sums),
        )

    month = world.clock.now().replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    over = (month + timedelta(days=32)).replace(day=1)
    # Wherever the server is: its month is over at most half a day after that of UTC.
    moment = over - timedelta(hours=zone_hours)
    await world.housekeeping.clean(moment)
    local_month_is_over = moment >= over + timedelta(hours=12)
    assert await aliased() == ((0, 0) if local_month_is_over else (2, 2))
    await world.housekeeping.clean(over + timedelta(hours=12))
    assert await aliased() == (0, 0)
    # The server's own sums are what they were.
    assert await world.booked() == 1


async def test_the_alias_of_a_live_reservation_outlives_its_month(world: World) -> None:
    world.vendor.hold()
    asked = await world.asks()
    await world.until_status(asked.job.id, JobStatus.WAITING)
    await world.erasure.erase(ANA, guild_id=None)
    await cleaned(world, days=40)
    async with world.database.reading() as tx:
        [entry] = (await tx.execute(ledger.select())).all()
    assert entry.user_id == world.policy.alias(ANA)
    world.vendor.release()
    await world.until_done()
    await cleaned(world, days=40)
    async with world.database.reading() as tx:
        entries = (await tx.execute(ledger.select())).all()
        sums = {
            (row.guild_id, row.user_id, row.period): row.pictures
            for row in await tx.execute(totals.select())
        }
    assert [entry.user_id for entry in entries] == [0, 0]
    # Booked to the server once, not once more as nobody's.
    assert sums[SERVER, 0, entries[0].month] == 1


AGE = st.integers(0, 800)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(past=st.lists(st.tuples(st.sampled_from(JobStatus), AGE), min_size=1, max_size=8))
async def test_a_live_job_is_never_touched(
    tmp_path_factory: pytest.TempPathFactory, past: list[tuple[JobStatus, int]]
) -> None:
    folder = tmp_path_factory.mktemp("property")
    database = await Database.open(f"sqlite+aiosqlite:///{folder}/limner.db")
    files = PictureFiles(folder / "pictures")
    now = datetime(2026, 11, 20, 12, tzinfo=UTC)
    housekeeping = Housekeeping(
        database,
        files=files,
        leftovers=Leftovers(database, files=files),
        keep=KEEP,
        now=lambda: now,
    )
    try:
        made: list[tuple[Job, Card, int, set[str]]] = []
        for status, age in past:
            job, digests = await _full_job(database, files, status, age=age, now=now)
            async with database.reading() as tx:
                made.append((job, await cards.get(tx, job.id), age, digests))
        await housekeeping.clean(now)
        for job, card, age, digests in made:
            await _as_it_should_be(database, files, job, card, age, digests)
    finally:
        await database.close()


async def _full_job(
    database: Database, files: PictureFiles, status: JobStatus, *, age: int, now: datetime
) -> tuple[Job, set[str]]:
    then = now - timedelta(days=age)
    async with database.transaction() as tx:
        number = (await a_job(tx)).id
        names = [await files.put(f"{part} {number}".encode()) for part in "abc"]
        given_picture = InputPicture(
            sha256=names[0], mime="image/png", width_px=8, height_px=8, size_bytes=1
        )
        job = await a_job(tx, kind=Kind.REMIX, source=given_picture, now=then)
        await inputs.put(tx, [job])
        job = await moved_to(tx, job, status)
        result = StoredPicture(
            position=1, sha256=names[1], mime="image/png", width_px=8, height_px=8, size_bytes=1
        )
        await results.put(tx, job.id, [result])
        await results.put_thumbnail(tx, job.id, names[2], flagged=False)
        if status is JobStatus.DELIVERED:
            await tx.execute(
                update(jobs_table).where(jobs_table.c.id == job.id).values(delivered_at=then)
            )
    return job, set(names)


async def _as_it_should_be(
    database: Database, files: PictureFiles, job: Job, card: Card, age: int, digests: set[str]
) -> None:
    async with database.reading() as tx:
        current = await jobs.get(tx, job.id)
        needed = await holdings.needed(tx, digests)
        if job.status is JobStatus.DELIVERED:
            assert (current is None) == (age > KEEP.texts.days)
        else:
            assert current == job
            assert await cards.get(tx, job.id) == card
            assert needed == digests
    left = {sha256 for sha256 in digests if await _is_there(files, sha256)}
    assert left == needed
    kept_for = (KEEP.inputs, KEEP.pictures, KEEP.thumbnails)
    if job.status is JobStatus.DELIVERED:
        assert len(left) == sum(age <= keep.days for keep in kept_for)


async def _is_there(files: PictureFiles, sha256: str) -> bool:
    return files._path(sha256).exists()
