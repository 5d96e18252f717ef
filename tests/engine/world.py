"""The engine in a small world: a real database and a real vendor stand-in, Discord as a notebook.

The clock can be moved; polls and retries then come due at once.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.domain.errors import CourierError
from bot.domain.job import Job, JobStatus, Route
from bot.domain.limits import Limits
from bot.domain.removal import Removal
from bot.domain.request import ImageRequest, Kind, Requester
from bot.domain.styles import Style
from bot.download import Downloader
from bot.engine.booking import Reply
from bot.engine.courier import BeginMessage, Delivered, Delivery, Progress
from bot.engine.delivery import DeliveryStep
from bot.engine.doorbell import Doorbell
from bot.engine.erasure import Erasure
from bot.engine.gatekeeper import Gatekeeper
from bot.engine.housekeeping import Housekeeping, Keep
from bot.engine.intake import Accepted, Intake
from bot.engine.leftovers import Leftovers
from bot.engine.policy import Policy
from bot.engine.progress import ProgressBoard
from bot.engine.records import Records
from bot.engine.removing import Remover
from bot.engine.runner import Runner
from bot.engine.steps import Steps
from bot.engine.withdrawing import Withdrawals
from bot.modelslab.catalogue import Catalogue
from bot.modelslab.client import ModelsLab
from sandbox.modelslab import Vendor
from storage import gates, jobs, slots
from storage.database import Database
from storage.pictures import PictureFiles
from storage.tables import ledger

ANA, BOB = 101, 102
SERVER, OTHER_SERVER = 11, 12
CHANNEL = 21
MIB = 1024 * 1024
DAY_S = 24 * 3600.0
KEEP = Keep(
    inputs=timedelta(days=30),
    pictures=timedelta(days=30),
    thumbnails=timedelta(days=180),
    texts=timedelta(days=365),
)


@dataclass
class Clock:
    """Now, moved by hand on top of real time."""

    ahead: timedelta = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def advance(self, seconds: float) -> None:
        self.ahead += timedelta(seconds=seconds)


@dataclass
class Notebook:
    """A courier that writes down what it was asked to carry."""

    deliveries: list[Delivery] = field(default_factory=list)
    progress_shown: list[Progress] = field(default_factory=list)
    pings: list[int] = field(default_factory=list)
    owner_told: list[str] = field(default_factory=list)
    removed: list[Removal] = field(default_factory=list)
    broken: list[Exception] = field(default_factory=list)

    async def deliver(self, delivery: Delivery, begin_message: BeginMessage) -> Delivered:
        if self.broken:
            raise self.broken.pop(0)
        self.deliveries.append(delivery)
        return Delivered(route=Route.REPLY, message_id=delivery.card.message_id)

    async def place(self, progress: Progress, begin_message: BeginMessage) -> int | None:
        await begin_message()
        return 5000 + progress.job.id

    async def progress(self, progress: Progress) -> None:
        self.progress_shown.append(progress)

    async def ping(self, delivery: Delivery, delivered: Delivered) -> None:
        self.pings.append(delivery.job.id)

    async def remove(self, removal: Removal) -> None:
        if self.broken:
            raise self.broken.pop(0)
        self.removed.append(removal)

    async def tell_owner(self, text: str) -> None:
        self.owner_told.append(text)

    def discord_is_down(self, times: int) -> None:
        self.broken += [CourierError("Discord is away") for _ in range(times)]


@dataclass
class World:
    """One process of the bot, as far as the engine goes."""

    folder: Path
    vendor: Vendor
    clock: Clock
    courier: Notebook
    policy: Policy
    doorbell: Doorbell
    database: Database
    intake: Intake
    withdrawals: Withdrawals
    records: Records
    steps: Steps
    runner: Runner
    erasure: Erasure
    remover: Remover
    files: PictureFiles
    leftovers: Leftovers
    housekeeping: Housekeeping
    _asked: int = 0
    _running: asyncio.Task[None] | None = None

    async def asks(
        self,
        prompt: str = "a red fox",
        *,
        who: int = ANA,
        where: int = SERVER,
        channel: int = CHANNEL,
        age_restricted: bool = False,
        source_key: str | None = None,
        **options: Any,
    ) -> Any:
        """A member asks; what intake says. The card is placed where the job was accepted."""
        self._asked += 1
        said = await self.intake.accept(
            ImageRequest(prompt=prompt, **{"kind": Kind.IMAGINE, "model": "sdxl", **options}),
            Requester(
                user_id=who, guild_id=where, channel_id=channel, age_restricted=age_restricted
            ),
            source_key=source_key or f"interaction:{self._asked}",
            reply=Reply(
                token="t",
                expires_at=self.clock.now() + timedelta(minutes=15),
                file_limit_bytes=10 * MIB,
            ),
        )
        if isinstance(said, Accepted):
            await self.intake.placed(said.job.id, message_id=1000 + said.job.id)
        return said

    def start(self) -> None:
        self._running = asyncio.create_task(self.runner.run())

    async def until_done(self, *, timeout_s: float = 10.0, pace_s: float = 1.0) -> None:
        """Everything that can be done is done. Waiting times are skipped by moving the clock.

        Waiting in line behind a closed gate is all that can be done, too.
        """

        async def hurry() -> None:
            while True:
                await asyncio.sleep(0.02)
                self.clock.advance(pace_s)
                self.runner.wake()

        if self._running is None:
            self.start()
        assert self._running is not None
        hurrying = asyncio.create_task(hurry())
        idle = asyncio.create_task(self.runner.wait_idle())
        try:
            async with asyncio.timeout(timeout_s):
                await asyncio.wait({idle, self._running}, return_when=asyncio.FIRST_COMPLETED)
            if self._running.done():
                self._running.result()
        finally:
            hurrying.cancel()
            idle.cancel()

    async def crashes(self) -> None:
        """The process is gone in the middle of whatever it did; nothing is tidied up."""
        if self._running is not None:
            self._running.cancel()
            await asyncio.gather(self._running, return_exceptions=True)
        flying = [*self.runner._in_hand.values(), *self.runner._errands.values()]
        for task in flying:
            task.cancel()
        await asyncio.gather(*flying, return_exceptions=True)
        # A dead process's files are closed for it; here the pool must have them back for that.
        async with asyncio.timeout(2):
            while self.database._engine.pool.checkedout():  # type: ignore[attr-defined]  # noqa: ASYNC110
                await asyncio.sleep(0.005)
        await self.database.close()

    async def until(self, holds: Callable[[], Awaitable[bool]], *, timeout_s: float = 5.0) -> None:
        """The runner works, in its own time, until this holds."""
        if self._running is None:
            self.start()
        async with asyncio.timeout(timeout_s):
            while not await holds():
                self.runner.wake()
                await asyncio.sleep(0.01)

    async def until_status(self, job_id: int, status: JobStatus) -> Job:
        async def there() -> bool:
            return (await self.job(job_id)).status is status

        await self.until(there)
        return await self.job(job_id)

    async def gates(self) -> dict[str, bool]:
        """The gates that are not open by reason, and whether they are ajar."""
        async with self.database.reading() as tx:
            return {gate.reason.value: gate.ajar for gate in await gates.all_closed(tx)}

    async def slots_taken(self) -> int:
        async with self.database.reading() as tx:
            return await slots.taken(tx)

    async def job(self, job_id: int) -> Job:
        async with self.database.reading() as tx:
            found = await jobs.get(tx, job_id)
        assert found is not None
        return found

    async def booked(self, guild_id: int = SERVER) -> int:
        """The sum of the ledger of a server."""
        async with self.database.reading() as tx:
            rows = (await tx.execute(ledger.select())).all()
        return sum(row.pictures for row in rows if row.guild_id == guild_id)

    async def spent_micros(self) -> int:
        async with self.database.reading() as tx:
            return sum(row.cost_micros for row in await tx.execute(ledger.select()))

    @property
    def delivered(self) -> list[Delivery]:
        return self.courier.deliveries


def a_policy(**changes: Any) -> Policy:
    values: dict[str, Any] = {
        "limits": Limits(server_day=200, server_line=60, member_line=20),
        "default_model": "sdxl",
        "allowed_guilds": frozenset(),
        "personal_day": None,
        "key": "a key of the test's own",
        "price_micros": 4700,
        "max_queued": 5,
        "deadline": timedelta(seconds=600),
    }
    return Policy(**{**values, **changes})


@asynccontextmanager
async def a_world(
    folder: Path,
    vendor: Vendor,
    *,
    policy: Policy | None = None,
    courier: Notebook | None = None,
    clock: Clock | None = None,
    key: str | None = None,
    timeout_s: float = 2.0,
    public_url: str | None = None,
) -> AsyncIterator[World]:
    """A process of the bot on `folder`. Open it again on the same folder for a restart.

    With a `public_url`, the vendor is told of a doorbell there.
    """
    policy = policy or a_policy()
    courier = courier or Notebook()
    clock = clock or Clock()
    catalogue = Catalogue.built_in()
    files = PictureFiles(folder / "pictures")
    origin = vendor.url.removeprefix("http://").split("/")[0]
    host, port = origin.split(":")
    async with AsyncExitStack() as stack:
        database = await Database.open(f"sqlite+aiosqlite:///{folder}/limner.db")
        stack.push_async_callback(database.close)
        client = await stack.enter_async_context(
            ModelsLab(vendor.url, vendor.key if key is None else key, timeout_s=timeout_s)
        )
        downloader = await stack.enter_async_context(
            Downloader(trusted=frozenset({(host, int(port))}))
        )
        leftovers = Leftovers(database, files=files)
        gatekeeper = Gatekeeper(database, vendor=client, courier=courier, now=clock.now)
        styles = {"ink": Style(name="ink", suffix="black ink", negative="colour")}

        def wake(job_id: int | None = None) -> None:
            runner.wake(job_id)

        doorbell = Doorbell(
            database,
            public_url=public_url or "http://127.0.0.1:9",
            key=policy.key,
            wake=wake,
            now=clock.now,
        )
        steps = Steps(
            database,
            vendor=client,
            downloader=downloader,
            files=files,
            gatekeeper=gatekeeper,
            catalogue=catalogue,
            styles=styles,
            policy=policy,
            now=clock.now,
            doorbell=doorbell if public_url else None,
        )
        runner = Runner(
            database,
            steps=steps,
            delivery=DeliveryStep(
                database,
                files=files,
                courier=courier,
                catalogue=catalogue,
                policy=policy,
                leftovers=leftovers,
                now=clock.now,
            ),
            gatekeeper=gatekeeper,
            board=ProgressBoard(
                database, courier=courier, catalogue=catalogue, policy=policy, now=clock.now
            ),
            max_queued=policy.max_queued,
            now=clock.now,
        )
        intake = Intake(
            database,
            files=files,
            catalogue=catalogue,
            styles=styles,
            policy=policy,
            wake=runner.wake,
            now=clock.now,
        )
        stack.push_async_callback(intake.finish)
        remover = Remover(database, courier=courier, now=clock.now, pace_s=0.01)
        world = World(
            folder=folder,
            vendor=vendor,
            clock=clock,
            courier=courier,
            policy=policy,
            doorbell=doorbell,
            database=database,
            intake=intake,
            withdrawals=Withdrawals(database, now=clock.now, wake=runner.wake, show=runner.show),
            records=Records(database, leftovers=leftovers, catalogue=catalogue, now=clock.now),
            steps=steps,
            runner=runner,
            erasure=Erasure(
                database, leftovers=leftovers, policy=policy, now=clock.now, wake=runner.wake
            ),
            remover=remover,
            files=files,
            leftovers=leftovers,
            housekeeping=Housekeeping(
                database, files=files, leftovers=leftovers, keep=KEEP, now=clock.now
            ),
        )
        try:
            yield world
        finally:
            await runner.stop()
            if world._running is not None:
                await asyncio.gather(world._running, return_exceptions=True)
