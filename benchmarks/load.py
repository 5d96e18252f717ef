"""A thousand requests a minute, then ten thousand in one: what is lost, doubled, and grows?

The bot, the vendor's stand-in, and Discord's with all its members are a process each. The vendor
takes as long as its own figures say, for as many jobs at a time as the bot may be told to send. Its
pictures are PNGs of 512 x 512 and some 20 KB, each with bytes of its own. Discord's stand-in holds
every request against Discord's OpenAPI file and plays the limit of an interaction's token, five
requests in two seconds; none of a channel, of a route, or of all together.

Memory is flat where a straight line through what is resident after the warm-up, in the steady part,
rises by less than `FLAT_MIB_A_MINUTE`.
"""

import asyncio
import re
import statistics
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import click

from benchmarks.processes import Process, rise
from tests.scenarios import crowd, leaks
from tests.scenarios.browser import web_settings
from tests.scenarios.crowd import Crowd, Fates, Times, times_of
from tests.scenarios.far_vendor import FarVendor, Terms, a_far_vendor
from tests.scenarios.town import Town, a_town

SERVERS, CHANNELS, MEMBERS = 50, 200, 1_000
SEED = 7
#: The most that the bot can be told; the vendor's plans allow 15.
AT_ONCE = 100
SAMPLE_S = 5.0
WARM_UP_S = 120.0
FLAT_MIB_A_MINUTE = 0.5
LONGEST_BLOCK_S = 0.05
_COMPLAINS = re.compile(r"\S+ (ERROR|WARNING|CRITICAL) ")
_LAG = re.compile(r'^limner_loop_lag_seconds_bucket\{le="([^"]+)"\} (\S+)', re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How much is asked for, and for how many minutes the line may be worked off after that."""

    minutes: float = 10.0
    rate: int = 1_000
    burst: int = 10_000
    drain_minutes: float = 40.0
    bell: bool = False

    @property
    def steadily(self) -> int:
        return round(self.rate * self.minutes)


@dataclass(frozen=True, kw_only=True)
class Sample:
    """What could be seen at one moment."""

    at_s: float
    asked: int
    in_line: int
    resident_mib: float
    database_mib: float
    bot_s: float
    vendor_s: float
    crowd_s: float
    waited_s: float
    """How long the bot's main thread has stood ready and was given no processor."""


@dataclass
class Watch:
    """Looks at the three processes every few seconds, and tells of each minute as it passes."""

    town: Town
    crowd: Crowd
    vendor: FarVendor
    samples: list[Sample] = field(default_factory=list)
    #: What Discord was asked for, by method and kind of address, and how it answered.
    requests: Counter[str] = field(default_factory=Counter)

    @asynccontextmanager
    async def looking(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self._look_again_and_again())
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def _look_again_and_again(self) -> None:
        told_s = asyncio.get_running_loop().time()
        while True:
            self.look()
            now_s = self.samples[-1].at_s
            if now_s - told_s >= 60:
                told_s = now_s
                click.echo(f"  {self._minute()}")
            self.count_requests()
            await asyncio.sleep(SAMPLE_S)

    def count_requests(self) -> None:
        """What the stand-in remembers of each would fill its memory."""
        seen = self.town.discord.requests
        self.requests.update(f"{each.method} {each.template} {each.status}" for each in seen)
        seen.clear()

    def look(self) -> None:
        assert self.town.process is not None
        bot = Process(self.town.process.pid)
        self.samples.append(
            Sample(
                at_s=asyncio.get_running_loop().time(),
                asked=len(self.crowd.asked),
                in_line=self.crowd.on_the_belt(),
                resident_mib=bot.resident_mib(),
                database_mib=self.database_mib(),
                bot_s=bot.processor_s(),
                vendor_s=Process(self.vendor.pid).processor_s(),
                crowd_s=Process.this().processor_s(),
                waited_s=bot.main_thread_waited_s(),
            )
        )

    def database_mib(self) -> float:
        files = self.town.database.parent.glob(f"{self.town.database.name}*")
        return sum(file.stat().st_size for file in files) / 2**20

    def _minute(self) -> str:
        now = self.samples[-1]
        before = next((s for s in self.samples if now.at_s - s.at_s <= 61), now)
        passed_s = max(1e-9, now.at_s - before.at_s)
        done = (now.asked - now.in_line) - (before.asked - before.in_line)
        return (
            f"{now.at_s - self.samples[0].at_s:5.0f} s  asked {now.asked:6}  on the belt "
            f"{now.in_line:6}  done {60 * done / passed_s:5.0f} a minute  resident "
            f"{now.resident_mib:4.0f} MiB  database {now.database_mib:4.0f} MiB  processor: bot "
            f"{(now.bot_s - before.bot_s) / passed_s:4.0%}, vendor "
            f"{(now.vendor_s - before.vendor_s) / passed_s:3.0%}, Discord and members "
            f"{(now.crowd_s - before.crowd_s) / passed_s:3.0%}, waited for one "
            f"{(now.waited_s - before.waited_s) / passed_s:3.0%}"
        )


@dataclass(frozen=True, kw_only=True)
class Part:
    """One part of the run: who asked in it, what was seen, and how late the loop was."""

    name: str
    asked: slice
    samples: slice
    lag: "Lag"
    #: The line when the last one had asked.
    line: int


@dataclass(frozen=True)
class Lag:
    """How often the event loop woke somebody later than each bound, in seconds."""

    counts: dict[float, int]

    @classmethod
    async def of(cls, town: Town) -> "Lag":
        _, page = await town.health("metrics")
        return cls({float(bound): int(float(count)) for bound, count in _LAG.findall(page)})

    def since(self, before: "Lag") -> "Lag":
        return Lag({bound: n - before.counts[bound] for bound, n in self.counts.items()})

    @property
    def blocked(self) -> int:
        """How often it was blocked for too long."""
        return self.counts[float("inf")] - self.counts[LONGEST_BLOCK_S]

    @property
    def reached(self) -> float:
        """The bound that nothing was later than."""
        return min(bound for bound, n in self.counts.items() if n == self.counts[float("inf")])

    def __str__(self) -> str:
        earlier, told = 0, []
        for bound, count in sorted(self.counts.items()):
            if count > earlier:
                told.append(f"≤ {bound * 1000:g} ms {count - earlier}")
            earlier = count
        return ", ".join(told)


async def measure(plan: Plan | None = None) -> list[str]:
    """The lines of the report."""
    plan = plan or Plan()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        (folder / "town").mkdir()
        lines: list[str] = []
        async with a_far_vendor(folder, Terms(max_queued=AT_ONCE)) as vendor:
            try:
                async with a_town(
                    folder / "town",
                    **crowd.SETTINGS,
                    MODELSLAB_BASE_URL=vendor.url,
                    MODELSLAB_MAX_QUEUED=str(AT_ONCE),
                    **(web_settings() if plan.bell else {}),
                ) as town:
                    lines = await _run(town, vendor, plan)
            except AssertionError as error:
                # Of the town's books. What took half an hour is told all the same; the whole log,
                # which a trace in it brings along, is not.
                lines.append(f"THE BOOKS ARE WRONG      {str(error)[-500:]}")
    return lines


async def _run(town: Town, vendor: FarVendor, plan: Plan) -> list[str]:
    people = Crowd.gather(
        town,
        servers=SERVERS,
        channels=CHANNELS,
        members=MEMBERS,
        # A third of what its members will ask for.
        server_day=max(1, (plan.steadily + plan.burst) // SERVERS // 3),
        seed=SEED,
    )
    await town.bot_starts()
    await people.sets_the_limit()
    watch = Watch(town, people, vendor)
    watch.look()
    parts: list[Part] = []
    loop = asyncio.get_running_loop()
    async with watch.looking():
        async with _part("steadily", watch, parts):
            await people.asks(plan.steadily, within_s=60 * plan.minutes)
        async with _part("in one minute", watch, parts):
            await people.asks(plan.burst, within_s=60.0)
        asked_s = loop.time()
        async with _part("afterwards", watch, parts):
            drained = await people.is_served(timeout_s=60 * plan.drain_minutes)
        took_s = loop.time() - asked_s
    watch.look()
    watch.count_requests()
    jobs = town.jobs()
    secrets = await leaks.found_anywhere(town)
    sold = await vendor.stop()
    fates = people.fates(sold)
    return [
        *_setting(plan),
        *(
            line
            for part in parts
            for line in _told(part, watch, times_of(people.asked[part.asked], jobs, sold))
        ),
        f"in the end               {'all done' if drained else 'GIVEN UP with work left'} "
        f"{took_s:.0f} s after the last request",
        *_zeros(fates),
        *_growth(watch, parts[0]),
        *_writing(town, secrets),
        "Discord was asked",
        *(f"  {kind:60} {count}" for kind, count in watch.requests.most_common()),
        f"asked for, times a job   {statistics.mean(sale.fetches for sale in sold):.1f}",
        f"asked late, at worst     {people.late_s * 1000:.0f} ms after its time",
    ]


@asynccontextmanager
async def _part(name: str, watch: Watch, parts: list[Part]) -> AsyncIterator[None]:
    """Note what happens inside as a part of the run."""
    people, first, sample = watch.crowd, len(watch.crowd.asked), len(watch.samples)
    lag = await Lag.of(watch.town)
    yield
    parts.append(
        Part(
            name=name,
            asked=slice(first, len(people.asked)),
            samples=slice(sample, len(watch.samples)),
            lag=(await Lag.of(watch.town)).since(lag),
            line=people.on_the_belt(),
        )
    )


def _setting(plan: Plan) -> list[str]:
    return [
        f"asked                    {plan.rate} a minute for {plan.minutes:g} minutes, then "
        f"{plan.burst} in one minute",
        f"by                       {MEMBERS} members in {CHANNELS} channels of {SERVERS} servers",
        f"the vendor               {AT_ONCE} at a time, as slow as it says; "
        f"{'rings' if plan.bell else 'is polled'}",
    ]


def _told(part: Part, watch: Watch, times: Times) -> list[str]:
    longest = max((sample.in_line for sample in watch.samples[part.samples]), default=0)
    asked = part.asked.stop - part.asked.start
    lines = [
        f"{part.name}: {asked} requests",
        f"  on the belt            {longest} at most, {part.line} in the end",
        f"  loop later than 50 ms  {part.lag.blocked} times, never over "
        f"{1000 * part.lag.reached:g} ms   (goal: 0)",
        f"    {part.lag}",
    ]
    if asked:
        lines[2:2] = [
            f"  answered               {_s(times.answers_s, 50, 99, 100)} (p50, p99, most)",
            f"  asked → picture        {_s(times.waits_s, 50, 95)} (p50, p95)",
            f"  ready → picture        {_s(times.lags_s, 50, 95)} (p50, p95)",
        ]
    return lines


def _zeros(fates: Fates) -> list[str]:
    return [
        f"asked, accepted          {fates.asked}, {fates.accepted}",
        f"refused by the one limit {fates.refused}",
        f"not answered in time     {fates.unanswered}   (goal: 0)",
        f"delivered                {fates.delivered}: "
        + ", ".join(f"{count} {ending}" for ending, count in fates.endings.most_common()),
        f"lost                     {len(fates.lost)}   (goal: 0)",
        f"doubled                  {len(fates.doubled)}   (goal: 0)",
        f"accepted twice           {len(fates.bought_twice)}   (goal: 0)",
        f"ledger drift             {len(fates.drift)}   (goal: 0)",
        *(f"  {story[:400]}" for story in fates.stories[:10]),
    ]


def _growth(watch: Watch, steady: Part) -> list[str]:
    samples = watch.samples
    lines = [
        f"resident                 {samples[0].resident_mib:.0f} MiB at the start, at most "
        f"{max(s.resident_mib for s in samples):.0f}, {samples[-1].resident_mib:.0f} at the end",
        f"database                 {samples[-1].database_mib:.0f} MiB",
        f"processor                {samples[-1].bot_s - samples[0].bot_s:.0f} s of the bot, "
        f"{1000 * (samples[-1].bot_s - samples[0].bot_s) / max(1, samples[-1].asked):.0f} ms a "
        "request",
    ]
    calm = [s for s in samples[steady.samples] if s.at_s - samples[0].at_s >= WARM_UP_S]
    if len(calm) > 2:
        slope = 60 * rise([(s.at_s, s.resident_mib) for s in calm])
        lines.append(
            f"  after {WARM_UP_S:g} s            {slope:+.2f} MiB a minute over "
            f"{(calm[-1].at_s - calm[0].at_s) / 60:.0f} minutes   (goal: {FLAT_MIB_A_MINUTE:g})"
        )
    return lines


def _writing(town: Town, secrets: Sequence[str]) -> list[str]:
    """What the log complains of, and where a secret stands."""
    log = town.log.splitlines()
    events = Counter(" ".join(line.split(" ", 4)[1:4]) for line in log if _COMPLAINS.match(line))
    traces = [place for place, line in enumerate(log) if "Traceback" in line]
    return [
        f"traces in the log        {len(traces)}   (goal: 0)",
        *(f"  {line[:200]}" for place in traces[:1] for line in log[place - 1 : place + 60]),
        "the log complains of",
        *(f"  {event[:60]:60} {count}" for event, count in events.most_common(10)),
        f"secrets found            {len(secrets)}   (goal: 0)",
        *(f"  {secret}" for secret in secrets[:10]),
    ]


def _s(values: Sequence[float], *percents: int) -> str:
    if not values:
        return "-"
    ranked = sorted(values)
    last = len(ranked) - 1
    return " / ".join(f"{ranked[last * percent // 100]:.2f}" for percent in percents) + " s"
