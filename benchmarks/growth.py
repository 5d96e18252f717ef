"""What a long past costs: the same questions with 1,000 and with 1,000,000 jobs behind them.

Both houses are asked in turns in one run, members with as many jobs of their own in both. The past
is written straight into the files: rows as the bot would have left them, years of them.
"""

import asyncio
import random
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import event

from benchmarks.past import BUSY, BUSY_MEMBERS_JOBS, JOBS_OF_ONE, NOW, member, write
from bot.domain.limits import Limits
from bot.domain.request import ImageRequest, Kind, Requester
from bot.engine.accounts import Accounts
from bot.engine.booking import Reply
from bot.engine.history import PAGE_JOBS, Choice, History, Viewer
from bot.engine.intake import Accepted, Intake
from bot.engine.policy import Policy
from bot.modelslab.catalogue import Catalogue
from storage.database import Database
from storage.pictures import PictureFiles

FEW, MANY = 1_000, 1_000_000
ROUNDS = 500
GOAL_RATIO = 2.0

# In no prompt of the past: such a search looks at everything it may look at.
_NOWHERE = "zebra crossing"

Ask = Callable[["House", random.Random], Awaitable[object]]


@dataclass
class House:
    """One past, and the parts of the bot that look into it."""

    jobs: int
    database: Database
    history: History
    accounts: Accounts
    intake: Intake
    asked: int = 0

    def member(self, draw: random.Random) -> tuple[int, int]:
        """Some member and their server; the busy one is not among them."""
        number = draw.randrange(self.jobs // JOBS_OF_ONE)
        return member(number)


async def _page(house: House, draw: random.Random) -> object:
    user_id, guild_id = house.member(draw)
    viewer = Viewer(user_id=user_id, guild_id=guild_id)
    page = await house.history.page(viewer, Choice(member_id=user_id))
    assert page is not None
    assert len(page.past) == PAGE_JOBS
    return page


async def _search(house: House, draw: random.Random) -> object:
    user_id, guild_id = house.member(draw)
    viewer = Viewer(user_id=user_id, guild_id=guild_id)
    return await house.history.page(viewer, Choice(member_id=user_id, search=_NOWHERE))


async def _usage(house: House, draw: random.Random) -> object:
    user_id, guild_id = house.member(draw)
    return await house.accounts.statement(
        Requester(user_id=user_id, guild_id=guild_id, channel_id=21)
    )


async def _accept(house: House, draw: random.Random) -> object:
    user_id, guild_id = house.member(draw)
    house.asked += 1
    said = await house.intake.accept(
        ImageRequest(kind=Kind.IMAGINE, prompt="a red fox", model="sdxl"),
        Requester(user_id=user_id, guild_id=guild_id, channel_id=21),
        source_key=f"growth:{house.asked}",
        reply=Reply(token="t", expires_at=NOW + timedelta(minutes=15), file_limit_bytes=10 * 2**20),
    )
    assert isinstance(said, Accepted), said
    return said


async def _search_of_the_busy(house: House, _draw: random.Random) -> object:
    user_id, guild_id = BUSY
    viewer = Viewer(user_id=user_id, guild_id=guild_id)
    found = await house.history.page(viewer, Choice(member_id=user_id, search=_NOWHERE))
    assert found is not None
    assert found.bounded
    return found


QUESTIONS: dict[str, Ask] = {
    "/history, a page": _page,
    "/history, a search": _search,
    "/usage": _usage,
    "intake": _accept,
}


@asynccontextmanager
async def _houses(folder: Path) -> AsyncIterator[tuple[House, House]]:
    async with AsyncExitStack() as stack:
        few, many = [await _opened(stack, folder, count) for count in (FEW, MANY)]
        yield few, many


async def _opened(stack: AsyncExitStack, folder: Path, count: int) -> House:
    path = folder / f"{count}.db"
    url = f"sqlite+aiosqlite:///{path}"
    # Opened once for its tables, and closed for the writer.
    await (await Database.open(url)).close()
    files = PictureFiles(folder / "pictures")
    digests = [await files.put(random.Random(number).randbytes(4_000)) for number in range(64)]
    await asyncio.to_thread(write, path, count, digests)
    database = await Database.open(url)
    stack.push_async_callback(database.close)
    policy = Policy(
        limits=Limits(server_day=100_000, server_line=10_000, member_line=10_000),
        default_model="sdxl",
        allowed_guilds=frozenset(),
        personal_day=None,
        price_micros=4700,
        max_queued=5,
        deadline=timedelta(minutes=10),
        key="a key for the figures",
    )
    # The day goes on while it is asked.
    offset = NOW - datetime.now(UTC)

    def now() -> datetime:
        return datetime.now(UTC) + offset

    return House(
        jobs=count,
        database=database,
        history=History(database, files=files),
        accounts=Accounts(database, policy=policy, now=now),
        intake=Intake(
            database,
            files=files,
            catalogue=Catalogue.built_in(),
            styles={},
            policy=policy,
            wake=lambda: None,
            now=now,
        ),
    )


async def _timed(ask: Ask, house: House, draw: random.Random) -> float:
    began_s = time.perf_counter()
    await ask(house, draw)
    return time.perf_counter() - began_s


async def _compared(ask: Ask, few: House, many: House) -> tuple[list[float], list[float]]:
    """Seconds with few and with many jobs, asked in turns."""
    draw = random.Random(7)
    times: tuple[list[float], list[float]] = ([], [])
    for turn in range(ROUNDS + 20):
        order = ((0, few), (1, many))
        for number, house in order if turn % 2 else reversed(order):
            taken_s = await _timed(ask, house, draw)
            # The first ones warm both up.
            if turn >= 20:
                times[number].append(taken_s)
    return times


async def _plans(ask: Ask, house: House) -> list[str]:
    """How SQLite answers the statements that a question takes."""
    asked: dict[str, Any] = {}

    def note(_c: Any, _cursor: Any, sql: str, values: Any, _context: Any, many: bool) -> None:
        if sql.startswith("SELECT"):
            asked.setdefault(sql, values)

    engine = house.database._engine.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        await ask(house, random.Random(1))
    finally:
        event.remove(engine, "before_cursor_execute", note)
    steps: dict[str, None] = {}
    async with house.database.reading() as tx:
        for sql, values in asked.items():
            plan = await tx.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values)
            steps |= dict.fromkeys(str(row.detail) for row in plan)
    return [step for step in steps if step.startswith(("SEARCH", "SCAN", "USE"))]


def _p99(times: list[float]) -> float:
    return statistics.quantiles(times, n=100)[98]


async def measure() -> list[str]:
    """The lines of the report."""
    with tempfile.TemporaryDirectory() as scratch:
        began_s = time.perf_counter()
        async with _houses(Path(scratch)) as (few, many):
            size_mib = (Path(scratch) / f"{MANY}.db").stat().st_size / 2**20
            lines = [
                f"past jobs                {FEW:,} and {MANY:,} ({size_mib:.0f} MiB, written in "
                f"{time.perf_counter() - began_s:.0f} s); {JOBS_OF_ONE} of each member asked",
            ]
            for name, ask in QUESTIONS.items():
                short, long = await _compared(ask, few, many)
                half = statistics.median(short), statistics.median(long)
                most = _p99(short), _p99(long)
                lines += [
                    f"{name:<24} p50 {_ms(*half)}: {half[1] / half[0]:.2f} x, "
                    f"p99 {_ms(*most)}: {most[1] / most[0]:.2f} x   (goal: {GOAL_RATIO:g})",
                    *(f"    {step}" for step in await _plans(ask, many)),
                ]
            busy = [await _timed(_search_of_the_busy, many, random.Random()) for _ in range(20)]
            lines.append(
                f"search of a member with {BUSY_MEMBERS_JOBS:,} jobs, finding nothing: "
                f"p50 {statistics.median(busy) * 1000:.0f} ms, at most {max(busy) * 1000:.0f} ms"
            )
    return lines


def _ms(few_s: float, many_s: float) -> str:
    return f"{few_s * 1000:.1f} and {many_s * 1000:.1f} ms"
