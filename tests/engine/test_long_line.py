"""Ten thousand in line are looked through every few seconds, and hold up nobody meanwhile."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from bot.domain.line import Waiting
from bot.engine import line
from bot.engine.line import LONG_LINE
from storage import jobs
from storage.database import Database
from storage.jobs import ROWS_AT_A_TIME
from tests.storage.ground import a_new_job, url_of


class Others:
    """How often somebody else had a turn of the loop."""

    def __init__(self) -> None:
        self.turns = 0

    async def __aenter__(self) -> "Others":
        self._task = asyncio.create_task(self._go_on())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._task.cancel()

    async def _go_on(self) -> None:
        while True:
            self.turns += 1
            await asyncio.sleep(0)


async def test_others_go_on_while_it_is_looked_through() -> None:
    async with Others() as others:
        seen = [number async for number in line.in_portions(range(4 * LONG_LINE))]
    assert seen == list(range(4 * LONG_LINE))
    assert others.turns >= 4


async def test_others_go_on_while_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    others, made_at = Others(), set()

    def noted(*row: Any) -> Waiting:
        made_at.add(others.turns)
        return Waiting(*row)

    monkeypatch.setattr("storage.jobs.Waiting", noted)
    database = await Database.open(url_of(tmp_path / "limner.db"))
    async with database.transaction() as tx:
        new = [a_new_job() for _ in range(2 * ROWS_AT_A_TIME + 1)]
        made = await jobs.insert_jobs(tx, new)
    async with database.reading() as tx, others:
        waiting = await jobs.in_line(tx)
    assert sorted(each.job_id for each in waiting) == sorted(job.id for job in made)
    assert len(made_at) == 3
    await database.close()
