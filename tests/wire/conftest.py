from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from .bare_bot import BareBot, point_at, running
from .fixtures import pytest_configure, wire_discord
from .server import WireDiscord

__all__ = ["bot", "pytest_configure", "wire_discord"]


@pytest_asyncio.fixture
async def bot(wire_discord: WireDiscord, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[BareBot]:
    """A bare discord.py bot in this process, connected and with its commands registered."""
    point_at(wire_discord, monkeypatch)
    async with running(BareBot(), wire_discord) as bot:
        yield bot
