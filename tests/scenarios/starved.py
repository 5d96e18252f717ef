"""The bot in a hurry on a disk that can fail: `python -m tests.scenarios.starved`.

While an `Outage` stands in the working directory, nothing can be written: what SQLite or the
system says of it comes out of every commit, or of every picture that is to be kept.
"""

import errno
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any

from storage import driver
from tests.scenarios.hurried import hurry, shorten

COMMITS, PICTURES = "outage.commits", "outage.pictures"
FULL, READ_ONLY, BROKEN, DAMAGED = (
    "database or disk is full",
    "attempt to write a readonly database",
    "disk I/O error",
    "database disk image is malformed",
)


@dataclass(frozen=True)
class Outage:
    """What cannot be written in this folder, and what is said of it."""

    folder: Path
    kind: str = COMMITS
    words: str = FULL

    def begin(self) -> None:
        (self.folder / self.kind).write_text(self.words)

    def end(self) -> None:
        (self.folder / self.kind).unlink()

    @contextmanager
    def during(self) -> Iterator[None]:
        """Inside of the block it is so."""
        self.begin()
        try:
            yield
        finally:
            self.end()

    @staticmethod
    def of(kind: str) -> str | None:
        try:
            return Path(kind).read_text()
        except FileNotFoundError:
            return None


def starve() -> None:
    commit, fsync = driver._Connection.commit, os.fsync

    @wraps(commit)
    async def failing_commit(self: driver._Connection) -> None:
        words = Outage.of(COMMITS)
        if words is not None:
            raise sqlite3.OperationalError(words)
        await commit(self)

    def failing_fsync(file: Any) -> None:
        if Outage.of(PICTURES) is not None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        fsync(file)

    driver._Connection.commit = failing_commit  # type: ignore[method-assign]
    os.fsync = failing_fsync  # type: ignore[assignment]


def main() -> None:
    hurry()
    starve()
    from bot.__main__ import main as live
    from bot.engine import faults, steps

    # What is waited for about an hour, and a vendor's answer that is held for half a minute.
    shorten(faults, STORAGE_TOLERATED=6)
    shorten(steps, ANSWER_NAP_S=0.02)
    live()


if __name__ == "__main__":
    main()
