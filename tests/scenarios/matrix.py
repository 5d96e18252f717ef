"""The crash matrix: the same deed again and again, each time killed at another point of its way.

A deed is done once undisturbed, which writes down its points; then the bot is killed at each of
them, started again, and whatever the crash has cost is counted. One town serves all the lives.
"""

import asyncio
import json
import random
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from sandbox.modelslab.jobs import Job as Bought
from tests.scenarios import books
from tests.scenarios.browser import Browser, link_in, web_settings
from tests.scenarios.mortal import AFTER, BEFORE, SENT, Order
from tests.scenarios.photos import a_mask, a_photo, lying_jpeg, png
from tests.scenarios.toll import Toll
from tests.scenarios.town import Row, Town, a_town
from tests.wire.messages import Message

MORTAL = "tests.scenarios.mortal"
PLACES = 60
SETTINGS = {
    "JOB_DEADLINE_S": "8",
    "MODELSLAB_TIMEOUT_S": "3",
    # Whatever was cut off while it was posted keeps its place for deadline and grace.
    "MODELSLAB_MAX_QUEUED": str(PLACES),
    "DEFAULT_SERVER_DAY": "100000",
}
OVER_S = 30.0
#: What comes after a delivery: nobody waits for it, and it must do no harm.
ECHO_S = 0.15
DYING_S = 0.5
ETA_S = 0.1
#: Longer than a bot is away between two lives, and shorter than the deadline.
ABSENT_S = 4.0
WORKS = ("images/text-to-image", "images/inpaint", "image_editing/super_resolution")
START = ("commit open_house", "GET /users/@me", "GET /oauth2/", "GET /gateway/", "GET /:")
#: Where the vendor has a job, or soon will, and nobody knows its name.
ANSWER_LOST = (
    *(f"POST /{work}:{moment}" for work in WORKS for moment in (SENT, AFTER)),
    f"commit Steps._accepted:{BEFORE}",
)
#: Slots are freed in their own time, on whatever way back that may be.
SLOTS_FREED = "commit Runner._turn"
LYING = lying_jpeg(a_photo())
MASK = png(a_mask())


@dataclass
class Deed:
    """Something that a member does, over all lives of the bot; its job is `count` pictures."""

    town: Town
    count: int = 1

    async def prepare(self) -> None:
        """What stands before the first life."""

    async def forget(self) -> None:
        """The next time begins anew."""

    async def act(self) -> None:
        """What the member does; it may be cut off anywhere."""
        raise NotImplementedError

    async def insist(self) -> None:
        """What the member does after the crash, where they can tell that nothing came of it."""


@dataclass
class Text(Deed):
    prompt: str = "a red fox"

    async def act(self) -> None:
        await self.town.asks(self.prompt, aspect="3:2", count=self.count)


@dataclass
class Child(Deed):
    parent: Message | None = None

    async def prepare(self) -> None:
        self.parent = await self.town.pictures(await self.town.asks("a vase", aspect="3:2"))

    async def act(self) -> None:
        assert self.parent is not None
        await self.town.discord.click(self.town.ben, self.parent, label="U1")


@dataclass
class Painted(Deed):
    """An inpaint from the mask page. Whoever sees the editor sends the mask until it is taken."""

    browser: Browser | None = None
    sees_editor: bool = False

    async def forget(self) -> None:
        if self.browser is not None:
            await self.browser.__aexit__(None, None, None)
        self.browser, self.sees_editor = None, False

    async def act(self) -> None:
        town = self.town
        asked = await town.discord.slash(
            town.ana, town.general, "inpaint", prompt="a door", image=("phone.jpg", LYING)
        )
        self.browser = Browser(link_in(await town.told(asked)))
        await self._paints(self.browser, 202)
        assert self.sees_editor

    async def insist(self) -> None:
        if self.browser is not None:
            await self._paints(self.browser, 202, 409)

    async def _paints(self, browser: Browser, *well: int) -> None:
        if not self.sees_editor:
            page = await browser.start()
            # A browser whose start was cut off has no key to its ticket, and needs another one.
            self.sees_editor = page.status == 200
        if self.sees_editor:
            page = await browser.submit(MASK)
            assert page.status in well, page
            assert page.json["job"], page


@dataclass(frozen=True)
class Kind:
    """A row of the matrix. `like` is the one whose points need no second look."""

    name: str
    deed: Callable[[Town], Deed]
    bell: bool = False
    like: str | None = None
    starts: bool = False
    """Whether the bot's start, the same after every crash, is among its points."""

    def settings(self) -> dict[str, str]:
        return SETTINGS | (web_settings() if self.bell else {})


KINDS = {
    kind.name: kind
    for kind in (
        Kind("text", Text, starts=True),
        Kind("text, with a bell", Text, bell=True),
        Kind("four pictures", lambda town: Text(town, 4), like="text"),
        Kind("a button's child", Child),
        Kind("a button's child, with a bell", Child, bell=True, like="text, with a bell"),
        # The page needs a public address, and so it has the bell.
        Kind("mask page", Painted, bell=True, like="text, with a bell"),
    )
}


@dataclass
class Matrix:
    """One row of the matrix in its town."""

    kind: Kind
    town: Town
    deed: Deed
    toll: Toll
    #: Jobs whose answer was lost, and that the bell has named.
    named: int = 0
    _orders: int = 0
    _seen: int = 0

    async def points(self) -> list[str]:
        """Every point of an undisturbed deed, in order."""
        await self._begins("")
        await self._whole()
        await self._judge("undisturbed", None)
        return Order.passed(self.town.folder)

    async def kill_at(self, fatal: str, *, again_at: str = "") -> list[str]:
        """Kill the bot there, and where `again_at` is given once more; the points of the way back.

        Then start it for good, let everything end, and count what it has cost.
        """
        await self._begins(fatal)
        story = f"{self.kind.name}, killed at {fatal}" + (f", then at {again_at}" * bool(again_at))
        at_death = await self._killed(self._whole)
        if again_at:
            self._order(again_at)
            await self.town.bot_launches()
            await self._killed(self._way_back)
            at_death += f", {self._standing()}"
        self._order("")
        await self.town.bot_starts()
        await self._way_back()
        await self._judge(story, at_death)
        return Order.passed(self.town.folder)

    async def slots_in_the_end(self) -> None:
        """When every time of grace is over, no place at the vendor is taken any more.

        Killed there, too, where there is anything to free.
        """
        await self.deed.forget()
        await self.town.bot_crashes()
        with self.town.writing() as database:
            database.execute("UPDATE slots SET frees_at = 1 WHERE frees_at IS NOT NULL")
        if self.town.rows("SELECT * FROM slots"):
            for moment in (BEFORE, AFTER):
                self._order(f"{SLOTS_FREED}:{moment} #1")
                await self.town.bot_launches()
                await self._killed(self._way_back)
        self._order("")
        await self.town.bot_starts()
        try:
            await self.town.discord.until(lambda: not self.town.rows("SELECT * FROM slots"))
        except TimeoutError:
            self.toll.drift.append(f"slots for ever: {self.town.rows('SELECT * FROM slots')}")

    async def _begins(self, fatal: str) -> None:
        await self.deed.forget()
        self._seen = max((job["id"] for job in self.town.jobs()), default=0)
        # The bell that names a job whose answer was lost must not ring before anybody is back.
        waits = self.kind.bell and fatal.startswith(ANSWER_LOST)
        self.town.vendor.latency_s = ABSENT_S if waits else 0.0
        self._order(fatal)

    def _order(self, fatal: str) -> None:
        self._orders += 1
        Order(self._orders, fatal).give(self.town.folder)

    def _new_jobs(self) -> list[Row]:
        return [job for job in self.town.jobs() if job["id"] > self._seen]

    def _standing(self) -> str:
        """How far the job is; empty where there is none."""
        return "".join(job["status"] for job in self._new_jobs())

    async def _killed(self, life: Callable[[], Coroutine[object, object, None]]) -> str:
        """Live until the bot is dead, or all is over without that; how far the job is then."""
        process = self.town.process
        assert process is not None
        living = asyncio.create_task(life())
        dying = asyncio.create_task(process.wait())
        await asyncio.wait({living, dying}, return_when=asyncio.FIRST_COMPLETED)
        # Whoever acts sees the connection break before the process is seen to be dead.
        await asyncio.wait({dying}, timeout=DYING_S)
        if process.returncode is None:
            self.toll.missed += 1
            living.result()
        dying.cancel()
        living.cancel()
        await asyncio.gather(living, dying, return_exceptions=True)
        await self.town.bot_crashes()
        self.toll.kills += 1
        return self._standing()

    async def _whole(self) -> None:
        await self.deed.act()
        await self.town.discord.until(self._new_jobs, timeout_s=OVER_S)
        await self._all_over()

    async def _way_back(self) -> None:
        await self.town.discord.ready()
        await self.deed.insist()
        await self._all_over()

    async def _all_over(self) -> None:
        # What is not over by then is lost, and counted as such.
        with suppress(TimeoutError):
            await self.town.discord.until(
                lambda: all(job["status"] == "delivered" for job in self._new_jobs()),
                timeout_s=OVER_S,
            )
        await asyncio.sleep(ECHO_S)

    async def _judge(self, story: str, at_death: str | None) -> None:
        """`at_death` says how far the job was, each time that the bot died."""
        town, toll = self.town, self.toll
        jobs = self._new_jobs()
        toll.judge(town, jobs, after=story)
        if len(jobs) > 1:
            toll.doubled.append(f"{story}: {len(jobs)} jobs: {jobs}")
        if not jobs and at_death != "":
            toll.lost.append(f"{story}: no job, which was {at_death}")
        toll.lost += [
            f"{story}: {job['verdict']}, {_received(job)}; at death {at_death}"
            for job in jobs
            if (job["verdict"], _received(job)) not in self._endings(job, at_death)
        ]
        books.check(town)

    def _endings(self, job: Row, at_death: str | None) -> list[tuple[str, int]]:
        """How the job may have ended, with how many pictures."""
        well = ("pictures", self.deed.count)
        if at_death is None or "submitting" not in at_death:
            return [well]
        unknown = ("unconfirmed", 0)
        if not self.kind.bell:
            return [unknown]
        bought = {sold.id for sold in self.town.vendor.book if str(job["id"]) == _track(sold)}
        rung = [bell for bell in self.town.vendor.bells if bell.job_id in bought]
        if any(bell.status == 200 for bell in rung):
            # Whoever takes a ring has written it down.
            self.named += 1
            return [well]
        return [unknown]


def _track(sold: Bought) -> str:
    return str(sold.body["track_id"])


def _received(job: Row) -> int:
    """How many pictures a job has brought."""
    received: int = json.loads(job["outcome"] or "{}").get("received", 0)
    return received


@asynccontextmanager
async def a_row(kind: Kind, folder: Path, *, seed: int) -> AsyncIterator[Matrix]:
    """A town in which a row of the matrix can be played."""
    folder.mkdir(parents=True, exist_ok=True)
    async with a_town(folder, program=MORTAL, **kind.settings()) as town:
        town.vendor.max_queued = PLACES
        town.vendor.desk.eta_s = ETA_S
        await town.bot_starts()
        deed = kind.deed(town)
        await deed.prepare()
        matrix = Matrix(kind, town, deed, Toll(kind.name, seed))
        try:
            yield matrix
        finally:
            await deed.forget()


async def sample(kind: Kind, folder: Path, *, seed: int, count: int) -> Toll:
    """So many points of a row, by the dice."""
    async with a_row(kind, folder, seed=seed) as matrix:
        points = await matrix.points()
        matrix.toll.points = len(points)
        dice = random.Random(f"{seed} {kind.name}")
        for point in dice.sample(points, count):
            await matrix.kill_at(point)
        return matrix.toll


async def all_of(kind: Kind, folder: Path, *, seed: int) -> Toll:
    """Every point of a row, and every point that only the way back from them has."""
    known: set[str] = set()
    if kind.like is not None:
        async with a_row(KINDS[kind.like], folder / "like", seed=seed) as other:
            known = set(await other.points())
    async with a_row(kind, folder, seed=seed) as matrix:
        first = [point for point in await matrix.points() if point not in known]
        left_out = (SLOTS_FREED,) if kind.starts else (SLOTS_FREED, *START)
        names, twice = {_name(point) for point in first} | {_name(p) for p in known}, []
        for point in first:
            for back in await matrix.kill_at(point):
                if _name(back) not in names and not back.startswith(left_out):
                    names.add(_name(back))
                    twice.append((point, back))
        for point, back in twice:
            await matrix.kill_at(point, again_at=back)
        matrix.toll.points = len(first) + len(twice)
        await matrix.slots_in_the_end()
        return matrix.toll


def _name(point: str) -> str:
    return point.rpartition(" #")[0]
