"""Towns for the scenarios."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.scenarios.town import Town, a_town


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    """A running bot in a town of its own."""
    async with a_town(tmp_path) as town:
        await town.bot_starts()
        yield town
