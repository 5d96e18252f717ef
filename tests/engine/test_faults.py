"""Something breaks inside: the others go on, and each job comes to an end all the same."""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path
from typing import Any
from unittest.mock import create_autospec

import pytest

from bot.domain.errors import StorageBusy, StorageError
from bot.domain.job import Job, JobStatus, Route, VendorTicket, Verdict
from bot.domain.request import Kind
from bot.domain.schedule import SLOT_GRACE
from bot.download import Downloader
from bot.engine.delivery import DeliveryStep
from bot.engine.faults import TOLERATED
from bot.engine.runner import Runner
from bot.engine.steps import Steps
from bot.modelslab.catalogue import Catalogue
from sandbox.modelslab import Mood, Turn, Vendor
from storage import moves
from storage.database import Database, Transaction
from storage.pictures import PictureFiles
from tests.engine.erasing import erase
from tests.engine.test_pictures_in import a_source
from tests.engine.world import ANA, BOB, OTHER_SERVER, SERVER, World, a_world
from tests.storage.ground import a_job, moved_to

CARL = 103
Broken = Callable[..., Awaitable[Job]]


@pytest.fixture(autouse=True)
def _no_long_naps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.engine.faults.UNBOOKED_NAP_S", 0.02)


def breaks_for(job_id: int, room: type[Steps] | type[DeliveryStep], name: str) -> Broken:
    """A step that breaks for one job and works for the others."""
    real = getattr(room, name)

    async def step(self: Steps | DeliveryStep, job: Job) -> Job:
        if job.id == job_id:
            raise ZeroDivisionError("a mistake of ours")
        moved: Job = await real(self, job)
        return moved

    return create_autospec(real, side_effect=step)  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("room", "step", "verdict", "route"),
    [
        (Steps, "submit", Verdict.BROKEN, Route.REPLY),
        (Steps, "check", Verdict.BROKEN, Route.REPLY),
        (DeliveryStep, "deliver", Verdict.PICTURES, Route.KEPT),
    ],
)
async def test_a_step_that_always_breaks_for_one_job_ends_it_and_stops_no_other(
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    room: type[Steps] | type[DeliveryStep],
    step: str,
    verdict: Verdict,
    route: Route,
) -> None:
    broken = breaks_for(2, room, step)
    monkeypatch.setattr(room, step, broken)
    asked = [await world.asks(f"fox {number}") for number in range(4)]
    await world.until_done(pace_s=3)
    jobs = [await world.job(said.job.id) for said in asked]
    assert {job.status for job in jobs} == {JobStatus.DELIVERED}
    verdicts = [job.outcome.verdict for job in jobs if job.outcome is not None]
    assert verdicts == [Verdict.PICTURES, verdict, Verdict.PICTURES, Verdict.PICTURES]
    assert jobs[1].route is route
    assert world.runner.tally["faults", ""] == TOLERATED + 1
    charged = sum(job.outcome.charged for job in jobs if job.outcome is not None)
    assert await world.booked() == charged
    # What cannot be asked for may still be worked on.
    assert await world.slots_taken() == int(step == "check")
    world.clock.advance((world.policy.deadline + SLOT_GRACE).total_seconds())
    await world.until_done()
    assert await world.slots_taken() == 0
    assert await world.spent_micros() == (3 if step == "submit" else 4) * 4700
    assert not world.runner._faults.remembered


async def test_a_step_that_breaks_now_and_then_comes_through(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, calls = Steps.check, 0

    async def moody(self: Steps, job: Job) -> Job:
        nonlocal calls
        calls += 1
        if calls % 2:
            raise ZeroDivisionError("a mistake of ours")
        return await real(self, job)

    monkeypatch.setattr(Steps, "check", moody)
    world.vendor.hold()
    asked = await world.asks()
    await world.until_status(asked.job.id, JobStatus.WAITING)
    # Far more faults than are tolerated one after another, and each is followed by a good poll.
    while calls < 4 * TOLERATED:
        left = (await world.job(asked.job.id)).due_at - world.clock.now()
        world.clock.advance(max(0.0, left.total_seconds()))
        world.runner.wake()
        await asyncio.sleep(0.005)
    world.vendor.release()
    await world.until_done()
    job = await world.job(asked.job.id)
    assert job.outcome is not None
    assert job.outcome.verdict is Verdict.PICTURES


async def test_one_busy_moment_after_many_polls_is_no_end(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Polls were once counted as faults: a job that took long died of the first real one."""
    world.vendor.hold()
    asked = await world.asks()
    await world.until_status(asked.job.id, JobStatus.WAITING)

    async def polled_often() -> bool:
        job = await world.job(asked.job.id)
        world.clock.advance(max(0.0, (job.due_at - world.clock.now()).total_seconds()))
        return job.attempts > TOLERATED + 2

    await world.until(polled_often)
    real, failed = Steps.check, False

    async def busy_once(self: Steps, job: Job) -> Job:
        nonlocal failed
        if not failed:
            failed = True
            raise StorageBusy("the database is busy")
        return await real(self, job)

    monkeypatch.setattr(Steps, "check", busy_once)
    world.vendor.release()
    await world.until_done()
    assert failed
    job = await world.job(asked.job.id)
    assert job.outcome is not None
    assert job.outcome.verdict is Verdict.PICTURES


async def test_one_busy_moment_while_discord_is_away_keeps_no_result_back(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tries at Discord were once counted as faults, too."""
    world.courier.discord_is_down(TOLERATED + 2)
    asked = await world.asks()

    async def tried_often() -> bool:
        world.clock.advance(3)
        return not world.courier.broken

    real, failed = DeliveryStep.deliver, False

    async def busy_once(self: DeliveryStep, job: Job) -> Job:
        nonlocal failed
        if not world.courier.broken and not failed:
            failed = True
            raise StorageBusy("the database is busy")
        return await real(self, job)

    monkeypatch.setattr(DeliveryStep, "deliver", busy_once)
    await world.until(tried_often)
    await world.until_done(pace_s=5)
    assert failed
    assert (await world.job(asked.job.id)).route is Route.REPLY


async def test_an_answer_that_could_not_be_written_down_is_settled_without_a_restart(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A job left SUBMITTING, and its slot, used to be lost until the next start."""
    locked = False
    real = Database.transaction

    def transaction(self: Database, *, urgent: bool = False):  # type: ignore[no-untyped-def]
        if locked:
            raise StorageBusy("the database is busy")
        return real(self, urgent=urgent)

    async def answer_into_the_void(*_: object, **__: object) -> object:
        nonlocal locked
        locked = True
        raise StorageBusy("the database is busy")

    monkeypatch.setattr(Database, "transaction", transaction)
    monkeypatch.setattr(world.steps._vendor, "submit", answer_into_the_void)
    asked = await world.asks()
    await world.until_status(asked.job.id, JobStatus.SUBMITTING)

    async def answered() -> bool:
        return locked

    await world.until(answered)
    if (carried := world.runner._in_hand.get(asked.job.id)) is not None:
        await asyncio.wait({carried})
    locked = False
    await world.until_done()
    job = await world.job(asked.job.id)
    assert job.status is JobStatus.DELIVERED
    assert job.outcome is not None
    assert job.outcome.verdict is Verdict.UNCONFIRMED
    assert await world.booked() == 0


async def test_a_slot_taken_in_vain_is_found_and_given_back(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Five of these used to stop the line; one, when its turn came again, the whole loop."""
    locked = False
    real_transaction, real_submit = Database.transaction, Steps.submit

    def transaction(self: Database, *, urgent: bool = False):  # type: ignore[no-untyped-def]
        if locked:
            raise StorageBusy("the database is busy")
        return real_transaction(self, urgent=urgent)

    seated, full = 0, asyncio.Event()

    async def locked_out(_: Steps, job: Job) -> Job:
        nonlocal locked, seated
        seated += 1
        if seated == 5:
            locked = True
            full.set()
        await full.wait()
        raise StorageBusy("the database is busy")

    monkeypatch.setattr(Database, "transaction", transaction)
    monkeypatch.setattr(Steps, "submit", locked_out)
    asked = [await world.asks() for _ in range(7)]

    async def all_dropped() -> bool:
        return locked and not world.runner._in_hand

    await world.until(all_dropped)
    assert await world.slots_taken() == 5
    monkeypatch.setattr(Steps, "submit", real_submit)
    locked = False
    await world.until_done()
    assert len(world.delivered) == len(asked)
    assert await world.slots_taken() == 0


@pytest.fixture
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever finds the file in another program's hands gives up soon."""
    real = Database.open.__func__  # type: ignore[attr-defined]

    async def impatient(cls: type[Database], url: str) -> Database:
        database: Database = await real(cls, url, busy_timeout_s=0.05)
        return database

    monkeypatch.setattr("storage.database.BUSY_TIMEOUT_S", 0.05)
    monkeypatch.setattr(Database, "open", classmethod(impatient))


@pytest.mark.parametrize(
    ("mood", "verdict", "posts"),
    [
        (Mood.AT_ONCE, Verdict.PICTURES, 1),
        (Mood.PROCESSING, Verdict.PICTURES, 1),
        (Mood.BUSY_429(retry_after=1), Verdict.PICTURES, 2),
        (Mood.JSON_503, Verdict.PICTURES, 2),
        (Mood.ERROR_4XX, Verdict.REFUSED, 1),
        (Mood.MODERATION, Verdict.CONTENT, 1),
        (Mood.PLAN_TOO_SMALL, Verdict.UNAVAILABLE, 1),
    ],
)
@pytest.mark.usefixtures("_impatient")
async def test_what_the_vendor_answers_counts_although_another_program_holds_the_file(
    tmp_path: Path,
    vendor: Vendor,
    monkeypatch: pytest.MonkeyPatch,
    mood: Mood | Turn,
    verdict: Verdict,
    posts: int,
) -> None:
    """Only what it took was held on to: what it surely had not taken ended as unconfirmed."""
    vendor.next(mood)
    async with a_world(tmp_path, vendor) as world:
        locked = holding_the_file(world, monkeypatch, for_s=0.2)
        asked = await world.asks()
        await world.until_done()
        assert locked.is_set()
        # A busy vendor is waited for behind a closed gate.
        world.clock.advance(60)
        await world.until_done()
        job = await world.job(asked.job.id)
        assert job.outcome is not None
        assert job.outcome.verdict is verdict
        assert vendor.posts == posts
        assert await world.slots_taken() == 0
        assert await world.booked() == job.outcome.charged
        assert await world.spent_micros() == job.outcome.charged * 4700


@pytest.mark.usefixtures("_impatient")
async def test_words_that_are_paid_for_outlast_another_program_that_holds_the_file(
    tmp_path: Path, vendor: Vendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    vendor.default_mood = Mood.AT_ONCE
    async with a_world(tmp_path, vendor) as world:
        source, tool = await a_source(world), Catalogue.built_in().tool(Kind.DESCRIBE).id
        locked = holding_the_file(world, monkeypatch, for_s=0.2)
        await world.asks("", kind=Kind.DESCRIBE, model=tool, source=source)
        await world.until_done()
        assert locked.is_set()
        [delivery] = world.delivered
        assert delivery.job.outcome is not None
        assert delivery.job.outcome.verdict is Verdict.DESCRIBED
        assert delivery.job.outcome.detail


def holding_the_file(
    world: World, monkeypatch: pytest.MonkeyPatch, *, for_s: float
) -> asyncio.Event:
    """Another program takes the file as the vendor's first answer comes, and keeps it so long."""
    real, taken = world.steps._vendor.submit, asyncio.Event()

    async def submit(*what: Any, **how: Any) -> Any:
        reply = await real(*what, **how)
        if not taken.is_set():
            other = sqlite3.connect(world.database.path)
            other.execute("BEGIN IMMEDIATE")
            asyncio.get_running_loop().call_later(for_s, other.close)
            taken.set()
        return reply

    monkeypatch.setattr(world.steps._vendor, "submit", submit)
    return taken


@pytest.mark.usefixtures("_impatient")
async def test_a_database_that_another_program_holds_stops_nothing_for_good(
    tmp_path: Path, vendor: Vendor
) -> None:
    vendor.hold()
    async with a_world(tmp_path, vendor) as world:
        asked = [await world.asks(f"fox {number}") for number in range(4)]
        await world.until_status(asked[0].job.id, JobStatus.WAITING)
        await world.until_status(asked[3].job.id, JobStatus.WAITING)
        with closing(sqlite3.connect(world.database.path)) as other:
            other.execute("BEGIN IMMEDIATE")
            vendor.release()
            for _ in range(10):
                world.clock.advance(2)
                world.runner.wake()
                await asyncio.sleep(0.03)
            assert world.delivered == []
            with pytest.raises(StorageBusy):
                await world.asks()
        await world.until_done(pace_s=3)
        assert len(world.delivered) == 4
        assert await world.booked() == 4
        assert (vendor.posts, await world.slots_taken()) == (4, 0)


async def test_a_full_disk_delays_the_pictures_and_loses_none(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, full = PictureFiles.put, True

    async def put(self: PictureFiles, data: bytes) -> str:
        if full:
            raise StorageError("a picture could not be kept: No space left on device")
        return await real(self, data)

    monkeypatch.setattr(PictureFiles, "put", put)
    asked = await world.asks(count=2)
    await world.until_status(asked.job.id, JobStatus.WAITING)

    async def failed_for_long() -> bool:
        world.clock.advance(10)
        return world.runner._faults.of(asked.job.id) > 2 * TOLERATED

    # In half a minute what was paid for used to be given up, and the next bought in its place.
    await world.until(failed_for_long)
    full = False
    await world.until_done()
    job = await world.job(asked.job.id)
    assert job.outcome is not None
    assert (job.outcome.verdict, job.outcome.received) == (Verdict.PICTURES, 2)
    assert await world.booked() == 2


@pytest.mark.parametrize("trouble", ["ours", "the vendor's"])
async def test_of_jobs_that_others_end_nothing_is_remembered(
    world: World, monkeypatch: pytest.MonkeyPatch, trouble: str
) -> None:
    """How often they had failed was remembered for as long as the process lived."""
    monkeypatch.setattr("bot.engine.faults.retry_s", lambda _tries: 3600.0)
    if trouble == "ours":
        broken = create_autospec(Steps.submit, side_effect=ZeroDivisionError("a mistake of ours"))
        monkeypatch.setattr(Steps, "submit", broken)
    world.vendor.next_upload(*[Mood.JSON_503] * 999)
    oil: dict[str, Any] = {"kind": Kind.REMIX, "source": await a_source(world), "strength": 0.5}
    cancelled, erased = await world.asks("oil", **oil), await world.asks("oil", who=BOB, **oil)
    left = await world.asks("oil", where=OTHER_SERVER, **oil)
    stays = await world.asks("oil", who=CARL, **oil)

    def remembered() -> set[int]:
        return {*world.runner._faults.remembered, *world.steps.remembered}

    async def all_have_failed() -> bool:
        return remembered() == {each.job.id for each in (cancelled, erased, left, stays)}

    await world.until(all_have_failed)
    await world.withdrawals.withdraw(
        cancelled.job.id, guild_id=SERVER, user_id=ANA, moderator=False
    )
    await erase(world, BOB)
    await world.withdrawals.server_left(OTHER_SERVER)

    async def they_are_forgotten() -> bool:
        world.clock.advance(1)
        return len(remembered()) == 1

    await world.until(they_are_forgotten)
    assert remembered() == {stays.job.id}


async def test_storage_that_fails_the_loop_itself_is_waited_for(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, failures = Runner._turn, 0

    async def turn(self: Runner) -> float:
        nonlocal failures
        if failures < 2:
            failures += 1
            raise StorageBusy("the database is busy")
        return await real(self)

    monkeypatch.setattr(Runner, "_turn", turn)
    await world.asks()
    await world.until_done()
    assert failures == 2
    assert len(world.delivered) == 1


async def test_a_job_whose_very_end_breaks_does_not_spin_the_loop(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was due at once, taken in hand at once, and broke at once; nobody read why."""
    tries = 0

    async def breaks(_: Steps, job: Job) -> Job:
        nonlocal tries
        tries += 1
        raise ZeroDivisionError("a mistake of ours")

    monkeypatch.setattr(Steps, "abandon", breaks)
    async with world.database.transaction() as tx:
        await moved_to(tx, await a_job(tx), JobStatus.SUBMITTING)
    world.start()
    asked = await world.asks()
    await world.until_status(asked.job.id, JobStatus.DELIVERED)
    await asyncio.sleep(0.2)
    # The step, and the end that was to come of it.
    assert tries == 2


async def test_where_one_picture_breaks_a_step_the_others_do_not_go_on_unseen(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each try left its downloads behind, beside those of the next one."""
    real, under_way, most = Downloader.get, 0, 0

    async def get(self: Downloader, url: str) -> bytes:
        nonlocal under_way, most
        if url.endswith("-0.png"):
            return await real(self, url)
        under_way += 1
        most = max(most, under_way)
        try:
            await asyncio.Event().wait()
            raise AssertionError("nobody sets it")
        finally:
            under_way -= 1

    async def full(*_: object) -> str:
        raise StorageError("a picture could not be kept: No space left on device")

    monkeypatch.setattr(Downloader, "get", get)
    monkeypatch.setattr(PictureFiles, "put", full)
    monkeypatch.setattr("bot.engine.faults.STORAGE_TOLERATED", TOLERATED)
    asked = await world.asks(count=3)
    await world.until_done(pace_s=5)
    job = await world.job(asked.job.id)
    assert job.outcome is not None
    assert job.outcome.verdict is Verdict.BROKEN
    assert (under_way, most) == (0, 2)


async def test_a_ticket_outlives_a_disk_that_is_full_for_a_while(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was thrown away, and a picture that was paid for could never be fetched."""
    monkeypatch.setattr("bot.engine.steps.ANSWER_NAP_S", 0.01)
    real, full = moves.accepted, 3

    async def accepted(tx: Transaction, job: Job, ticket: VendorTicket, **how: Any) -> Job:
        nonlocal full
        if full:
            full -= 1
            raise StorageError("the disk is full")
        return await real(tx, job, ticket, **how)

    monkeypatch.setattr(moves, "accepted", accepted)
    asked = await world.asks()
    await world.until_done()
    job = await world.job(asked.job.id)
    assert job.outcome is not None
    assert job.outcome.verdict is Verdict.PICTURES
    assert (full, world.vendor.posts) == (0, 1)
