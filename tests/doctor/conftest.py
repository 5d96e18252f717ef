"""A practice for the doctor: a healthy set-up on stand-ins, to be made sick one part at a time."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sandbox.modelslab import Vendor
from tests.doctor.practice import DISCORD_TOKEN, VENDOR_KEY, Practice
from tests.wire.server import WireDiscord


@pytest.fixture
async def practice(tmp_path: Path) -> AsyncIterator[Practice]:
    """Everything in order; at the end no rule of Discord may be broken."""
    async with (
        WireDiscord(token=DISCORD_TOKEN) as discord,
        Vendor(VENDOR_KEY, answers_at_once=True) as vendor,
    ):
        # Only an owner who wants strangers has a public bot.
        discord.application["bot_public"] = False
        yield Practice(tmp_path, discord, vendor)
    assert discord.violations == []
