"""A real file, opened as the bot opens it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from storage.database import Database
from tests.storage.ground import url_of


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "limner.db"


@pytest.fixture
async def database(path: Path) -> AsyncIterator[Database]:
    database = await Database.open(url_of(path), busy_timeout_s=0.05)
    yield database
    await database.close()
