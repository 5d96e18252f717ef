"""Many jobs, many moods, one after another and all at once: the invariants hold in the end."""

import asyncio
import random
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.domain.job import JobStatus, Verdict
from bot.engine.intake import Accepted
from sandbox.modelslab import Mood, Turn, Vendor
from sandbox.modelslab.jobs import Book
from storage.tables import ledger
from tests.engine.world import World, a_policy, a_world

SERVERS, MEMBERS, JOBS, SLOTS = (11, 12, 13), (101, 102), 40, 5

# Common days, odd ones, and a few whose answer is never known.
MOODS: list[Mood | Turn] = [
    *[Mood.PROCESSING] * 8,
    *[Mood.AT_ONCE] * 5,
    Mood.STRING_IDS,
    Mood.OLD_SHAPES,
    Mood.FEWER_PICTURES,
    Mood.NSFW,
    Mood.ERROR_200,
    Mood.ERROR_DICT,
    Mood.MODERATION,
    Mood.FAILED_LATER,
    Mood.EMPTY_OUTPUT_FOR_A_WHILE,
    Mood.FETCH_404_FOR_A_WHILE,
    Mood.RESULT_404_FOR_A_WHILE,
    Mood.RESULT_TRUNCATED,
    Mood.BUSY_429(retry_after=3),
    Mood.BUSY_TEXT,
    Mood.NO_CREDITS,
    Mood.JSON_503,
    Mood.HTML_502_BUT_ACCEPTED,
    Mood.RESETS,
]
MAY_HAVE_BEEN_TAKEN = {Mood.HTML_502_BUT_ACCEPTED, Mood.RESETS}


async def some_days(world: World, dice: random.Random) -> list[int]:
    """Forty requests in no order, Discord away now and then, and some that are withdrawn."""
    accepted: list[int] = []

    async def ask() -> None:
        await asyncio.sleep(dice.random() * 0.3)
        said = await world.asks(
            f"fox {dice.random()}",
            who=dice.choice(MEMBERS),
            where=dice.choice(SERVERS),
            count=dice.randint(1, 3),
        )
        assert isinstance(said, Accepted)
        accepted.append(said.job.id)
        if dice.random() < 0.1:
            world.courier.discord_is_down(1)
        if dice.random() < 0.1:
            await world.withdrawals.unplaced(said.job.id)

    world.start()
    await asyncio.gather(*(ask() for _ in range(JOBS)))
    return accepted


async def all_delivered(world: World) -> bool:
    """Moves the clock until nothing is live any more; whether that came about."""
    for _ in range(60):
        await world.until_done(pace_s=3)
        async with world.database.reading() as tx:
            live = await tx.exec_driver_sql("SELECT count(*) FROM jobs WHERE status != 'delivered'")
        if not live.scalar_one():
            return True
        # In line behind a gate, or behind slots that the vendor may still use.
        world.clock.advance(30)
    return False


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_the_invariants_hold_over_many_days(
    tmp_path: Path, vendor: Vendor, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    dice = random.Random(seed)
    vendor.next(*dice.choices(MOODS, k=JOBS * 2))
    vendor.latency_s = 0.01
    # The stand-in would say 429; here it takes all it is given, and we count.
    vendor.max_queued = 1000
    longest = 0
    real = Book.accept

    def counted(self: Book, **order: Any) -> Any:
        nonlocal longest
        job = real(self, **order)
        longest = max(longest, self.queued())
        return job

    monkeypatch.setattr(Book, "accept", counted)
    policy = a_policy(max_queued=SLOTS, deadline=timedelta(seconds=900))
    async with a_world(tmp_path, vendor, policy=policy) as world:
        accepted = await some_days(world, dice)
        assert await all_delivered(world)
        jobs = [await world.job(job_id) for job_id in accepted]
        assert {job.status for job in jobs} == {JobStatus.DELIVERED}

        # Delivered once each, but for those that were taken out of line.
        told = Counter(delivery.job.id for delivery in world.delivered)
        outcomes = {job.id: job.outcome for job in jobs if job.outcome is not None}
        withdrawn = {i for i, end in outcomes.items() if end.verdict is Verdict.CANCELLED}
        assert told == Counter(set(accepted) - withdrawn)

        # At most one post that may have been taken.
        taken = Counter(str(job.body["track_id"]) for job in vendor.book)
        assert set(taken.values()) <= {1}
        assert longest <= SLOTS

        # The ledger is what was received, server by server, and each job has its two rows.
        for server in SERVERS:
            charged = [
                end.charged
                for job in jobs
                if job.requester.guild_id == server and (end := job.outcome) is not None
            ]
            assert await world.booked(server) == sum(charged)
        async with world.database.reading() as tx:
            rows = (await tx.execute(ledger.select())).all()
        assert Counter(row.job_id for row in rows) == Counter(accepted * 2)
        # What was charged was delivered.
        assert sum(len(delivery.files) for delivery in world.delivered) == sum(
            end.charged for end in outcomes.values()
        )

        # What nobody knows was told as such, and nothing else.
        unknown = {i for i, end in outcomes.items() if end.verdict is Verdict.UNCONFIRMED}
        odd = {
            int(str(job.body["track_id"]))
            for job in vendor.book
            if job.turn.mood in MAY_HAVE_BEEN_TAKEN
        }
        assert unknown == odd

        async def nothing_taken() -> bool:
            world.clock.advance(100)
            return await world.slots_taken() == 0

        await world.until(nothing_taken)


@pytest.mark.parametrize("seed", [4, 5])
async def test_a_busy_server_does_not_keep_a_quiet_one_waiting(
    tmp_path: Path, vendor: Vendor, seed: int
) -> None:
    dice = random.Random(seed)
    async with a_world(tmp_path, vendor, policy=a_policy(max_queued=1)) as world:
        for number in range(15):
            await world.asks(f"crowd {number}", who=dice.choice(MEMBERS), where=11)
        await world.until_status(1, JobStatus.DELIVERED)
        posted = vendor.posts
        quiet = await world.asks("quiet", who=103, where=12)
        await world.until_done()
        order = [job.order.prompt for job in vendor.book]
        assert order.index("quiet") - posted <= 2
        assert (await world.job(quiet.job.id)).status is JobStatus.DELIVERED
        assert len(world.delivered) == 16
