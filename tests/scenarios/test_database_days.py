"""The database's bad days: a clear word to whoever asks, and nothing is lost or half-done."""

import asyncio
import json
import sqlite3
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import pytest
import pytest_asyncio

from cogs.guard import STORAGE
from sandbox.modelslab import Mood, Reply
from sandbox.modelslab.painter import sketch
from storage.database import Database
from tests.scenarios import books
from tests.scenarios.photos import a_photo, png
from tests.scenarios.starved import BROKEN, COMMITS, DAMAGED, FULL, PICTURES, READ_ONLY, Outage
from tests.scenarios.test_health import becomes_ready
from tests.scenarios.test_start import REQUIRED, refusal
from tests.scenarios.town import Town, a_town
from tests.storage.ground import a_request, an_empty_file, url_of
from tests.wire.interactions import Interaction
from tests.wire.messages import Message
from tests.wire.permissions import MANAGE_GUILD

pytestmark = pytest.mark.asyncio(loop_scope="module")

PROGRAM = "tests.scenarios.starved"
SETTINGS = {"DEFAULT_SERVER_DAY": "1000"}
PHOTO = png(a_photo())
#: Longer than the bot waits for another program each time.
LONG_S = 3.0


@pytest_asyncio.fixture(autouse=True, loop_scope="module")
async def _around(shared_town: Town) -> AsyncIterator[None]:
    """After each day everybody is served again, and no job is without an end."""
    town = shared_town
    town.vendor.desk.studio.paint = sketch
    yield
    town.vendor.release()
    town.vendor.next(Mood.AT_ONCE)
    await came_once(town, await town.asks("the day after"))
    assert [job for job in town.jobs() if job["status"] != "delivered"] == []
    assert books.mistakes(town) == []
    assert "Traceback" not in town.log


async def came_once(town: Town, asked: Interaction) -> Message:
    card = await town.pictures(asked)
    assert town.carriers(town.job(asked)["id"]) == [card]
    assert town.entries(asked) == [("reserve", 1), ("settle", 0)]
    assert len(town.bought(asked)) == 1
    return card


async def under_way(town: Town) -> Interaction:
    """A request that the vendor works on, and will until it is released."""
    town.vendor.hold()
    asked = await town.asks("a red fox")
    await town.card(asked)
    await town.stands(asked, "waiting")
    return asked


async def told_in_time(town: Town, asked: Interaction) -> None:
    """Whoever asks hears that the storage is not well, and there is no job and no trace of one."""
    await asked.acked()
    assert [reply.content for reply in asked.replies] == [STORAGE]
    assert asked.replies[0].ephemeral


async def answered(town: Town, act: Callable[[], object]) -> Interaction:
    """A request whose submission the vendor is about to answer when this happens."""

    def first(reply: Reply, _: int) -> Reply:
        act()
        return reply

    posts = town.vendor.posts
    town.vendor.next(Mood.PROCESSING(first=first))
    asked = await town.asks("a red fox")
    await town.discord.until(lambda: town.vendor.posts > posts)
    return asked


@contextmanager
def another_program(town: Town) -> Iterator[None]:
    """Somebody else writes to the file, and does not come to an end."""
    with closing(sqlite3.connect(town.database, timeout=10)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.rollback()


# Locked


async def test_locked_for_a_moment(shared_town: Town) -> None:
    town = shared_town
    with another_program(town):
        asked = await town.asks("a red fox")
        await asyncio.sleep(0.7)
    await came_once(town, asked)


async def test_locked_while_somebody_asks(shared_town: Town) -> None:
    """They do not wait until everybody has been turned away who came before them."""
    town = shared_town
    ready = await under_way(town)
    before = (town.booked(), town.vendor.posts)
    with another_program(town):
        town.vendor.release()
        await asyncio.sleep(0.7)
        several = [await town.asks(f"a fox, number {n}") for n in range(3)]
        for asked in several:
            await told_in_time(town, asked)
    # What was on its way to the file comes to nothing, too.
    await asyncio.sleep(0.5)
    for asked in several:
        assert town.find_job(asked).get("verdict", "cancelled") == "cancelled"
        assert len(asked.replies) == 1
    assert (town.booked(), town.vendor.posts) == before
    await came_once(town, ready)


async def test_locked_while_jobs_are_on_their_way(shared_town: Town) -> None:
    """The vendor is about to answer, has its picture ready, or Discord has just taken it."""
    town = shared_town
    posted = await under_way(town)
    hold = town.discord.faults.hold(posted.token, method="PATCH")
    town.vendor.release()
    await hold.arrived()
    ready = await under_way(town)
    with ExitStack() as locked:
        begun = await answered(town, lambda: locked.enter_context(another_program(town)))
        town.vendor.release()
        hold.release()
        await asyncio.sleep(LONG_S)
        standing = [town.job(asked)["status"] for asked in (begun, ready, posted)]
        assert standing == ["submitting", "waiting", "settled"]
    for asked in (begun, ready, posted):
        await came_once(town, asked)


# Nothing can be written: full, read-only, broken, damaged

OUTAGES = pytest.mark.parametrize(
    "words", [FULL, READ_ONLY, BROKEN, DAMAGED], ids=["full", "read-only", "broken", "damaged"]
)


@OUTAGES
async def test_nothing_can_be_written_while_people_ask(shared_town: Town, words: str) -> None:
    """Whatever it is that they ask for, they hear why it cannot be had, and nothing has changed."""
    town = shared_town
    card = await came_once(town, await town.asks("a red fox"))
    boss = town.discord.user("boss", permissions=MANAGE_GUILD)
    before = (town.jobs(), town.rows("SELECT * FROM ledger"), town.vendor.posts)
    with Outage(town.folder, COMMITS, words).during():
        for asked in (
            await town.asks("a red fox"),
            await town.asks("a red fox", private=True),
            await town.discord.slash(
                town.ana, town.general, "remix", prompt="a fox", image=("photo.png", PHOTO)
            ),
            await town.discord.click(town.ana, card, label="Reroll"),
            await town.discord.slash(town.ana, town.general, "settings", count=2),
            await town.discord.slash(boss, town.general, "limner quota", server_day=7),
        ):
            assert (await town.told(asked)).content == STORAGE
        # What needs no writing goes on.
        statement = await town.discord.slash(town.ana, town.general, "usage")
        assert "left" in (await town.told(statement)).content
    assert (town.jobs(), town.rows("SELECT * FROM ledger"), town.vendor.posts) == before


async def test_nothing_can_be_written_while_jobs_are_on_their_way(shared_town: Town) -> None:
    """However often it is tried meanwhile: fetched, booked and posted once, when it can be."""
    town = shared_town
    posted = await under_way(town)
    hold = town.discord.faults.hold(posted.token, method="PATCH")
    town.vendor.release()
    await hold.arrived()
    ready = await under_way(town)
    outage = Outage(town.folder, COMMITS, FULL)
    with outage.during():
        town.vendor.release()
        hold.release()
        for asked in (posted, ready):
            failed = f"job.storage_failed job={town.job(asked)['id']} why=the disk is full"
            await town.discord.until(lambda: town.log.count(failed) >= 2)  # noqa: B023
        assert [town.job(asked)["status"] for asked in (ready, posted)] == ["waiting", "settled"]
    for asked in (posted, ready):
        await came_once(town, asked)


async def test_nothing_can_be_written_when_the_vendor_has_answered(shared_town: Town) -> None:
    """What it made cannot be asked for any more: that is said, and not charged."""
    town = shared_town
    outage = Outage(town.folder, COMMITS, FULL)
    asked = await answered(town, outage.begin)
    failures = town.log.count("job.storage_failed")
    await town.discord.until(lambda: town.log.count("job.storage_failed") > failures)
    outage.end()
    card = await town.ending(asked)
    assert town.job(asked)["verdict"] == "unconfirmed"
    assert "Nothing was charged." in card.content
    assert town.entries(asked) == [("reserve", 1), ("refund", -1)]
    assert len(town.bought(asked)) == 1


# Pictures find no place


async def test_no_room_for_pictures_for_a_moment(shared_town: Town) -> None:
    town = shared_town
    asked = await under_way(town)
    failures = town.log.count("job.storage_failed")
    with Outage(town.folder, PICTURES).during():
        town.vendor.release()
        await town.discord.until(lambda: town.log.count("job.storage_failed") > failures)
    await came_once(town, asked)


async def test_no_room_for_pictures_for_long(shared_town: Town) -> None:
    """Tried again and again, and then given up: said, and not charged."""
    town = shared_town
    asked = await under_way(town)
    with Outage(town.folder, PICTURES).during():
        town.vendor.release()
        card = await town.ending(asked)
    assert town.job(asked)["verdict"] == "broken"
    assert card.content.splitlines()[-2:] == [
        "**Something broke on our side.** Limner could not go on with it, however often it tried.",
        "Nothing was charged. Try again; if it lasts, tell whoever runs the bot."
        f" · job {town.job(asked)['id']}",
    ]
    assert town.entries(asked) == [("reserve", 1), ("refund", -1)]


async def test_no_room_for_a_picture_that_somebody_gives(shared_town: Town) -> None:
    town = shared_town
    # One that has never been kept.
    photo = ("photo.png", png(a_photo((96, 64))))
    before = (town.jobs(), town.vendor.posts)
    with Outage(town.folder, PICTURES).during():
        asked = await town.discord.slash(
            town.ana, town.general, "remix", prompt="a fox", image=photo
        )
        assert (await town.told(asked)).content == STORAGE
    assert (town.jobs(), town.vendor.posts) == before


# The file itself


async def test_the_file_is_gone_and_comes_back(shared_town: Town) -> None:
    """Nothing is promised that would be lost; whoever watches the bot is told."""
    town = shared_town
    asked = await under_way(town)
    aside = town.database.with_name("aside.db")
    town.database.rename(aside)
    try:
        refused = await town.asks("a crow")
        assert (await town.told(refused)).content == STORAGE
        town.vendor.release()
        status, words = await town.health("readyz")
        assert status == 503
        assert "limner.db has been moved, deleted or replaced" in words
    finally:
        aside.rename(town.database)
    assert town.find_job(refused) == {}
    await came_once(town, asked)
    await becomes_ready(town, 200)


async def test_a_backup_is_put_in_the_place_of_a_file_in_use(shared_town: Town) -> None:
    """Two histories in one file would be worse than none; the next start takes the backup."""
    town = shared_town
    backup = town.database.with_name("backup.db")
    with closing(sqlite3.connect(town.database)) as file, closing(sqlite3.connect(backup)) as copy:
        file.backup(copy)
    backup.replace(town.database)
    refused = await town.asks("a crow")
    assert (await town.told(refused)).content == STORAGE
    await town.bot_crashes()
    for left in town.database.parent.glob("limner.db-*"):
        left.unlink()
    await town.bot_starts()


def a_newer_limners(path: Path) -> None:
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("UPDATE alembic_version SET version_num = '9999_tomorrow'")


def a_strangers(path: Path) -> None:
    path.unlink()
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("CREATE TABLE recipes (name TEXT)")


def no_database(path: Path) -> None:
    path.write_bytes(b"Dear diary, this is not a database at all. " * 100)


def torn(path: Path) -> None:
    """Its head is whole, and the rest is somebody else's."""
    content = path.read_bytes()
    path.write_bytes(content[:100] + bytes(len(content) - 100))


def a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (a_newer_limners, "was written by a newer Limner (schema 9999_tomorrow)"),
        (a_strangers, "is not a database of Limner"),
        (no_database, "limner.db cannot be opened: the database failed: file is not a database"),
        (torn, "limner.db cannot be opened: the database failed: database disk image is malformed"),
        (a_folder, "limner.db cannot be opened: "),
    ],
    ids=["newer", "a-strangers", "no-database", "torn", "a-folder"],
)
async def test_a_database_that_cannot_be_used(
    tmp_path: Path, spoil: Callable[[Path], None], told: str
) -> None:
    path = tmp_path / "limner.db"
    await (await Database.open(url_of(path))).close()
    spoil(path)
    before = path.read_bytes() if path.is_file() else b""
    assert told in await refusal(tmp_path, REQUIRED | {"DATABASE_URL": url_of(path)})
    # It is somebody's: it stays as it was.
    assert before == (path.read_bytes() if path.is_file() else b"")


async def test_a_second_bot_on_the_same_database_is_refused(shared_town: Town) -> None:
    town = shared_town
    told = await refusal(town.folder, town.environment())
    assert told == "limner: limner.db is in use by another process: stop that one first"


async def test_an_older_file_is_brought_up_to_date_and_its_jobs_go_on(tmp_path: Path) -> None:
    """Somebody asked the first version, and stopped it for the newest one."""
    async with a_town(tmp_path) as town:
        town.database.parent.mkdir()
        an_empty_file(town.database, revision="0001")
        now_ms = int(time.time() * 1000)
        request = json.dumps(asdict(a_request(prompt="an old fox")))
        people = (town.ana.id, town.discord.home.id, town.general.id)
        day = datetime.now(UTC).date().isoformat()
        with closing(sqlite3.connect(town.database)) as file, file:
            file.execute(
                "INSERT INTO jobs (id, source_key, status, kind, work, user_id, guild_id,"
                " channel_id, age_restricted, request, seed, created_at, due_at) VALUES (1, 'old',"
                " 'queued', 'imagine', 'imagine:sdxl', ?, ?, ?, 0, ?, 7, ?, ?)",
                (*people, request, now_ms, now_ms),
            )
            file.execute("INSERT INTO cards VALUES (1, 0, NULL, NULL, 10000000, NULL, NULL)")
            file.execute(
                "INSERT INTO ledger (job_id, entry, user_id, guild_id, day, month, utc_month,"
                " pictures, cost_micros, booked_at)"
                " VALUES (1, 'reserve', ?, ?, ?, ?, ?, 1, 4700, ?)",
                (*people[:2], day, day[:7], day[:7], now_ms),
            )
        await town.bot_starts()
        await town.discord.until(lambda: town.jobs()[0]["status"] == "delivered")
        [card] = town.carriers(1)
        assert card.channel is town.general
        assert "an old fox" in card.content
        assert town.charged(1) == [1, 0]
        assert town.vendor.posts == 1
