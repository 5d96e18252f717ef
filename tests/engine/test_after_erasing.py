"""What stays after erasing: limits that count on, messages that are to go, bytes to be seen to."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from bot.domain.errors import StorageError
from bot.domain.job import JobStatus
from bot.domain.limits import Limits
from bot.domain.refusal import OverLimit, Rule
from bot.domain.removal import Removal
from bot.domain.request import PERSONAL
from bot.engine.intake import Accepted
from bot.engine.leftovers import ERASURES, REWRITTEN
from sandbox.modelslab import Vendor
from storage import facts, removals
from storage.tables import jobs as jobs_table
from storage.tables import ledger, totals
from storage.tables import removals as removals_table
from tests.engine.erasing import MARK, a_result, erase, everything, rows
from tests.engine.world import (
    ANA,
    CHANNEL,
    World,
    a_policy,
    a_world,
)


@pytest.mark.parametrize("limit", [Limits(member_day=2), Limits(server_month=2)])
async def test_erasing_is_no_way_around_a_limit(
    tmp_path: Path, vendor: Vendor, limit: Limits
) -> None:
    async with a_world(tmp_path, vendor, policy=a_policy(limits=limit)) as world:
        await a_result(world, count=2)
        for _ in range(2):
            assert isinstance(await world.asks(), OverLimit)
            await erase(world)
        said = await world.asks()
        assert isinstance(said, OverLimit)
        assert said.rule in (Rule.MEMBER_DAY, Rule.SERVER_MONTH)
        assert said.used == 2
        # Nor is a part of it: the sums are added up.
        world.clock.advance(24 * 3600)
        if limit.member_day:
            for _ in range(2):
                await a_result(world)
                await erase(world)
            assert isinstance(await world.asks(), OverLimit)
        world.clock.advance(32 * 24 * 3600)
        await world.housekeeping.clean(world.clock.now())
        assert isinstance(await world.asks(), Accepted)
        alias = world.policy.alias(ANA)
        assert alias not in {row.user_id for row in await rows(world, ledger)}
        assert alias not in {row.user_id for row in await rows(world, totals)}


async def test_what_is_still_reserved_counts_while_and_after_it_is_erased(
    tmp_path: Path, vendor: Vendor
) -> None:
    async with a_world(tmp_path, vendor, policy=a_policy(limits=Limits(member_day=1))) as world:
        vendor.hold()
        asked = await world.asks()
        await world.until_status(asked.job.id, JobStatus.WAITING)
        await erase(world)
        assert isinstance(await world.asks(), OverLimit)
        vendor.release()
        await world.until_done()
        assert isinstance(await world.asks(), OverLimit)


async def test_the_line_is_no_longer_than_before(tmp_path: Path, vendor: Vendor) -> None:
    """Live jobs that were erased still count as jobs of the member."""
    async with a_world(tmp_path, vendor, policy=a_policy(limits=Limits(member_line=1))) as world:
        vendor.hold()
        asked = await world.asks()
        await world.until_status(asked.job.id, JobStatus.WAITING)
        await erase(world)
        said = await world.asks()
        assert isinstance(said, OverLimit)
        assert said.rule is Rule.MEMBER_LINE
        vendor.release()


async def test_where_messages_are_that_can_be_deleted(world: World) -> None:
    public = await a_result(world)
    private = await a_result(world, private=True)
    async with world.database.transaction() as tx:
        await tx.execute(
            jobs_table.update()
            .where(jobs_table.c.id == public)
            .values(route="direct", message_id=77)
        )
    await erase(world)
    found = {
        Removal(
            channel_id=row.channel_id,
            user_id=row.user_id,
            message_id=row.message_id,
            token=row.token,
        )
        for row in await rows(world, removals_table)
    }
    assert found == {
        Removal(channel_id=CHANNEL, message_id=1000 + public),
        Removal(user_id=ANA, message_id=77),
        Removal(token="t", message_id=1000 + private),
    }


async def test_after_its_quarter_of_an_hour_a_private_message_is_out_of_reach(
    world: World,
) -> None:
    await a_result(world, private=True)
    world.clock.advance(3600)
    said = await erase(world)
    assert (said.jobs, said.messages) == (1, 0)


async def test_outside_of_servers_the_token_helps(tmp_path: Path, vendor: Vendor) -> None:
    async with a_world(tmp_path, vendor, policy=a_policy(personal_day=5)) as world:
        job_id = await a_result(world, where=PERSONAL)
        await erase(world, where=PERSONAL)
        [row] = await rows(world, removals_table)
        assert (row.channel_id, row.message_id, row.token) == (CHANNEL, 1000 + job_id, "t")


async def test_an_erasure_that_could_not_be_folded_at_once_is_folded_later(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await a_result(world)
    real, folds = world.database.fold, 0

    async def fold() -> bool:
        nonlocal folds
        folds += 1
        return folds > 1 and await real()

    monkeypatch.setattr(world.database, "fold", fold)
    await world.housekeeping.clean_if_due()
    await erase(world)
    assert folds == 1
    assert not await world.housekeeping.clean_if_due()
    assert folds == 3
    assert MARK.encode() not in everything(world)
    # Once is enough.
    await world.leftovers.clear()
    assert folds == 3


async def test_a_disk_without_room_for_a_second_file_stops_no_erasure(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def full() -> None:
        raise StorageError("the disk is full")

    await a_result(world)
    with monkeypatch.context() as patch:
        patch.setattr(world.database, "rewrite", full)
        assert (await erase(world)).jobs == 1
    assert "leftovers.uncleared why=the disk is full" in caplog.text
    assert await rows(world, jobs_table) == []
    caplog.clear()
    await world.leftovers.clear()
    assert caplog.text == ""
    async with world.database.reading() as tx:
        assert await facts.get(tx, REWRITTEN) == await facts.get(tx, ERASURES)


async def test_a_large_file_is_written_anew_at_the_next_start(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    rewritten: list[bool] = []
    real = world.database.rewrite

    async def rewrite() -> None:
        rewritten.append(True)
        await real()

    monkeypatch.setattr(world.database, "rewrite", rewrite)
    monkeypatch.setattr("bot.engine.leftovers.REWRITTEN_AT_ONCE_BYTES", 0)
    await a_result(world)
    await erase(world)
    assert rewritten == []
    await world.leftovers.clear(nobody_waits=True)
    await world.leftovers.clear(nobody_waits=True)
    assert rewritten == [True]


async def test_messages_are_deleted_one_by_one_and_again_where_discord_is_away(
    world: World,
) -> None:
    for number in range(3):
        await world.asks(seed=number)
    await world.until_done()
    await erase(world)
    world.courier.discord_is_down(2)
    running = asyncio.create_task(world.remover.run())
    try:

        async def deleted() -> bool:
            world.clock.advance(1)
            world.remover.wake()
            return await rows(world, removals_table) == []

        await world.until(deleted)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    assert sorted(each.message_id or 0 for each in world.courier.removed) == [1001, 1002, 1003]


async def test_what_is_reached_for_a_quarter_of_an_hour_only_is_deleted_first(
    world: World,
) -> None:
    """Behind a thousand others a private card was out of reach when its turn came."""
    now = world.clock.now()
    async with world.database.transaction() as tx:
        public = [Removal(channel_id=CHANNEL, message_id=number) for number in (1, 2)]
        await removals.put(tx, public, due_at=now - timedelta(minutes=1))
        await removals.put(tx, [Removal(token="t", message_id=3)], due_at=now)
        # The answer to this one may still be on its way.
        await removals.put(tx, [Removal(token="t")], due_at=now + timedelta(minutes=1))
    for _ in range(4):
        await world.remover.step()
    assert [each.message_id for each in world.courier.removed] == [3, 1, 2]


async def test_a_message_that_breaks_us_does_not_stop_the_others(world: World) -> None:
    async with world.database.transaction() as tx:
        for number in (1, 2):
            removal = Removal(channel_id=CHANNEL, message_id=number)
            await removals.put(tx, [removal], due_at=world.clock.now())
    world.courier.broken.append(ValueError("a bug"))
    await world.remover.step()
    await world.remover.step()
    assert [each.message_id for each in world.courier.removed] == [2]
    [left] = await rows(world, removals_table)
    assert left.due_at > world.clock.now() + timedelta(hours=1)
