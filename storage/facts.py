"""Small facts the bot must remember about itself, such as its signing key."""

from sqlalchemy import select
from sqlalchemy.dialects.sqlite import insert

from storage.database import Transaction
from storage.tables import facts


async def get(tx: Transaction, key: str) -> str | None:
    return (await tx.execute(select(facts.c.value).where(facts.c.key == key))).scalar_one_or_none()


async def put(tx: Transaction, key: str, value: str) -> None:
    await tx.execute(
        insert(facts)
        .values(key=key, value=value)
        .on_conflict_do_update(index_elements=["key"], set_={"value": value})
    )
