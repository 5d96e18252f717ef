"""Opening the file: whose it is, how old it is, and who else has it. One sentence for each no."""

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.domain.errors import StorageUnusable
from storage import facts
from storage.database import APPLICATION_ID, Database
from tests.storage.ground import url_of


async def refusal(path: Path) -> str:
    with pytest.raises(StorageUnusable) as caught:
        await Database.open(url_of(path), busy_timeout_s=0.05)
    said = str(caught.value)
    assert "\n" not in said
    assert len(said) < 200
    return said


async def test_what_was_written_is_there_when_the_file_is_opened_again(path: Path) -> None:
    database = await Database.open(url_of(path))
    async with database.transaction() as tx:
        await facts.put(tx, "colour", "blue")
    await database.close()
    database = await Database.open(url_of(path))
    async with database.reading() as tx:
        assert await facts.get(tx, "colour") == "blue"
    await database.close()


async def test_the_folder_is_made_where_it_is_missing(tmp_path: Path) -> None:
    path = tmp_path / "not" / "yet" / "limner.db"
    await (await Database.open(url_of(path))).close()
    assert path.exists()


async def test_the_file_says_whose_it_is(database: Database, path: Path) -> None:
    with closing(sqlite3.connect(path)) as other:
        assert other.execute("PRAGMA application_id").fetchone() == (APPLICATION_ID,)


async def test_a_second_process_is_kept_off(database: Database, path: Path) -> None:
    assert await refusal(path) == "limner.db is in use by another process: stop that one first"
    # The first one is none the worse for it.
    await database.ping()


async def test_a_closed_file_can_be_opened_by_another(path: Path) -> None:
    for _ in range(2):
        await (await Database.open(url_of(path))).close()


@pytest.mark.parametrize(
    "fill",
    [
        "CREATE TABLE shopping (what)",
        "PRAGMA application_id = 1234",
    ],
)
async def test_somebody_elses_database_is_refused_and_left_as_it_was(path: Path, fill: str) -> None:
    """Opening used to turn it into a write-ahead database before it was looked at."""
    with closing(sqlite3.connect(path)) as other, other:
        other.execute(fill)
    before = path.read_bytes()
    assert await refusal(path) == "limner.db is not a database of Limner"
    assert path.read_bytes() == before
    assert not path.with_name("limner.db-wal").exists()


async def test_a_file_of_a_newer_program_is_refused_and_left_as_it_was(path: Path) -> None:
    await (await Database.open(url_of(path))).close()
    with closing(sqlite3.connect(path)) as other, other:
        other.execute("UPDATE alembic_version SET version_num = '9999'")
    said = await refusal(path)
    assert "written by a newer Limner (schema 9999)" in said
    with closing(sqlite3.connect(path)) as other:
        assert other.execute("SELECT version_num FROM alembic_version").fetchall() == [("9999",)]


def _no_database(path: Path) -> None:
    path.write_bytes(b"a shopping list: milk, ink, paper\n" * 100)


def _torn(path: Path) -> None:
    # The head is whole, the rest is noise.
    content = path.read_bytes()
    path.write_bytes(content[:100] + os.urandom(len(content) - 100))


@pytest.mark.parametrize("spoil", [_no_database, _torn])
async def test_a_damaged_file_is_refused(path: Path, spoil: Callable[[Path], None]) -> None:
    await (await Database.open(url_of(path))).close()
    spoil(path)
    assert (await refusal(path)).startswith("limner.db cannot be opened: the database failed: ")


async def test_a_folder_in_the_files_place_is_refused(path: Path) -> None:
    path.mkdir()
    assert (await refusal(path)).startswith("limner.db cannot be opened: ")


async def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file, not a folder")
    said = await refusal(tmp_path / "data" / "limner.db")
    assert said.startswith("the folder of limner.db cannot be written: ")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
async def test_a_folder_that_may_not_be_written_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    folder.chmod(0o500)
    said = await refusal(folder / "limner.db")
    assert said == "the folder of limner.db cannot be written: Permission denied"


async def test_a_file_that_another_program_writes_to_is_refused(path: Path) -> None:
    await (await Database.open(url_of(path))).close()
    with closing(sqlite3.connect(path)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert await refusal(path) == "limner.db cannot be opened: the database is busy"
    # A refusal gives the file back.
    await (await Database.open(url_of(path))).close()


async def test_a_refused_file_is_given_back(path: Path) -> None:
    with closing(sqlite3.connect(path)) as other, other:
        other.execute("CREATE TABLE shopping (what)")
    await refusal(path)
    path.unlink()
    await (await Database.open(url_of(path))).close()


async def test_an_unexpected_fault_while_opening_gives_the_file_back(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only storage's own errors used to let go of the lock."""

    def broken(_: object) -> None:
        raise RuntimeError("a migration with a mistake")

    with monkeypatch.context() as patched:
        patched.setattr("storage.database._migrate", broken)
        with pytest.raises(RuntimeError):
            await Database.open(url_of(path))
    await (await Database.open(url_of(path))).close()


async def test_what_was_committed_survives_a_crash(path: Path, tmp_path: Path) -> None:
    """The process dies with everything still in the write-ahead log."""
    database = await Database.open(url_of(path))
    async with database.transaction() as tx:
        await facts.put(tx, "colour", "blue")
    left = tmp_path / "left"
    left.mkdir()
    for name in ("limner.db", "limner.db-wal"):
        (left / name).write_bytes(path.with_name(name).read_bytes())
    await database.close()
    survivor = await Database.open(url_of(left / "limner.db"))
    async with survivor.reading() as tx:
        assert await facts.get(tx, "colour") == "blue"
    await survivor.close()


async def test_the_pragmas_hold_on_every_connection(database: Database) -> None:
    wanted = {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "secure_delete": 1,
        "busy_timeout": 50,
    }
    # Held at the same time, so that the pool must make three.
    async with database.reading() as one, database.reading() as two, database.transaction() as tx:
        for connection in (one, two, tx):
            found = {
                name: (await connection.execute(text(f"PRAGMA {name}"))).scalar_one()
                for name in wanted
            }
            assert found == wanted
