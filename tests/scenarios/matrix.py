"""The crash matrix: the same deed again and again, each time killed at another point of its way.

A deed is done once undisturbed, which writes down its points; then the bot is killed at each of
them, started again, and whatever the crash has cost is counted. One town serves all the lives.
"""

import asyncio
import hashlib
from collections import deque
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from sandbox.modelslab.jobs import Job as Bought
from tests.scenarios import books, hops, leaks
from tests.scenarios.deeds import KINDS, PLACES, Deed, Kind, received
from tests.scenarios.mortal import AFTER, BEFORE, SENT, Order
from tests.scenarios.toll import Toll
from tests.scenarios.town import Row, Town, a_town

MORTAL = "tests.scenarios.mortal"
OVER_S = 30.0
#: What comes after a delivery: nobody waits for it, and it must do no harm.
ECHO_S = 0.15
DYING_S = 0.5
ETA_S = 0.1
#: Longer than it takes until a picture is bought.
ABSENT_S = 3.0
#: What stands beside a job may come in another order the next time.
TRIES = 3
WORKS = ("images/text-to-image", "images/inpaint", "image_editing/super_resolution")
#: Where the vendor has a job, or soon will, and nobody knows its name.
ANSWER_LOST = (
    *(f"POST /{work}:{moment}" for work in WORKS for moment in (SENT, AFTER)),
    f"commit Steps._accepted:{BEFORE}",
)
ASKED_TWICE = 2


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
    _was_met: bool = True
    _must_wait: bool = False

    async def points(self) -> list[str]:
        """Every point of an undisturbed deed, in order; they are those of its eight hops.

        The very first is another: nobody knows yet how long the vendor takes for it.
        """
        await self._undisturbed()
        await self.town.bot_crashes()
        await self.town.bot_starts()
        await self._undisturbed()
        points = Order.passed(self.town.folder)
        astray = hops.astray(self.kind.name, points)
        assert not astray, "\n".join(astray)
        return points

    async def _undisturbed(self) -> None:
        await self._begins("")
        await self._whole()
        await self._judge(f"{self.kind.name}, undisturbed", [])

    async def kill_at(self, *fatal: str) -> list[str]:
        """Kill the bot there, and each time that it comes back at the next; its last way back.

        Then start it for good, let everything end, and count what it has cost. Where a point was
        not met, all of it is done again.
        """
        self.toll.points += 1
        for _ in range(TRIES):
            back = await self._kill_at(fatal)
            if self._was_met:
                return back
        self.toll.missed.append(", then ".join(fatal))
        return back

    async def _kill_at(self, fatal: Sequence[str]) -> list[str]:
        first, *later = fatal
        await self._begins(first)
        at_deaths = [await self._killed(self._whole)]
        for point in later:
            self._order(point)
            await self.town.bot_launches()
            at_deaths.append(await self._killed(self._way_back))
        self._order("")
        await self.town.bot_starts()
        await self._way_back()
        await self._judge(f"{self.kind.name}, killed at {', then '.join(fatal)}", at_deaths)
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
                self.toll.points += 1
                self._order(f"{hops.SLOTS_FREED}:{moment} #1")
                await self.town.bot_launches()
                await self._killed(self._way_back)
        self._order("")
        await self.town.bot_starts()
        try:
            await self.town.discord.until(lambda: not self.town.rows("SELECT * FROM slots"))
        except TimeoutError:
            self.toll.stuck.append(f"slots for ever: {self.town.rows('SELECT * FROM slots')}")

    async def _begins(self, fatal: str) -> None:
        self._was_met = True
        await self.deed.forget()
        # The bell that names a job whose answer was lost must not ring before anybody is back.
        self._must_wait = self.kind.bell and fatal.startswith(ANSWER_LOST)
        if self._must_wait:
            self.town.vendor.hold()
        self._order(fatal)

    def _order(self, fatal: str) -> None:
        self._orders += 1
        Order(self._orders, fatal).give(self.town.folder)

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
            self._was_met = False
            living.result()
        else:
            self.toll.kills += 1
        dying.cancel()
        living.cancel()
        await asyncio.gather(living, dying, return_exceptions=True)
        await self.town.bot_crashes()
        return "".join(job["status"] for job in self.deed.jobs())

    async def _whole(self) -> None:
        await self.deed.act()
        if self._must_wait:
            # Dead by then, as a rule.
            await asyncio.sleep(ABSENT_S)
            self.town.vendor.release()
        await self._all_over()

    async def _way_back(self) -> None:
        await self.town.discord.ready()
        if self._must_wait:
            self.town.vendor.release()
        await self.deed.insist()
        await self._all_over()

    async def _all_over(self) -> None:
        # What is not over by then is stuck, and counted as such.
        with suppress(TimeoutError):
            await self.town.discord.until(self.deed.is_over, timeout_s=OVER_S)
        await asyncio.sleep(ECHO_S)

    async def _judge(self, story: str, at_deaths: Sequence[str]) -> None:
        """`at_deaths` says how far the job was, each time that the bot died."""
        town, toll, jobs = self.town, self.toll, self.deed.jobs()
        toll.judge(town, jobs, after=story)
        toll.leaked(await leaks.found_anywhere(town), after=story)
        if not self.deed.is_over() and not self.deed.leaves_jobs:
            toll.stuck.append(f"{story}: {jobs}")
        if len(jobs) > 1:
            toll.doubled.append(f"{story}: {len(jobs)} jobs: {jobs}")
        had_come_to_be = any(at_deaths) or not at_deaths
        if not jobs and had_come_to_be and self.deed.leaves_jobs:
            toll.lost.append(f"{story}: no job, which was {at_deaths}")
        toll.lost += [
            f"{story}: {job['verdict']}, {received(job)} by {job['route']}; at death {at_deaths}"
            for job in jobs
            if job["status"] == "delivered" and not self._ended_well(job, at_deaths)
        ]
        books.check(town)

    def _ended_well(self, job: Row, at_deaths: Sequence[str]) -> bool:
        """Whether the job may have ended so."""
        if not any("submitting" in standing for standing in at_deaths):
            return self.deed.ended_well(job, crashed=bool(at_deaths))
        is_unknown = (job["verdict"], received(job)) == ("unconfirmed", 0)
        if not self.kind.bell:
            return is_unknown
        bought = {sold.id for sold in self.town.vendor.book if str(job["id"]) == _track(sold)}
        rung = [bell for bell in self.town.vendor.bells if bell.job_id in bought]
        if any(bell.status == 200 for bell in rung):
            # Whoever takes a ring has written it down.
            self.named += 1
            return self.deed.ended_well(job, crashed=True)
        return is_unknown


def _track(sold: Bought) -> str:
    return str(sold.body["track_id"])


@asynccontextmanager
async def a_row(kind: Kind, folder: Path, toll: Toll) -> AsyncIterator[Matrix]:
    """A town in which a row of the matrix can be played; what it costs goes into the toll."""
    folder.mkdir(parents=True, exist_ok=True)
    async with a_town(folder, program=MORTAL, **kind.settings()) as town:
        town.vendor.max_queued = PLACES
        town.vendor.desk.eta_s = ETA_S
        await town.bot_starts()
        deed = kind.deed(town)
        await deed.prepare()
        try:
            yield Matrix(kind, town, deed, toll)
        finally:
            await deed.forget()


async def sample(kind: Kind, folder: Path, toll: Toll, *, count: int) -> None:
    """So many points of a row, by the dice."""
    async with a_row(kind, folder, toll) as matrix:
        points = _since(kind, await matrix.points())
        for point in drawn(points, count, dice=f"{toll.seed} {kind.name}"):
            await matrix.kill_at(point)


def drawn(points: Iterable[str], count: int, *, dice: str) -> list[str]:
    """The same ones for the same dice, in whichever order the points came."""
    return sorted(points, key=lambda point: hashlib.sha256(f"{dice} {point}".encode()).digest())[
        :count
    ]


async def all_of(kind: Kind, folder: Path, toll: Toll) -> None:
    """Every point of a row, and every point that only the way back from them has."""
    known: set[str] = set()
    if kind.like is not None:
        async with a_row(KINDS[kind.like], folder / "like", Toll(kind.like, toll.seed)) as other:
            known = set(await other.points())
    async with a_row(kind, folder, toll) as matrix:
        points = [point for point in await matrix.points() if not _is_again(point)]
        ways: deque[tuple[str, ...]] = deque(
            (point,) for point in _since(kind, points) if point not in known
        )
        names = {_name(point) for point in (*points, *known)}
        if kind.since:
            names |= hops.seen_before(kind.name)
        # What only the way back has is killed at on that way, and again on the way back from there.
        while ways:
            way = ways.popleft()
            for back in await matrix.kill_at(*way):
                if _name(back) not in names and not back.startswith(_left_out(kind)):
                    names.add(_name(back))
                    ways.append((*way, back))
        await matrix.slots_in_the_end()
        never = hops.unplaced(kind.name, names)
        assert not never, f"on no way back: {never}"


def _left_out(kind: Kind) -> tuple[str, ...]:
    """What may be on a way back, and is not killed at there."""
    never = (hops.SLOTS_FREED, *(f"{hops.COMMIT}{name}:" for name in hops.ELSEWHERE))
    return never if kind.starts else (*never, *hops.START)


def _since(kind: Kind, points: Sequence[str]) -> Sequence[str]:
    return points[points.index(kind.since) :] if kind.since else points


def _is_again(point: str) -> bool:
    """Whether it is only one more of the questions that go on while the vendor works."""
    return point.startswith(hops.ASKED_AGAIN) and int(point.rpartition("#")[2]) > ASKED_TWICE


def _name(point: str) -> str:
    return point.rpartition(" #")[0]
