"""Fetches what the vendor made: downloads, verifies, finishes and keeps it. Settles nothing."""

import asyncio
import logging
from collections.abc import Coroutine, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from bot.domain.errors import DownloadError, PictureError, StorageError
from bot.domain.job import Job, StoredPicture, Thumbnail, VendorTicket
from bot.domain.request import Kind
from bot.download import Downloader
from bot.pictures import THUMBNAIL_PX, Sketch
from bot.pictures import threads as pictures
from storage.pictures import PictureFiles

log = logging.getLogger(__name__)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Collected:
    """The pictures that are safe on our disk, and why the others are not."""

    kept: tuple[StoredPicture, ...]
    faults: tuple[DownloadError, ...]
    thumbnail: Thumbnail | None = None

    @property
    def digests(self) -> tuple[str, ...]:
        """The files of all that."""
        small = () if self.thumbnail is None else (self.thumbnail.sha256,)
        return (*(picture.sha256 for picture in self.kept), *small)

    @property
    def may_grow(self) -> bool:
        """Whether another try may bring what is missing."""
        return any(fault.retryable for fault in self.faults)


NOTHING = Collected(kept=(), faults=())


@dataclass(frozen=True, slots=True)
class _Found:
    """A picture, and what its thumbnail can be made of."""

    picture: StoredPicture
    small: bytes | Sketch


class Collector:
    """Asking again is harmless: files are named by their content."""

    def __init__(self, *, downloader: Downloader, files: PictureFiles) -> None:
        self._downloader = downloader
        self._files = files

    async def collect(
        self, job: Job, ticket: VendorTicket, links: tuple[str, ...], *, is_last: bool = True
    ) -> Collected:
        """Every picture that the links lead to, in their order.

        Where another try may bring more and this one is not the last, there is no thumbnail yet.
        """
        found = await _all_of(
            self._picture(job, position, link, flagged=ticket.flagged)
            for position, link in enumerate(links, 1)
        )
        kept = [each for each in found if isinstance(each, _Found)]
        collected = Collected(
            kept=tuple(each.picture for each in kept),
            faults=tuple(each for each in found if isinstance(each, DownloadError)),
        )
        if not kept or (collected.may_grow and not is_last):
            return collected
        return replace(collected, thumbnail=await self._thumbnail(job, kept))

    async def _thumbnail(self, job: Job, kept: Sequence[_Found]) -> Thumbnail | None:
        """Best effort: a result without a small picture is still a result."""
        try:
            small = await pictures.thumbnail([each.small for each in kept])
            return Thumbnail(
                await self._files.put(small), flagged=any(each.picture.flagged for each in kept)
            )
        except (PictureError, StorageError) as error:
            log.warning("job.no_thumbnail job=%d why=%s", job.id, error)
            return None

    async def _picture(
        self, job: Job, position: int, link: str, *, flagged: bool
    ) -> _Found | DownloadError:
        try:
            data = await self._downloader.get(link)
            seen = await pictures.verify(data, sketch_px=THUMBNAIL_PX)
            composed = await self._composed(job, data)
        except (DownloadError, PictureError) as error:
            log.info("job.download_failed job=%d picture=%d why=%s", job.id, position, error)
            if isinstance(error, DownloadError):
                return error
            # The vendor's store may serve a page or half a file before the picture is there.
            return DownloadError(str(error), retryable=True)
        picture = StoredPicture(
            position=position,
            sha256=await self._files.put(composed or data),
            mime=seen.mime,
            width_px=seen.width_px,
            height_px=seen.height_px,
            size_bytes=len(composed or data),
            flagged=flagged,
        )
        source = job.request.source
        if composed is not None and source is not None:
            picture = replace(
                picture, mime="image/png", width_px=source.width_px, height_px=source.height_px
            )
        return _Found(picture, composed or seen.sketch or data)

    async def _composed(self, job: Job, data: bytes) -> bytes | None:
        """An inpainted picture laid over the original: outside the mask nothing has changed.

        None for every other kind of work. PNG, with the original's pixels in number.
        """
        source, mask = job.request.source, job.request.mask
        if job.request.kind is not Kind.INPAINT or source is None or mask is None:
            return None
        original = await self._files.get(source.sha256)
        return await pictures.composite(original, data, await self._files.get(mask.sha256))


async def _all_of(works: Iterable[Coroutine[Any, Any, T]]) -> list[T]:
    """What all of them return; where one breaks, none of the others goes on unseen."""
    tasks = [asyncio.create_task(work) for work in works]
    try:
        return await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
