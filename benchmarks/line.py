"""Places and waits foretold in line, against what then happens, on drawn lines. No bot runs.

A line stands, everybody in it is told a place and a time, and the slots serve it by the bot's own
order while others join it. The times are drawn as the vendor's published figures say, for three
works of different speed.
"""

import heapq
import math
import random
import statistics
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from bot.domain import schedule
from bot.domain.line import Line, Turns, Waiting, places
from bot.domain.schedule import Pace
from sandbox.modelslab.jobs import published_latency_s

SEED = 7
#: How much slower than the vendor's figures, and how often it is asked for.
WORKS = {"imagine:sdxl": (1.0, 6), "imagine:flux": (2.5, 3), "upscale:ultra": (6.0, 1)}
SERVERS, MEMBERS = 20, 5
#: So much of what the slots can do is asked for by those who come later.
LOAD = 0.7
NOBODY = Turns({}, {})
#: In line, drawn lines of that length.
LINES = ((8, 200), (100, 40), (1_000, 10), (10_000, 2))
SLOTS = (1, 5)
LARGE = 10_000

Waits = Mapping[int, float]
"""The wait of each job in seconds."""


@dataclass(frozen=True)
class Scene:
    """What is known when a line is told its places: the pasts are the latest first."""

    waiting: list[Waiting]
    slots: int
    #: The works at the vendor, and for how long they have been there.
    under_way: list[tuple[str, float]]
    past_s: Mapping[str, list[float]]


@dataclass(frozen=True)
class Day:
    """What then came: how many were submitted before each job, and when it was done."""

    ahead: Mapping[int, int]
    wait_s: Waits


def takes_s(rng: random.Random, work: str) -> float:
    return WORKS[work][0] * published_latency_s(rng)


def asks(rng: random.Random, job_id: int) -> Waiting:
    """Somebody's job: a few servers ask for most."""
    guild = min(int(rng.paretovariate(0.8)), SERVERS)
    [work] = rng.choices(list(WORKS), [often for _, often in WORKS.values()])
    return Waiting(job_id, guild, rng.randrange(MEMBERS), work)


def drawn(
    rng: random.Random, length: int, slots: int, *, known: bool, load: float
) -> tuple[Scene, Day]:
    """A line, and how its day goes."""
    waiting = [asks(rng, number) for number in range(1, length + 1)]
    past_s = {
        work: [takes_s(rng, work) for _ in range(schedule.LONG_PAST if known else 0)]
        for work in WORKS
    }
    under_way = [_met_at_work(rng) for _ in range(slots)]
    scene = Scene(waiting, slots, [(work, gone_s) for work, gone_s, _ in under_way], past_s)
    return scene, _played(rng, waiting, [left_s for _, _, left_s in under_way], load=load)


def _met_at_work(rng: random.Random) -> tuple[str, float, float]:
    """What is met in a slot, since when, and for how long still. Long work is met more often."""
    looks = [asks(rng, 0).work for _ in range(20)]
    took_s = [takes_s(rng, work) for work in looks]
    [found] = rng.choices(range(len(looks)), took_s)
    gone_s = rng.random() * took_s[found]
    return looks[found], gone_s, took_s[found] - gone_s


def _played(
    rng: random.Random, waiting: list[Waiting], free_in_s: list[float], *, load: float
) -> Day:
    line, last = Line(waiting, NOBODY), len(waiting)
    heapq.heapify(free_in_s)
    comers_per_s = load * len(free_in_s) / MEAN_S
    next_comes_s = rng.expovariate(comers_per_s) if comers_per_s else math.inf
    newest = last
    ahead: dict[int, int] = {}
    wait_s: dict[int, float] = {}
    submitted = 0
    while len(wait_s) < last:
        now_s = free_in_s[0]
        while next_comes_s <= now_s:
            newest += 1
            line.join(asks(rng, newest))
            next_comes_s += rng.expovariate(comers_per_s)
        job = line.next()
        assert job is not None
        done_s = now_s + takes_s(rng, job.work)
        heapq.heapreplace(free_in_s, done_s)
        if job.job_id <= last:
            ahead[job.job_id], wait_s[job.job_id] = submitted, done_s
        submitted += 1
    return Day(ahead, wait_s)


def _places_of(scene: Scene, paces: Mapping[str, Pace], under_way_s: Iterable[float]) -> Waits:
    found = places(scene.waiting, NOBODY, slots=scene.slots, under_way_s=under_way_s, paces=paces)
    return {number: place.wait_s for number, place in found.items()}


def ours(scene: Scene) -> Waits:
    left_s = [schedule.left_s(scene.past_s[work], gone) for work, gone in scene.under_way]
    paces = {work: schedule.pace(past_s) for work, past_s in scene.past_s.items()}
    return _places_of(scene, paces, left_s)


def by_usual_times(scene: Scene) -> Waits:
    """As before: medians for all, and what is under way is half done."""
    usual_s = {work: schedule.expected_s(past_s[:20]) for work, past_s in scene.past_s.items()}
    paces = {work: Pace(each_s, each_s) for work, each_s in usual_s.items()}
    return _places_of(scene, paces, [usual_s[work] / 2 for work, _ in scene.under_way])


def by_place_alone(scene: Scene) -> Waits:
    """The place in line, times the mean of all jobs, shared by the slots; and one job's time."""
    known = any(scene.past_s.values())
    often = sum(often for _, often in WORKS.values())
    mean_s = (
        sum(statistics.fmean(scene.past_s[work]) * WORKS[work][1] / often for work in WORKS)
        if known
        else schedule.USUAL_S
    )
    found = places(scene.waiting, NOBODY, slots=scene.slots, under_way_s=[], paces={})
    return {number: (place.ahead / scene.slots + 1) * mean_s for number, place in found.items()}


PREDICTORS: dict[str, Callable[[Scene], Waits]] = {
    "ours": ours,
    "medians": by_usual_times,
    "place x mean": by_place_alone,
}


def _errors(told_s: Iterable[float], came_s: Iterable[float]) -> str:
    pairs = list(zip(told_s, came_s, strict=True))
    off_s = [told - came for told, came in pairs]
    misses_s = sorted(abs(each) for each in off_s)
    share = statistics.median(abs(told - came) / came for told, came in pairs)
    return (
        f"{statistics.median(misses_s):8.0f} s {share:5.0%} "
        f"{misses_s[int(0.9 * len(misses_s))]:8.0f} s {statistics.fmean(off_s):+8.0f} s"
    )


def _report(
    length: int, lines: int, slots: int, *, known: bool = True, load: float = LOAD
) -> list[str]:
    rng = random.Random(SEED)
    days = [drawn(rng, length, slots, known=known, load=load) for _ in range(lines)]
    passed: list[int] = []
    for scene, day in days:
        found = places(scene.waiting, NOBODY, slots=slots, under_way_s=[], paces={})
        passed += [day.ahead[number] - place.ahead for number, place in found.items()]
    came_s = [day.wait_s[job.job_id] for scene, day in days for job in scene.waiting]
    passed.sort()
    told = ("" if known else ", no past known") + ("" if load else ", nobody else comes")
    report = [
        f"{length} in line, {slots} at once{told}: wait {statistics.median(came_s):.0f} s; "
        f"place off by p50 {passed[len(passed) // 2]}, p95 {passed[int(0.95 * len(passed))]}, "
        f"mean {statistics.fmean(passed):+.1f}"
    ]
    for name, predictor in PREDICTORS.items():
        waits = [predictor(scene) for scene, _ in days]
        told_s = [
            wait[job.job_id]
            for (scene, _), wait in zip(days, waits, strict=True)
            for job in scene.waiting
        ]
        report.append(f"  {name:14}{_errors(told_s, came_s)}")
    best_s = statistics.median(came_s)
    report.append(f"  {'best constant':14}{_errors([best_s] * len(came_s), came_s)}")
    return report


def _speed() -> str:
    rng = random.Random(SEED)
    waiting = [asks(rng, number) for number in range(1, LARGE + 1)]
    took_s = []
    for _ in range(5):
        begun_s = time.process_time()
        places(waiting, NOBODY, slots=5, under_way_s=[1.0] * 5, paces={})
        took_s.append(time.process_time() - begun_s)
    return f"{LARGE} places reckoned in {1000 * statistics.median(took_s):.0f} ms of a core"


def _mean_s() -> float:
    rng = random.Random(SEED)
    return statistics.fmean(takes_s(rng, asks(rng, 0).work) for _ in range(50_000))


#: Of a job, in seconds, over all works.
MEAN_S = _mean_s()


async def measure() -> list[str]:
    """The lines of the report."""
    report = [
        f"others come later, at {LOAD:.0%} of what the slots can do; a job takes {MEAN_S:.1f} s",
        f"  {'wait told':14}{'off by p50':>10} {'share':>5} {'p90':>10} {'mean':>10}",
    ]
    for length, lines in LINES:
        for slots in SLOTS:
            report += _report(length, lines, slots)
    for length, lines in LINES[:3]:
        report += _report(length, lines, SLOTS[-1], load=0.0)
        report += _report(length, lines, SLOTS[-1], known=False)
    return [*report, _speed()]
