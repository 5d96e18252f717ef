"""Brings in the pictures that a request names, and fits the request to them.

Asks nobody but the stand-in's own shelves, and addresses of this machine that a test allowed.
"""

import asyncio
import urllib.error
import urllib.request
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from http.client import HTTPException
from urllib.parse import urlsplit

from sandbox.modelslab.addresses import is_here
from sandbox.modelslab.fields import Refused
from sandbox.modelslab.files import NAME
from sandbox.modelslab.jobs import Book
from sandbox.modelslab.painter import Print, look_at
from sandbox.modelslab.requests import Order
from sandbox.modelslab.shelf import Shelf, unpacked
from sandbox.modelslab.wishes import Wish, followed

UNREACHABLE = "Unable to fetch image from provided URL"
WRONG_SIZE = "Processing failed: Invalid input dimensions"
WRONG_KIND = "Processing failed: Unsupported image format"
MAX_BYTES = 32 * 1024 * 1024
TIMEOUT_S = 5.0


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """An allowed server must not lead to one that is not."""

    def redirect_request(self, *_: object) -> None:
        return None


# No proxies either: whatever the environment says, the request stays on this machine.
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirects)


@dataclass(frozen=True)
class Source:
    """A picture that was brought in."""

    content: bytes
    print: Print


class Inputs:
    """Everything a request may start from.

    `reachable` are the origins of a test's own servers, such as http://127.0.0.1:8080.
    Raises ValueError for one that is not on this machine.
    """

    def __init__(self, shelf: Shelf, book: Book, reachable: Iterable[str] = ()) -> None:
        self.shelf = shelf
        self._book = book
        self._reachable = frozenset(_loopback(origin) for origin in reachable)

    async def bring(self, order: Order, own_origin: str) -> tuple[Order, dict[str, bytes]]:
        """The order with the size that its pictures give it, and their bytes by role.

        Raises Refused for what cannot be fetched or does not fit.
        """
        wish = order.wish
        if wish is None:
            return order, {}
        sources = {
            role: await self._fetch(link, own_origin, inline=wish.inline)
            for role, link in wish.links.items()
        }
        width, height = _size(wish, (order.width_px, order.height_px), sources)
        contents = {role: source.content for role, source in sources.items()}
        return replace(order, width_px=width, height_px=height), contents

    async def _fetch(self, link: str, own_origin: str, *, inline: bool) -> Source:
        if inline and (content := unpacked(link)) is not None:
            return await _looked_at(content)
        try:
            address = urlsplit(link)
        except ValueError as error:
            raise Refused(400, UNREACHABLE) from error
        origin = f"{address.scheme}://{address.netloc}"
        if origin == own_origin:
            return await self._own(address.path)
        if origin in self._reachable:
            return await _looked_at(await asyncio.to_thread(_download, link))
        raise Refused(400, UNREACHABLE)

    async def _own(self, path: str) -> Source:
        """Off the shelf of uploads, or one of the stand-in's own results."""
        room, _, file = path.removeprefix("/").partition("/")
        upload = self.shelf.find(file) if room == "temp" else None
        if upload is not None:
            upload.calls += 1
            return Source(upload.content, upload.print)
        match = NAME.fullmatch(file) if room == "generations" else None
        job = self._book.find_named(match["name"]) if match else None
        if match is None or job is None or job.state != "success":
            raise Refused(400, UNREACHABLE)
        index = int(match["index"])
        if index >= len(job.pictures):
            raise Refused(400, UNREACHABLE)
        return await _looked_at(job.pictures[index])


async def _looked_at(content: bytes) -> Source:
    print = await asyncio.to_thread(look_at, content)
    if print is None:
        # Whatever lay there, a picture it was not.
        raise Refused(400, UNREACHABLE)
    return Source(content, print)


def _size(wish: Wish, told_px: tuple[int, int], sources: Mapping[str, Source]) -> tuple[int, int]:
    """The size of the result. Raises Refused where the pictures do not suit the wish."""
    if any(source.print.kind not in wish.kinds for source in sources.values()):
        raise Refused(400, WRONG_KIND)
    picture_px = sources["source"].print.size_px
    if "mask" in sources and sources["mask"].print.size_px != picture_px:
        raise Refused(400, WRONG_SIZE)
    if wish.sides_px is not None:
        low, high = wish.sides_px
        if not all(low <= side <= high for side in picture_px):
            raise Refused(400, WRONG_SIZE)
    return followed(wish, told_px, picture_px)


def _download(link: str) -> bytes:
    """The bytes behind an address that was allowed. Blocks."""
    try:
        with _OPENER.open(link, timeout=TIMEOUT_S) as response:
            content: bytes = response.read(MAX_BYTES + 1)
    except (OSError, HTTPException, ValueError) as error:
        raise Refused(400, UNREACHABLE) from error
    if len(content) > MAX_BYTES:
        raise Refused(400, UNREACHABLE)
    return content


def _loopback(origin: str) -> str:
    address = urlsplit(origin)
    if address.scheme != "http" or not is_here(origin):
        raise ValueError(f"{origin} is no http origin on this machine")
    return f"{address.scheme}://{address.netloc}"
