"""Cards of live jobs: touched when what they say has moved by much, and never otherwise."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from bot.domain import gates as gate_rules
from bot.domain import schedule
from bot.domain.gates import GateReason, server_scope
from bot.domain.job import JobStatus
from bot.engine import progress
from bot.engine.progress import ProgressBoard
from bot.modelslab.client import ModelsLab
from sandbox.modelslab import Mood, Vendor
from storage import gates
from tests.engine.world import OTHER_SERVER, SERVER, World, a_policy, a_world


def board_of(world: World) -> ProgressBoard:
    return world.runner._board


async def refresh(world: World, *, after_s: float = 3.1) -> list[int]:
    """Which cards were touched by a look after so many seconds."""
    world.clock.advance(after_s)
    before = len(world.courier.progress_shown)
    await board_of(world).refresh()
    return [shown.job.id for shown in world.courier.progress_shown[before:]]


async def test_a_new_card_says_it_all_and_is_left_alone(world: World) -> None:
    await world.asks()
    assert await refresh(world) == []
    assert await refresh(world) == []


async def test_a_card_is_touched_only_when_its_time_has_moved_by_half_a_minute(
    world: World,
) -> None:
    asked = await world.asks()
    assert await refresh(world) == []
    # The promise was some seconds from then; it still is, so it moves with the clock.
    assert await refresh(world, after_s=20) == []
    assert await refresh(world, after_s=11) == [asked.job.id]
    shown = world.courier.progress_shown[-1]
    assert shown.place is not None
    assert shown.ready_at is not None
    assert shown.gate is None
    assert await refresh(world, after_s=29) == []


async def test_of_a_long_line_that_slips_a_few_are_told_at_a_time_the_next_ones_first(
    tmp_path: Path, vendor: Vendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With thousands in line, half of all work was to tell each of them twice a minute."""
    monkeypatch.setattr(progress, "MOST_NEWS_OF_LINE", 3)
    async with a_world(tmp_path, vendor, policy=a_policy()) as world:
        asked = [(await world.asks()).job.id for _ in range(8)]
        assert await refresh(world) == []
        assert await refresh(world, after_s=31) == asked[:3]
        assert await refresh(world) == asked[3:6]
        assert await refresh(world) == asked[6:]
        assert await refresh(world) == []


async def test_looks_are_three_seconds_apart(world: World) -> None:
    asked = await world.asks()
    await refresh(world)
    await world.runner._gatekeeper.close(GateReason.KEY)
    assert await refresh(world, after_s=2) == []
    assert await refresh(world, after_s=1.1) == [asked.job.id]


async def test_a_gate_that_closes_is_named_at_once_and_once(world: World) -> None:
    asked = await world.asks()
    await refresh(world)
    keeper = world.runner._gatekeeper
    await keeper.close(GateReason.CREDITS)
    assert await refresh(world) == [asked.job.id]
    assert world.courier.progress_shown[-1].gate is GateReason.CREDITS
    assert await refresh(world) == []
    await keeper.succeeded()
    assert await refresh(world) == [asked.job.id]
    assert world.courier.progress_shown[-1].gate is None


@pytest.mark.parametrize(
    ("mood", "reason"),
    [(Mood.BUSY_429, GateReason.BUSY), (Mood.NO_CREDITS, GateReason.CREDITS)],
)
async def test_the_card_of_the_job_that_met_the_closed_gate_says_why_it_waits(
    world: World, mood: Mood, reason: GateReason
) -> None:
    """It went to the vendor before the first look, and so its card was never told."""
    world.vendor.next(mood)
    asked = await world.asks()
    await world.until_done(pace_s=0)
    await refresh(world)
    told = [shown.gate for shown in world.courier.progress_shown if shown.job.id == asked.job.id]
    assert told == [reason]


async def test_when_the_vendor_takes_a_job_its_card_says_so(world: World) -> None:
    world.vendor.hold()
    asked = await world.asks()
    await world.until_status(asked.job.id, JobStatus.WAITING)

    async def shown() -> bool:
        return bool(world.courier.progress_shown)

    await world.until(shown)
    [progress] = world.courier.progress_shown
    assert (progress.job.id, progress.job.status) == (asked.job.id, JobStatus.WAITING)
    assert progress.place is None
    assert progress.ready_at is not None


async def test_a_card_that_the_pictures_follow_at_once_is_left_alone_until_they_do_not(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was edited twice within a second, of five edits that a channel takes in five."""
    monkeypatch.setattr(schedule, "expected_s", lambda _: 1.5)
    world.vendor.hold()
    asked = await world.asks()
    await world.until_status(asked.job.id, JobStatus.WAITING)
    await world.runner.stop()
    assert world.courier.progress_shown == []
    assert await refresh(world, after_s=1) == []
    assert await refresh(world, after_s=3) == [asked.job.id]
    assert await refresh(world, after_s=3) == []


async def test_a_slow_job_is_promised_another_time_when_the_first_one_is_over(
    world: World,
) -> None:
    """Its card said "in 8 seconds", and then "5 minutes ago" until the pictures came."""
    world.vendor.hold()
    asked = await world.asks()
    await world.until_status(asked.job.id, JobStatus.WAITING)

    async def told() -> bool:
        return bool(world.courier.progress_shown)

    await world.until(told)
    await world.runner.stop()
    promised = world.courier.progress_shown[-1].ready_at
    assert promised is not None
    assert await refresh(world) == []
    assert await refresh(world, after_s=40) == [asked.job.id]
    again = world.courier.progress_shown[-1].ready_at
    assert again is not None
    # It has taken three quarters of a minute, which is far more than usual.
    assert 20 < (again - world.clock.now()).total_seconds() < 60
    assert await refresh(world, after_s=50) == []
    assert await refresh(world, after_s=30) == [asked.job.id]


async def test_no_progress_is_shown_after_a_job_has_settled(world: World) -> None:
    asked = await world.asks()
    await world.until_done()
    world.courier.progress_shown.clear()
    assert await refresh(world, after_s=600) == []
    assert (await world.job(asked.job.id)).status is JobStatus.DELIVERED


async def test_what_was_withdrawn_is_not_remembered_for_ever(world: World) -> None:
    """The board used to keep a note of every job that was taken out of line."""
    for _ in range(5):
        asked = await world.asks()
        await refresh(world)
        await world.withdrawals.unplaced(asked.job.id)
    await refresh(world)
    assert board_of(world)._shown == {}


async def test_places_in_line_are_told_as_they_shorten(tmp_path: Path, vendor: Vendor) -> None:
    vendor.hold()
    async with a_world(tmp_path, vendor, policy=a_policy(max_queued=1)) as world:
        first = await world.asks()
        await world.until_status(first.job.id, JobStatus.WAITING)
        await world.runner.stop()
        waiting = [await world.asks() for _ in range(8)]
        await refresh(world)
        for said in waiting[:6]:
            await world.withdrawals.unplaced(said.job.id)
        # Six of eight seconds each less, less what has passed since.
        assert await refresh(world) == [waiting[6].job.id, waiting[7].job.id]
        last = world.courier.progress_shown[-1]
        assert last.place is not None
        assert last.place.ahead == 1


async def pauses(world: World, guild_id: int) -> None:
    gate = gate_rules.closed(
        GateReason.PAUSED, now=world.clock.now(), scope=server_scope(guild_id), detail="a contest"
    )
    async with world.database.transaction() as tx:
        await gates.put(tx, gate)


async def resumes(world: World, guild_id: int) -> None:
    async with world.database.transaction() as tx:
        await gates.open_gates(tx, scope=server_scope(guild_id), reasons=[GateReason.PAUSED])


async def test_cards_of_a_paused_server_say_so_once_and_the_others_nothing(world: World) -> None:
    here, there = await world.asks(), await world.asks(where=OTHER_SERVER)
    await refresh(world)

    await pauses(world, SERVER)

    assert await refresh(world) == [here.job.id]
    shown = world.courier.progress_shown[-1]
    assert (shown.gate, shown.place) == (GateReason.PAUSED, None)
    assert await refresh(world, after_s=20) == []
    assert there.job.id in await refresh(world, after_s=3600), "the others' time moves on"
    assert here.job.id not in await refresh(world, after_s=3600)

    await resumes(world, SERVER)

    assert here.job.id in await refresh(world)
    shown = [shown for shown in world.courier.progress_shown if shown.job.id == here.job.id][-1]
    assert shown.gate is None
    assert shown.place is not None
    assert shown.ready_at is not None


async def test_a_job_that_joins_a_gates_line_is_not_touched_again_and_again(world: World) -> None:
    """What waits behind a gate has no time that could move."""
    asked = await world.asks()
    await refresh(world)
    await world.runner._gatekeeper.close(GateReason.CREDITS)

    assert await refresh(world) == [asked.job.id]
    assert await refresh(world, after_s=600) == []


async def test_a_vendor_that_is_slow_to_answer_is_no_longer_the_line(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A card that still says Cancel would promise a refund that there is not."""
    asked_of, answer = asyncio.Event(), asyncio.Event()
    real = ModelsLab.submit

    async def slow(self: ModelsLab, *args: Any, **kwargs: Any) -> Any:
        asked_of.set()
        await answer.wait()
        return await real(self, *args, **kwargs)

    monkeypatch.setattr(ModelsLab, "submit", slow)
    asked = await world.asks()
    world.start()
    await asyncio.wait_for(asked_of.wait(), 5)
    assert await refresh(world, after_s=1) == []

    assert await refresh(world, after_s=3.1) == [asked.job.id]
    assert world.courier.progress_shown[-1].job.status is JobStatus.SUBMITTING
    assert await refresh(world) == []
    answer.set()
    await world.until_done()
    await refresh(world)
    assert board_of(world)._promised == {}


async def test_a_clock_that_is_set_back_stops_no_card(world: World) -> None:
    asked = await world.asks()
    await refresh(world)
    await world.runner._gatekeeper.close(GateReason.KEY)
    assert await refresh(world, after_s=-3600) == [asked.job.id]
