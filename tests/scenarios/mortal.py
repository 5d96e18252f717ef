"""The bot with its moments of death numbered: `python -m tests.scenarios.mortal`. Changes nothing.

Points are before and after each commit, each picture that is kept or removed, each time that the
database is written anew, and each request that goes out.
A request has a third one between them, when it is on its way: it is carried out, and whoever sent
it is dead. After a request means that its answer has been read, and nobody has seen it yet.
Nothing is noted or killed before an `Order` stands in the working directory.
"""

import asyncio
import os
import re
import signal
import sys
from collections import Counter
from dataclasses import dataclass, field
from functools import wraps
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn, cast

import aiohttp
from aiohttp.base_protocol import BaseProtocol
from aiohttp.streams import StreamReader
from sqlalchemy.ext.asyncio import AsyncConnection
from yarl import URL

from bot.__main__ import main
from storage.database import Database
from storage.pictures import PictureFiles

ORDER = "points.order"
PASSED = "points.passed"

BEFORE, SENT, AFTER = "before", "sent", "after"
#: Until a request is surely with the kernel, and an answer hardly back.
_ON_ITS_WAY_S = 0.004
#: Between a step and its commit there is only this.
_ON_THE_WAY = ("contextlib.py", "storage/database.py", "sqlalchemy", "scenarios/mortal.py")
_VERSION = re.compile(r"v\d+")
_ANY_NUMBER = re.compile(r".*\d{4}.*")
_LONGEST_WORD = 30
_SWITCHING_PROTOCOLS = 101


@dataclass(frozen=True)
class Order:
    """What a process is to do from now on: note its points, and die at `fatal`, if it gets there.

    Points are counted anew for each `number`.
    """

    number: int
    fatal: str = ""

    def give(self, folder: Path) -> None:
        """At once as a whole: the other process may look at any time."""
        new = folder / f"{ORDER}.new"
        new.write_text(f"{self.number} {self.fatal}")
        new.replace(folder / ORDER)

    @staticmethod
    def passed(folder: Path) -> list[str]:
        """The points that were passed under the newest order, over all lives."""
        number, _, _ = (folder / ORDER).read_text().partition(" ")
        lines = (folder / PASSED).read_text().splitlines() if (folder / PASSED).exists() else []
        pairs = [line.split(" ", 1) for line in lines]
        return [point for under, point in pairs if under == number]


@dataclass
class Points:
    """The points of this life; which comes next is seen in the folder, at each of them."""

    folder: Path
    _order: str = ""
    _met: Counter[str] = field(default_factory=Counter)

    def passing(self, name: str) -> None:
        """Note the point; at the fatal one this is the end."""
        if self.is_fatal(name):
            die()

    def is_fatal(self, name: str) -> bool:
        """Note the point, and leave it to the caller to die."""
        try:
            order = (self.folder / ORDER).read_text()
        except FileNotFoundError:
            return False
        if order != self._order:
            self._order, self._met = order, Counter()
        self._met[name] += 1
        number, _, fatal = order.partition(" ")
        point = f"{name} #{self._met[name]}"
        with (self.folder / PASSED).open("a") as log:
            log.write(f"{number} {point}\n")
        return point == fatal


def die() -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("nobody survives that")


def watch(points: Points) -> None:
    """Put points around everything in this process that outlives it."""
    _watch_commits(points)
    _watch_pictures(points)
    _watch_requests(points)


def _watch_commits(points: Points) -> None:
    _watch(points, AsyncConnection, "commit")
    # An erasure empties the log and writes the file anew, which no transaction does.
    _watch(points, Database, "fold")
    _watch(points, Database, "rewrite")


def _watch_pictures(points: Points) -> None:
    _watch(points, PictureFiles, "put", called="keep")
    _watch(points, PictureFiles, "remove")


def _watch(points: Points, room: type, method: str, *, called: str = "") -> None:
    """Points before and after a method, by the name of whoever calls it."""
    act = getattr(room, method)

    @wraps(act)
    async def watched(*what: Any, **more: Any) -> Any:
        name = f"{called or method} {_who_asks()}"
        points.passing(f"{name}:{BEFORE}")
        result = await act(*what, **more)
        points.passing(f"{name}:{AFTER}")
        return result

    setattr(room, method, watched)


def _watch_requests(points: Points) -> None:
    request = aiohttp.ClientSession._request

    @wraps(request)
    async def watched(
        self: aiohttp.ClientSession, method: str, url: Any, **what: Any
    ) -> aiohttp.ClientResponse:
        name = f"{method} {told(URL(url))}"
        points.passing(f"{name}:{BEFORE}")
        if points.is_fatal(f"{name}:{SENT}"):
            await asyncio.wait(
                {asyncio.create_task(request(self, method, url, **what))}, timeout=_ON_ITS_WAY_S
            )
            die()
        response = await request(self, method, url, **what)
        if response.status == _SWITCHING_PROTOCOLS:
            return response
        content = await response.read()
        points.passing(f"{name}:{AFTER}")
        # Whoever asked may want to read it in pieces.
        response.content = _stream_of(content)
        return response

    aiohttp.ClientSession._request = watched  # type: ignore[assignment, method-assign]


def _stream_of(content: bytes) -> StreamReader:
    loop = asyncio.get_running_loop()
    stream = StreamReader(BaseProtocol(loop), limit=len(content) + 1, loop=loop)
    if content:
        stream.feed_data(content)
    stream.feed_eof()
    return stream


def told(url: URL) -> str:
    """An address without what differs from one time to the next."""
    words = [
        "*" if _ANY_NUMBER.fullmatch(word) or len(word) > _LONGEST_WORD else word
        for word in url.path.split("/")
        if word and not _VERSION.fullmatch(word) and word != "api"
    ]
    return "/" + "/".join(words)


def _who_asks() -> str:
    """Which of our functions is being carried out, by its name in the code."""
    frame = cast(FrameType | None, sys._getframe(1))
    while frame is not None and any(part in frame.f_code.co_filename for part in _ON_THE_WAY):
        frame = frame.f_back
    return "?" if frame is None else frame.f_code.co_qualname


if __name__ == "__main__":
    watch(Points(Path.cwd()))
    main()
