"""What the tests of erasing ask again and again."""

from typing import Any

from bot.engine.erasure import Erased
from storage import jobs
from storage.tables import ledger
from tests.engine.world import (
    ANA,
    World,
)

MARK = "MARKED-PROMPT-of-somebody"


async def a_result(world: World, prompt: str = MARK, **options: Any) -> int:
    asked = await world.asks(prompt, **options)
    await world.until_done()
    return int(asked.job.id)


async def erase(world: World, who: int = ANA, where: int | None = None) -> Erased:
    return await world.erasure.erase(who, guild_id=where)


async def there(world: World, job_id: int) -> bool:
    async with world.database.reading() as tx:
        return await jobs.get(tx, job_id) is not None


async def rows(world: World, table: Any) -> list[Any]:
    async with world.database.reading() as tx:
        return list((await tx.execute(table.select())).all())


def everything(world: World) -> bytes:
    files = [path for path in world.folder.rglob("*") if path.is_file()]
    return b"".join(path.read_bytes() for path in files)


def on_disk(world: World) -> int:
    return sum(path.is_file() for path in (world.folder / "pictures").rglob("*"))


async def nothing_is_left(world: World, job_id: int, *, charged: int) -> None:
    """The job has had a clean end: no row, no byte, no slot; and the books are right."""
    await world.until_done()
    assert not await there(world, job_id)
    assert MARK.encode() not in everything(world)
    assert on_disk(world) == 0
    assert await world.slots_taken() == 0
    assert await world.booked() == charged
    entries = await rows(world, ledger)
    assert {row.user_id for row in entries} == {world.policy.alias(ANA)}
    assert sorted(row.entry for row in entries) == sorted(
        ["reserve", "settle" if charged else "refund"]
    )
