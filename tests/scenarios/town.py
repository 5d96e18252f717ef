"""The whole bot as a process on sockets, between a small Discord and the vendor's stand-in.

A small vocabulary of events for the scenarios. What the process keeps is read from its database
file, as somebody with a backup would.
"""

import asyncio
import json
import os
import re
import signal
import sqlite3
import sys
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from bot.settings import Settings
from sandbox.modelslab import Vendor
from sandbox.modelslab.door import Seen as Asked
from sandbox.modelslab.jobs import Job as Bought
from tests.scenarios import books
from tests.wire.interactions import Interaction
from tests.wire.messages import Message
from tests.wire.server import WireDiscord
from tests.wire.world import Channel, User

ROOT = Path(__file__).parents[2]
VENDOR_KEY = "MARKED-SECRET-vendor-key"
BOT_TOKEN = "MARKED-SECRET-discord-token"
START_TIMEOUT_S = 20.0
#: How old the bot's own view of the line may be when it answers.
VIEW_S = 0.3
STOP_TIMEOUT_S = 12.0
_OURS = re.compile(r"(?:SPOILER_)?limner-(\d+)-")

Row = dict[str, Any]


@dataclass
class Town:
    """One bot, one Discord, one vendor."""

    folder: Path
    discord: WireDiscord
    vendor: Vendor
    settings: dict[str, str] = field(default_factory=dict)
    process: asyncio.subprocess.Process | None = None
    traces_expected: bool = False
    #: Set where something is made to break that only a bug would break.
    program: str = "bot"
    #: What runs as the bot, as `python -m` has it.

    @property
    def general(self) -> Channel:
        return self.discord.general

    @property
    def after_dark(self) -> Channel:
        return self.discord.after_dark

    @property
    def ana(self) -> User:
        return self.discord.ana

    @property
    def ben(self) -> User:
        return self.discord.ben

    # The process

    @property
    def log(self) -> str:
        path = self.folder / "bot.log"
        return path.read_text() if path.exists() else ""

    @property
    def database(self) -> Path:
        return self.folder / "data" / "limner.db"

    def environment(self) -> dict[str, str]:
        """The bot's whole environment; nothing of the tests' own leaks in."""
        return {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "DISCORD_TOKEN": self.discord.token,
            "DISCORD_API_URL": self.discord.api_url,
            "MODELSLAB_API_KEY": VENDOR_KEY,
            "MODELSLAB_BASE_URL": self.vendor.url,
            "DATABASE_URL": f"sqlite+aiosqlite:///{self.database}",
            "METRICS_PORT": "0",
            **self.settings,
        }

    async def bot_launches(self, **settings: str) -> None:
        """Start the process, and wait for nothing."""
        self.settings |= settings
        with (self.folder / "bot.log").open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                self.program,
                cwd=self.folder,
                env=self.environment(),
                stdout=log,
                stderr=log,
            )

    async def bot_starts(self, **settings: str) -> None:
        """Start the process, and wait until it answers commands."""
        await self.bot_launches(**settings)
        assert self.process is not None
        ready = asyncio.create_task(self.discord.ready(START_TIMEOUT_S))
        died = asyncio.create_task(self.process.wait())
        try:
            await asyncio.wait({ready, died}, return_when=asyncio.FIRST_COMPLETED)
            if died.done():
                raise AssertionError(f"the bot ended with {died.result()}:\n{self.log}")
            await ready
        finally:
            ready.cancel()
            died.cancel()

    async def bot_crashes(self) -> None:
        """kill -9: no goodbye to anybody."""
        await self._end(signal.SIGKILL)

    async def bot_stops(self, how: signal.Signals = signal.SIGTERM) -> int:
        """Ask the process to stop; its exit code."""
        return await self._end(how)

    async def _end(self, how: signal.Signals) -> int:
        assert self.process is not None
        if self.process.returncode is None:
            self.process.send_signal(how)
        code = await asyncio.wait_for(self.process.wait(), STOP_TIMEOUT_S)
        await self.discord.gone()
        return code

    async def health(self, page: str) -> tuple[int, str]:
        """Status and text of one page on the port for health and metrics."""
        port = re.findall(r"health_port=(\d+)", self.log)[-1]
        async with (
            aiohttp.ClientSession() as session,
            session.get(f"http://127.0.0.1:{port}/{page}") as answer,
        ):
            return answer.status, await answer.text()

    # What members do, and see

    async def asks(
        self, prompt: str, *, who: User | None = None, where: Channel | None = None, **options: Any
    ) -> Interaction:
        """A member types /imagine."""
        return await self.discord.slash(
            who or self.ana, where or self.general, "imagine", prompt=prompt, **options
        )

    async def lines_up(self, count: int) -> list[Interaction]:
        """Ask so often, each time when the card before stands: their order is certain."""
        asked = []
        for number in range(count):
            asked.append(await self.asks(f"a fox, number {number}"))
            await self.card(asked[-1])
        return asked

    async def card(self, asked: Interaction) -> Message:
        """The card of a request, as soon as it stands."""
        await asked.acked()
        assert asked.message is not None
        return asked.message

    async def is_painting(self, asked: Interaction, *, timeout_s: float = 10.0) -> Message:
        """The card of a request, once it says that the vendor works on it."""
        card = await self.card(asked)
        await self.discord.until(lambda: "Being painted" in card.content, timeout_s=timeout_s)
        return card

    async def pictures(self, asked: Interaction, *, timeout_s: float = 15.0) -> Message:
        """The card of a request whose job is over and booked, and that carries pictures."""
        card = await self.ending(asked, timeout_s=timeout_s)
        assert card.attachments, card.content
        return card

    async def ending(self, asked: Interaction, *, timeout_s: float = 15.0) -> Message:
        """The card of a request, once its job is over and booked."""
        card = await self.card(asked)
        await self.over(asked, timeout_s=timeout_s)
        return card

    async def over(self, asked: Interaction, *, timeout_s: float = 15.0) -> Row:
        """The job of a request, once it is delivered, whichever way."""
        await self.stands(asked, "delivered", timeout_s=timeout_s)
        return self.job(asked)

    async def stands(self, asked: Interaction, status: str, *, timeout_s: float = 15.0) -> None:
        """Wait until the job of a request has come that far."""
        try:
            await self.discord.until(
                lambda: self.find_job(asked).get("status") == status, timeout_s=timeout_s
            )
        except TimeoutError as error:
            job = self.find_job(asked)
            raise AssertionError(f"not {status}: {job}\n{error}\n{self.log}") from None

    async def gate_closes(self) -> Row:
        """Wait until nothing at all is submitted any more, and every new card knows why."""
        gates = await self.discord.until(self.gates)
        await asyncio.sleep(VIEW_S)
        return gates[0]

    async def told(self, asked: Interaction) -> Message:
        """What a member was told in private, when nothing of a public answer stands (any more)."""
        answers = await self.discord.until(
            lambda: [] if any(not m.ephemeral for m in asked.replies) else _said(asked.replies)
        )
        return answers[-1]

    async def refused(self, asked: Interaction) -> str:
        """What a member was told in private instead of a card; no job came of it."""
        answer = await self.told(asked)
        assert self.find_job(asked) == {}
        return answer.content

    def standing(self, job_id: int) -> list[Message]:
        """Every message that now stands for a job, wherever it is."""
        mark = re.compile(rf"\bjob {job_id}\b")
        return [m for m in self._messages() if mark.search(m.content)]

    def carriers(self, job_id: int) -> list[Message]:
        """Every message that now carries pictures of a job; not those that show them once more."""
        return self.all_carriers()[job_id]

    def all_carriers(self) -> defaultdict[int, list[Message]]:
        """The carriers of every job, found in one go."""
        found: defaultdict[int, list[Message]] = defaultdict(list)
        for message in self._messages():
            named = [_OURS.match(file.filename) for file in message.attachments]
            numbers = {int(name[1]) for name in named if name}
            if numbers and not _shows_again(message):
                for number in numbers:
                    found[number].append(message)
        return found

    def _messages(self) -> list[Message]:
        channels = self.discord.world.channels.values()
        return [m for channel in channels for m in channel.history if not m.deleted]

    # What the vendor and the database hold

    def bought(self, asked: Interaction) -> list[Bought]:
        """What the vendor has accepted for a request."""
        number = str(self.job(asked)["id"])
        return [job for job in self.vendor.book if str(job.body["track_id"]) == number]

    @property
    def misunderstood(self) -> list[Asked]:
        """What the vendor refused because of the request itself."""
        return [seen for seen in self.vendor.requests if seen.status in range(400, 500)]

    def rows(self, query: str, *values: object) -> list[Row]:
        """Rows of the bot's database, read beside the running bot."""
        with closing(
            sqlite3.connect(f"file:{self.database}?mode=ro", uri=True, timeout=5)
        ) as database:
            database.row_factory = sqlite3.Row
            return [dict(row) for row in database.execute(query, values)]

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """The database of a bot that does not run, to be changed."""
        assert self.process is not None
        assert self.process.returncode is not None
        with closing(sqlite3.connect(self.database)) as database, database:
            yield database

    def jobs(self) -> list[Row]:
        return self.rows("SELECT * FROM jobs ORDER BY id")

    def find_job(self, asked: Interaction) -> Row:
        """The job that a command or a button made; empty where it made none."""
        found = self.rows("SELECT * FROM jobs WHERE source_key = ?", f"interaction:{asked.id}")
        return found[0] if found else {}

    def job(self, asked: Interaction) -> Row:
        found = self.find_job(asked)
        assert found, "no job was made"
        return found

    def request(self, asked: Interaction) -> Row:
        request: Row = json.loads(self.job(asked)["request"])
        return request

    def booked(self) -> int:
        """What the quota ledger says is used: the plain sum of its entries."""
        return sum(row["pictures"] for row in self.rows("SELECT pictures FROM ledger"))

    def entries(self, asked: Interaction) -> list[tuple[str, int]]:
        """What the ledger says about a request, in the order of booking."""
        number = self.job(asked)["id"]
        found = self.rows("SELECT entry, pictures FROM ledger WHERE job_id = ? ORDER BY id", number)
        return [(row["entry"], row["pictures"]) for row in found]

    def charged(self, job_id: int) -> list[int]:
        """What the ledger has booked for a job, in its order: the sum is what it costs."""
        found = self.rows("SELECT pictures FROM ledger WHERE job_id = ? ORDER BY id", job_id)
        return [row["pictures"] for row in found]

    def gates(self) -> list[Row]:
        """The gates that stand over everything."""
        return self.rows("SELECT * FROM gates WHERE scope = 'all'")

    def slot(self, asked: Interaction) -> Row | None:
        """The place at the vendor that a request holds."""
        number = self.job(asked)["id"]
        found = self.rows("SELECT * FROM slots WHERE job_id = ?", number)
        return found[0] if found else None


def _shows_again(message: Message) -> bool:
    """Whether somebody has asked to see stored pictures, in private."""
    asked = message.interaction
    return asked is not None and str(asked.data.get("custom_id", "")).startswith("show:")


def _said(replies: list[Message]) -> list[Message]:
    return [message for message in replies if not message.loading]


@asynccontextmanager
async def a_town(folder: Path, *, program: str = "bot", **settings: str) -> AsyncIterator[Town]:
    """A town whose bot is not running yet. At its end all books must be in order."""
    assert set(settings) <= {name.upper() for name in Settings.model_fields}
    async with WireDiscord(token=BOT_TOKEN) as discord, Vendor(VENDOR_KEY) as vendor:
        town = Town(folder, discord, vendor, dict(settings), program=program)
        try:
            yield town
        finally:
            discord.faults.clear()
            vendor.release()
            if town.process is not None and town.process.returncode is None:
                await town.bot_crashes()
        books.check(town)
