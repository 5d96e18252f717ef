"""The vendor's stand-in as a process of its own, for loads that one process could not serve.

`python -m tests.scenarios.far_vendor FOLDER` with VENDOR_KEY and FAR_VENDOR, the options as JSON.
Its pictures are prepared: a few paintings, each copy with a number of its own inside, so that no
two jobs share their bytes. When it is stopped it leaves its book in the folder.
"""

import asyncio
import io
import itertools
import json
import os
import signal
import struct
import sys
import time
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from PIL import Image

from sandbox.modelslab import Vendor
from sandbox.modelslab.jobs import published_latency_s
from sandbox.modelslab.painter import paint
from tests.scenarios.town import ROOT, VENDOR_KEY

PAINTINGS = 8
PAINTED_PX = 128
#: Enlarged in squares: a file of some 20 KB, which decodes like any of its size.
PICTURE_PX = 512
STOP_TIMEOUT_S = 30.0
_BOOK = "vendor.book"
#: Signature and header chunk of a PNG.
_HEAD_BYTES = 33


@dataclass(frozen=True, kw_only=True)
class Terms:
    """How it is to work. `latency_s` None: as long as the vendor's published figures say."""

    max_queued: int
    latency_s: float | None = None


@dataclass(frozen=True, kw_only=True)
class Sold:
    """A job in the book that it leaves."""

    track_id: str
    ready_at: datetime
    fetches: int


@dataclass(frozen=True)
class FarVendor:
    """The running process; its book can be read after `stop`."""

    url: str
    process: asyncio.subprocess.Process
    folder: Path

    @property
    def pid(self) -> int:
        return self.process.pid

    async def stop(self) -> list[Sold]:
        """End it; everything that it has accepted, in order."""
        if self.process.returncode is None:
            self.process.terminate()
        await asyncio.wait_for(self.process.wait(), STOP_TIMEOUT_S)
        entries = json.loads((self.folder / _BOOK).read_text())
        return [
            Sold(track_id=track_id, ready_at=datetime.fromtimestamp(ready_s, UTC), fetches=fetches)
            for track_id, ready_s, fetches in entries
        ]


@asynccontextmanager
async def a_far_vendor(folder: Path, terms: Terms) -> AsyncIterator[FarVendor]:
    """A vendor elsewhere, that takes the town's key."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.scenarios.far_vendor",
        str(folder),
        cwd=ROOT,
        env={
            "PATH": os.environ["PATH"],
            "VENDOR_KEY": VENDOR_KEY,
            "FAR_VENDOR": json.dumps(asdict(terms)),
        },
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        url = (await process.stdout.readline()).decode().strip()
        assert url, "the vendor did not start"
        yield FarVendor(url, process, folder)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


class Prepared:
    """A painter who has painted already."""

    def __init__(self) -> None:
        self._pictures = [_enlarged(seed) for seed in range(PAINTINGS)]
        self._numbers = itertools.count()

    def __call__(
        self,
        prompt: str,
        *,
        negative: str = "",
        seed: int,
        width_px: int,
        height_px: int,
        model: str = "flux",
    ) -> bytes:
        """A picture of PICTURE_PX squared, whatever was asked for; never the same bytes twice."""
        return _numbered(self._pictures[seed % PAINTINGS], next(self._numbers))


def _enlarged(seed: int) -> bytes:
    painted = paint("a red fox", seed=seed, width_px=PAINTED_PX, height_px=PAINTED_PX)
    with Image.open(io.BytesIO(painted)) as picture:
        large = picture.resize((PICTURE_PX, PICTURE_PX), Image.Resampling.NEAREST)
    target = io.BytesIO()
    large.save(target, "PNG")
    return target.getvalue()


def _numbered(png: bytes, number: int) -> bytes:
    content = b"tEXtCopy\0%d" % number
    chunk = struct.pack(">I", len(content) - 4) + content + struct.pack(">I", zlib.crc32(content))
    return png[:_HEAD_BYTES] + chunk + png[_HEAD_BYTES:]


async def serve(folder: Path, terms: Terms) -> None:
    """Work until SIGTERM, then leave the book."""
    asked_to_stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, asked_to_stop.set)
    vendor = Vendor(
        os.environ["VENDOR_KEY"],
        max_queued=terms.max_queued,
        latency_s=published_latency_s if terms.latency_s is None else terms.latency_s,
        paint=Prepared(),
        balance=1e9,
    )
    async with vendor:
        print(vendor.url, flush=True)  # noqa: T201
        await asked_to_stop.wait()
        began = datetime.now(UTC) - timedelta(seconds=time.monotonic())
        book = [
            (
                str(job.body["track_id"]),
                (began + timedelta(seconds=job.ready_at)).timestamp(),
                job.fetches,
            )
            for job in vendor.book
        ]
        (folder / _BOOK).write_text(json.dumps(book))


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1]), Terms(**json.loads(os.environ["FAR_VENDOR"]))))
