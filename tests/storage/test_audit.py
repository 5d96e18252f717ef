"""The audit keeps who changed what and when; each server sees its own."""

from datetime import timedelta

from bot.domain.rules import Change, Difference
from storage import audit
from storage.database import Database
from tests.storage.ground import ANA, NOW, SERVER

DAY, ZONE = Difference("server_day", None, "50"), Difference("time_zone", None, "Asia/Tokyo")
LATER = NOW + timedelta(minutes=1)
BOB = ANA + 1


async def test_the_latest_change_of_each_rule_is_known(database: Database) -> None:
    again = Difference("server_day", "50", None)
    async with database.transaction() as tx:
        await audit.add(tx, [DAY, ZONE], guild_id=SERVER, user_id=ANA, now=NOW)
        await audit.add(tx, [again], guild_id=SERVER, user_id=BOB, now=LATER)
        await audit.add(tx, [DAY], guild_id=SERVER + 1, user_id=BOB, now=LATER)
        await audit.add(tx, [], guild_id=SERVER, user_id=BOB, now=LATER)
    async with database.reading() as tx:
        assert await audit.last_of_each(tx, SERVER) == {
            "server_day": Change(again, user_id=BOB, changed_at=LATER),
            "time_zone": Change(ZONE, user_id=ANA, changed_at=NOW),
        }
        assert await audit.last_of_each(tx, SERVER + 2) == {}


async def test_the_youngest_changes_come_first(database: Database) -> None:
    numbered = [Difference("server_day", str(n), str(n + 1)) for n in range(5)]
    async with database.transaction() as tx:
        for difference in numbered:
            await audit.add(tx, [difference, ZONE], guild_id=SERVER, user_id=ANA, now=NOW)
        await audit.add(tx, [DAY], guild_id=SERVER + 1, user_id=BOB, now=LATER)
    async with database.reading() as tx:
        found = await audit.latest(tx, SERVER, limit=3)
    assert [change.difference for change in found] == [ZONE, numbered[4], ZONE]
