"""Erasing: at any moment of a job, wholly, crash-safe, and no way around a limit."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from bot.domain.job import JobStatus
from bot.domain.preferences import MemberSettings
from bot.domain.request import ImageRequest, Kind, Requester
from bot.download import Downloader
from bot.engine.collecting import Collector
from bot.engine.erasure import Erased
from bot.engine.uploads import Uploads
from bot.modelslab.catalogue import Catalogue
from bot.modelslab.client import ModelsLab
from sandbox.modelslab import Mood
from storage import easels, erasure, jobs, picks, preferences, turns
from storage.tables import cards as cards_table
from storage.tables import easels as easels_table
from storage.tables import jobs as jobs_table
from storage.tables import ledger, member_settings, totals
from storage.tables import picks as picks_table
from storage.tables import removals as removals_table
from storage.tables import turns as turns_table
from tests.engine.erasing import (
    MARK,
    a_result,
    erase,
    everything,
    nothing_is_left,
    on_disk,
    rows,
    there,
)
from tests.engine.ordering import before
from tests.engine.test_pictures_in import a_source
from tests.engine.world import (
    ANA,
    BOB,
    CHANNEL,
    OTHER_SERVER,
    SERVER,
    Notebook,
    World,
)


async def test_of_a_delivered_job_nothing_is_left_but_numbers(world: World) -> None:
    source = await a_source(world)
    job_id = await a_result(
        world, negative=MARK, kind=Kind.REMIX, source=source, strength=0.5, count=2
    )
    assert MARK.encode() in everything(world)
    assert await erase(world) == Erased(jobs=1, pictures=2, messages=1, withdrawn=0)
    await nothing_is_left(world, job_id, charged=2)
    [removal] = await rows(world, removals_table)
    assert (removal.channel_id, removal.message_id) == (CHANNEL, 1000 + job_id)
    assert await erase(world) == Erased()


async def test_others_and_other_servers_keep_what_is_theirs(world: World) -> None:
    mine = await a_result(world)
    elsewhere = await a_result(world, where=OTHER_SERVER)
    bobs = await a_result(world, who=BOB)
    counted = await world.erasure.counted(ANA, guild_id=None)
    assert (counted.jobs, counted.pictures) == (2, 2)
    await erase(world, where=SERVER)
    assert [await there(world, each) for each in (mine, elsewhere, bobs)] == [False, True, True]
    await erase(world)
    assert [await there(world, each) for each in (elsewhere, bobs)] == [False, True]
    assert {row.user_id for row in await rows(world, ledger)} == {BOB, world.policy.alias(ANA)}


async def test_in_line_it_is_refunded_and_the_vendor_never_hears_of_it(world: World) -> None:
    asked = await world.asks(MARK)
    assert await erase(world) == Erased(jobs=1, pictures=0, messages=1, withdrawn=1)
    await nothing_is_left(world, asked.job.id, charged=0)
    assert world.vendor.book == []
    assert world.delivered == []


async def test_a_card_that_is_still_on_its_way_is_deleted_when_it_stands(world: World) -> None:
    await world.asks(MARK)
    async with world.database.transaction() as tx:
        await tx.execute(cards_table.update().values(message_id=None))
    await erase(world)
    [removal] = await rows(world, removals_table)
    assert (removal.token, removal.message_id, removal.channel_id) == ("t", None, None)
    assert removal.due_at > world.clock.now()


@pytest.mark.parametrize("status", [JobStatus.SUBMITTING, JobStatus.WAITING])
async def test_what_the_vendor_has_ends_cleanly_and_is_charged(
    world: World, monkeypatch: pytest.MonkeyPatch, status: JobStatus
) -> None:
    world.vendor.hold()
    if status is JobStatus.SUBMITTING:
        before(monkeypatch, ModelsLab, "submit", lambda: erase(world))
        asked = await world.asks(MARK, count=2)
        job = await world.until_status(asked.job.id, JobStatus.WAITING)
    else:
        asked = await world.asks(MARK, count=2)
        await world.until_status(asked.job.id, JobStatus.WAITING)
        said = await erase(world)
        assert (said.jobs, said.withdrawn, said.messages) == (1, 1, 1)
        job = await world.job(asked.job.id)
    assert job.erased
    assert MARK not in str(job)
    assert MARK.encode() not in everything(world)
    # Nobody gets around a limit: what it may cost stays reserved.
    assert await world.booked() == 2
    monkeypatch.setattr(Downloader, "get", _never)
    world.vendor.release()
    await nothing_is_left(world, asked.job.id, charged=2)
    assert world.delivered == []
    # Its price is known, as that of any other.
    assert await world.spent_micros() == 2 * world.policy.price_micros


async def _never(*_: object) -> bytes:
    raise AssertionError("nobody wants to see that any more")


async def test_while_its_pictures_are_fetched(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Collector.collect

    async def then_erase(self: Collector, *args: Any, **options: Any) -> Any:
        found = await real(self, *args, **options)
        assert on_disk(world) == 2
        await erase(world)
        return found

    monkeypatch.setattr(Collector, "collect", then_erase)
    asked = await world.asks(MARK)
    await nothing_is_left(world, asked.job.id, charged=1)
    assert world.delivered == []


async def test_while_its_picture_is_on_the_way_to_the_vendor(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = await a_source(world)
    before(monkeypatch, Uploads, "images", lambda: erase(world))
    asked = await world.asks(MARK, kind=Kind.REMIX, source=source, strength=0.5)
    await nothing_is_left(world, asked.job.id, charged=0)
    assert world.vendor.book == []


@pytest.mark.parametrize(
    ("mood", "charged"),
    [(Mood.FAILED_LATER, 0), (Mood.ERROR_4XX, 0), (Mood.BUSY_429, 0), (Mood.AT_ONCE, 1)],
)
async def test_other_endings_stay_what_they_are(
    world: World, monkeypatch: pytest.MonkeyPatch, mood: Mood, charged: int
) -> None:
    """One that came back to the line has cost nothing, and ends there."""
    world.vendor.next(mood)
    before(monkeypatch, ModelsLab, "submit", lambda: erase(world))
    asked = await world.asks(MARK)
    await nothing_is_left(world, asked.job.id, charged=charged)


async def test_words_that_came_are_erased_too(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = await a_source(world)
    before(monkeypatch, ModelsLab, "submit", lambda: erase(world))
    tool = Catalogue.built_in().tool(Kind.DESCRIBE).id
    asked = await world.asks("", kind=Kind.DESCRIBE, source=source, model=tool)
    await nothing_is_left(world, asked.job.id, charged=0)
    assert world.delivered == []


async def test_an_erased_job_that_is_found_in_line_is_never_bought(world: World) -> None:
    asked = await world.asks(MARK)
    async with world.database.transaction() as tx:
        await erasure.scrub(tx, [asked.job.id])
    await world.until_done()
    assert not await there(world, asked.job.id)
    assert world.vendor.book == []
    assert await world.booked() == 0


async def test_one_that_ran_out_of_time_keeps_its_slot_and_goes_later(world: World) -> None:
    world.vendor.next(Mood.NEVER)
    asked = await world.asks(MARK)
    await world.until_status(asked.job.id, JobStatus.WAITING)
    await erase(world)
    world.clock.advance(601)
    await world.until_status(asked.job.id, JobStatus.DELIVERED)
    assert await world.slots_taken() == 1
    assert MARK.encode() not in everything(world)
    world.clock.advance(3600)
    await world.until_done()
    await world.housekeeping.clean(world.clock.now())
    await nothing_is_left(world, asked.job.id, charged=0)


async def test_settled_and_not_yet_delivered(world: World) -> None:
    world.courier.discord_is_down(1)
    asked = await world.asks(MARK)
    await world.until_status(asked.job.id, JobStatus.SETTLED)
    said = await erase(world)
    assert (said.jobs, said.pictures, said.withdrawn) == (1, 1, 0)
    assert MARK.encode() not in everything(world)
    await nothing_is_left(world, asked.job.id, charged=1)
    assert world.delivered == []


async def test_while_it_is_being_delivered(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message that was just posted is deleted, wherever it is; no reply says it is ready."""

    async def later() -> None:
        # So long that another job would be followed by a ping.
        world.clock.advance(61)
        await erase(world)

    before(monkeypatch, Notebook, "deliver", later)
    asked = await world.asks(MARK)
    await nothing_is_left(world, asked.job.id, charged=1)
    assert [delivery.job.id for delivery in world.delivered] == [asked.job.id]
    found = await rows(world, removals_table)
    assert {(row.channel_id, row.message_id) for row in found} == {(CHANNEL, 1000 + asked.job.id)}
    assert world.courier.pings == []


async def test_what_lies_about_goes_too(world: World) -> None:
    source = await a_source(world)
    now = world.clock.now()
    async with world.database.transaction() as tx:
        for who in (ANA, BOB):
            settings = MemberSettings(negative=MARK, model="flux")
            await preferences.set_member(tx, settings, guild_id=SERVER, user_id=who)
            await picks.put(
                tx,
                [source],
                guild_id=SERVER,
                user_id=who,
                expires_at=now + timedelta(minutes=15),
                number=who,
            )
            await turns.served(tx, [(SERVER, who)])
            await easels.put(tx, an_easel(who, source, now))
    await erase(world)
    for table in (member_settings, picks_table, easels_table):
        assert [row.user_id for row in await rows(world, table)] == [BOB]
    assert sorted(row.user_id for row in await rows(world, turns_table)) == [0, BOB]
    # Bob's easel still needs the picture.
    assert on_disk(world) == 1
    await erase(world, BOB)
    assert on_disk(world) == 0
    assert MARK.encode() not in everything(world)


def an_easel(who: int, source: Any, now: Any) -> easels.Easel:
    return easels.Easel(
        name=f"easel of {who}",
        request=ImageRequest(kind=Kind.INPAINT, prompt=MARK, model="sdxl", source=source),
        requester=Requester(user_id=who, guild_id=SERVER, channel_id=CHANNEL),
        file_limit_bytes=1,
        expires_at=now + timedelta(minutes=15),
    )


async def test_children_of_others_keep_their_own_copies(world: World) -> None:
    source = await a_source(world)
    parent = await a_result(world, kind=Kind.REMIX, source=source, strength=0.5)
    child = await a_result(
        world, "mine", who=BOB, kind=Kind.REMIX, source=source, strength=0.5, parent_job=parent
    )
    await erase(world)
    async with world.database.reading() as tx:
        job = await jobs.get(tx, child)
    assert job is not None
    assert job.request.source == source
    assert await world.files.get(source.sha256)


async def test_killed_in_the_middle_a_repeated_erase_finishes(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.engine.erasure.JOBS_AT_ONCE", 2)
    monkeypatch.setattr("bot.engine.erasure.ENTRIES_AT_ONCE", 3)
    for number in range(5):
        await world.asks(f"{MARK} {number}", seed=number)
    await world.until_done()
    real, calls = erasure.purge, 0

    async def dies(tx: Any, job_ids: Any) -> set[str]:
        nonlocal calls
        calls += 1
        if calls == 2:
            raise asyncio.CancelledError
        return await real(tx, job_ids)

    with monkeypatch.context() as patch:
        patch.setattr(erasure, "purge", dies)
        with pytest.raises(asyncio.CancelledError):
            await erase(world)
    assert len(await rows(world, jobs_table)) == 3
    assert await erase(world) == Erased(jobs=3, pictures=3, messages=3, withdrawn=0)
    assert await rows(world, jobs_table) == []
    assert len(await rows(world, removals_table)) == 5
    assert on_disk(world) == 0
    assert MARK.encode() not in everything(world)
    assert {row.user_id for row in await rows(world, ledger)} == {world.policy.alias(ANA)}
    used = {(row.user_id, row.period): row.pictures for row in await rows(world, totals)}
    day = world.clock.now().strftime("%Y-%m-%d")
    assert used[world.policy.alias(ANA), day] == used[0, day] == 5
    assert (ANA, day) not in used
