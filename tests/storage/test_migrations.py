"""An old file that was brought up to date is the same as a new one."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from bot.domain.errors import StorageUnusable
from storage.database import MIGRATIONS, Database
from storage.tables import metadata
from tests.storage.ground import url_of


def _schema(path: Path) -> dict[str, Any]:
    """Everything that SQLite knows of the tables, in no particular order of columns."""
    with closing(sqlite3.connect(path)) as file:
        names = [
            name
            for (name,) in file.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            if not name.startswith("sqlite_") and name != "alembic_version"
        ]
        return {name: _table(file, name) for name in sorted(names)}


def _table(file: sqlite3.Connection, name: str) -> dict[str, Any]:
    (sql,) = file.execute("SELECT sql FROM sqlite_master WHERE name = ?", [name]).fetchone()
    words = " ".join(sql.split())
    return {
        # Without the running number: the order of columns is no part of the promise.
        "columns": sorted(
            (row[1:] for row in file.execute(f"PRAGMA table_xinfo({name})")), key=repr
        ),
        "foreign keys": sorted(row[2:] for row in file.execute(f"PRAGMA foreign_key_list({name})")),
        "autoincrement": "AUTOINCREMENT" in words,
        "checks": sorted(part for part in words.split("CONSTRAINT ") if "CHECK" in part),
        "indexes": sorted(
            (_index(file, row) for row in file.execute(f"PRAGMA index_list({name})")), key=repr
        ),
    }


def _index(file: sqlite3.Connection, row: tuple[Any, ...]) -> tuple[Any, ...]:
    _, name, unique, origin, partial = row
    columns = [part[2:] for part in file.execute(f"PRAGMA index_xinfo({name})")]
    # The key of a table without row numbers is the table itself.
    (sql,) = file.execute("SELECT sql FROM sqlite_master WHERE name = ?", [name]).fetchone() or [
        None
    ]
    condition = "" if sql is None else " ".join(sql.split()).partition(" WHERE ")[2]
    # An automatic index has a number for a name, which depends on the order of constraints.
    return (None if origin != "c" else name, unique, origin, partial, columns, condition)


async def test_an_old_file_brought_up_to_date_equals_a_new_one(tmp_path: Path) -> None:
    old, new = tmp_path / "old.db", tmp_path / "new.db"
    await (await Database.open(url_of(old))).close()
    engine = create_engine(f"sqlite:///{new}")
    metadata.create_all(engine)
    engine.dispose()
    migrated, made = _schema(old), _schema(new)
    assert sorted(migrated) == sorted(metadata.tables)
    for name in made:
        assert migrated[name] == made[name], name


async def test_opening_an_up_to_date_file_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "limner.db"
    await (await Database.open(url_of(path))).close()
    before = path.read_bytes()
    await (await Database.open(url_of(path))).close()
    assert path.read_bytes() == before


async def test_a_migration_that_breaks_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    """The whole way up is one transaction: a power cut in it must not strand a file."""
    path = tmp_path / "limner.db"
    with closing(sqlite3.connect(path)) as file, file:
        # Ours by its mark, and with a table in the way of the very last ones to be made.
        file.execute(f"PRAGMA application_id = {0x4C696D6E}")
        file.execute("CREATE TABLE slots (mine)")
    with pytest.raises(StorageUnusable, match="cannot be opened"):
        await Database.open(url_of(path))
    with closing(sqlite3.connect(path)) as file:
        names = [name for (name,) in file.execute("SELECT name FROM sqlite_master")]
    assert names == ["slots"]


def test_migrations_stand_in_one_line_with_numbers_as_names() -> None:
    scripts = ScriptDirectory(str(MIGRATIONS))
    assert len(scripts.get_heads()) == 1
    found = sorted(script.revision for script in scripts.walk_revisions())
    assert found == [f"{number:04}" for number in range(1, len(found) + 1)]
