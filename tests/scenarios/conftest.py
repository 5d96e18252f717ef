"""Towns for the scenarios."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.scenarios.browser import web_settings
from tests.scenarios.town import Town, a_town


@pytest_asyncio.fixture
async def empty_town(tmp_path: Path) -> AsyncIterator[Town]:
    """A town whose bot does not run yet."""
    async with a_town(tmp_path) as town:
        yield town


@pytest_asyncio.fixture
async def town(empty_town: Town) -> Town:
    """A running bot in a town of its own."""
    await empty_town.bot_starts()
    return empty_town


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared_town(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> AsyncIterator[Town]:
    """A running bot for all tests of a file, with the file's `SETTINGS` where it has some.

    A file that says `MASK_PAGE = True` gets the mask page too, and one with a `PROGRAM` has that
    run as the bot.

    Whoever uses it says `pytestmark = pytest.mark.asyncio(loop_scope="module")`.
    """
    settings: dict[str, str] = getattr(request.module, "SETTINGS", {})
    if getattr(request.module, "MASK_PAGE", False):
        settings = settings | web_settings()
    program: str = getattr(request.module, "PROGRAM", "bot")
    folder = tmp_path_factory.mktemp("town")
    async with a_town(folder, program=program, **settings) as town:
        await town.bot_starts()
        yield town
