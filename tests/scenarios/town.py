"""The whole bot as a process on sockets, between a small Discord and the vendor's stand-in.

A small vocabulary of events for the scenarios. What the process keeps is read from its database
file, as somebody with a backup would.
"""

import asyncio
import json
import os
import signal
import sqlite3
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.settings import Settings
from sandbox.modelslab import Vendor
from tests.wire.interactions import Interaction
from tests.wire.messages import Message
from tests.wire.server import WireDiscord
from tests.wire.world import Channel, User

ROOT = Path(__file__).parents[2]
VENDOR_KEY = "MARKED-SECRET-vendor-key"
START_TIMEOUT_S = 20.0


@dataclass
class Town:
    """One bot, one Discord, one vendor."""

    folder: Path
    discord: WireDiscord
    vendor: Vendor
    settings: dict[str, str] = field(default_factory=dict)
    process: asyncio.subprocess.Process | None = None

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

    @property
    def log_path(self) -> Path:
        return self.folder / "bot.log"

    @property
    def log(self) -> str:
        return self.log_path.read_text() if self.log_path.exists() else ""

    def environment(self) -> dict[str, str]:
        """The bot's whole environment; nothing of the tests' own leaks in."""
        return {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "DISCORD_TOKEN": self.discord.token,
            "DISCORD_API_URL": self.discord.api_url,
            "MODELSLAB_API_KEY": VENDOR_KEY,
            "MODELSLAB_BASE_URL": self.vendor.url,
            "DATABASE_URL": f"sqlite+aiosqlite:///{self.folder}/data/limner.db",
            "METRICS_PORT": "0",
            **self.settings,
        }

    async def bot_starts(self, **settings: str) -> None:
        """Start the process, and wait until it answers commands."""
        self.settings |= settings
        with self.log_path.open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "bot",
                cwd=self.folder,
                env=self.environment(),
                stdout=log,
                stderr=log,
            )
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

    async def bot_restarts(self, **settings: str) -> None:
        await self.bot_starts(**settings)

    async def _end(self, how: signal.Signals) -> int:
        assert self.process is not None
        if self.process.returncode is None:
            self.process.send_signal(how)
        code = await asyncio.wait_for(self.process.wait(), 12)
        await self.discord.gone()
        return code

    async def asks(
        self, prompt: str, *, who: User | None = None, where: Channel | None = None, **options: Any
    ) -> Interaction:
        """A member types /imagine."""
        return await self.discord.slash(
            who or self.ana, where or self.general, "imagine", prompt=prompt, **options
        )

    async def card(self, asked: Interaction) -> Message:
        """The card of a request, as soon as it stands."""
        await asked.acked()
        assert asked.message is not None
        return asked.message

    async def pictures(self, asked: Interaction, *, timeout_s: float = 15.0) -> Message:
        """The card of a request, once it carries pictures."""
        card = await self.card(asked)
        await self.discord.until(lambda: card.attachments, timeout_s=timeout_s)
        return card

    async def ending(self, asked: Interaction, *, timeout_s: float = 15.0) -> Message:
        """The card of a request, once its job is over and so booked."""
        card = await self.card(asked)
        await self.discord.until(
            lambda: self.job_of(card).get("status") == "delivered", timeout_s=timeout_s
        )
        return card

    def rows(self, query: str, *values: object) -> list[dict[str, Any]]:
        """Rows of the bot's database, read beside the running bot."""
        path = self.folder / "data" / "limner.db"
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=5)) as database:
            database.row_factory = sqlite3.Row
            return [dict(row) for row in database.execute(query, values)]

    def jobs(self) -> list[dict[str, Any]]:
        return self.rows("SELECT * FROM jobs ORDER BY id")

    def job_of(self, card: Message) -> dict[str, Any]:
        """The job whose card this is, found by the number on its buttons or in its words."""
        number = int(card.content.rsplit("job ", 1)[1].split()[0].rstrip(".·"))
        found = self.rows("SELECT * FROM jobs WHERE id = ?", number)
        return found[0] if found else {}

    def request_of(self, card: Message) -> dict[str, Any]:
        request: dict[str, Any] = json.loads(self.job_of(card)["request"])
        return request

    def booked(self) -> int:
        """What the quota ledger says is used: the plain sum of its entries."""
        return sum(row["pictures"] for row in self.rows("SELECT pictures FROM ledger"))

    def entries(self, job_id: int) -> list[tuple[str, int]]:
        found = self.rows("SELECT entry, pictures FROM ledger WHERE job_id = ? ORDER BY id", job_id)
        return [(row["entry"], row["pictures"]) for row in found]

    def slots_taken(self) -> int:
        return len(self.rows("SELECT number FROM slots"))


@asynccontextmanager
async def a_town(folder: Path, **settings: str) -> AsyncIterator[Town]:
    """A town whose bot is not running yet. At the end no rule of Discord may be broken."""
    assert set(settings) <= {name.upper() for name in Settings.model_fields}
    async with WireDiscord() as discord, Vendor(VENDOR_KEY) as vendor:
        town = Town(folder, discord, vendor, dict(settings))
        try:
            yield town
        finally:
            discord.faults.clear()
            vendor.release()
            if town.process is not None and town.process.returncode is None:
                await town.bot_crashes()
        assert discord.violations == []
        assert "Traceback" not in town.log, town.log
