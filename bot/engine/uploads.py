"""Brings the pictures that a job starts from to the vendor, before the job itself is posted.

An upload has no side effect that anybody pays for, so it may be repeated; its address lives a day.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.job import Job
from bot.domain.request import InputPicture
from bot.modelslab.catalogue import side_max_px, vendor_size
from bot.modelslab.client import ModelsLab
from bot.modelslab.model import Model
from bot.modelslab.wire import Refused, Unclear, Uploaded
from bot.pictures import threads as pictures
from storage import inputs
from storage.database import Database
from storage.inputs import Upload
from storage.pictures import PictureFiles

# The vendor says 24 hours; a job that is posted now must still find its pictures while it waits.
LIVES = timedelta(hours=20)


@dataclass(frozen=True, slots=True)
class Images:
    """Where the vendor has a job's pictures, by role, and the size at which it is to work."""

    urls: Mapping[str, str]
    size: tuple[int, int] | None = None


class Uploads:
    """Uploads what is not there yet, and keeps the addresses for the next try."""

    def __init__(
        self,
        database: Database,
        *,
        vendor: ModelsLab,
        files: PictureFiles,
        now: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._vendor = vendor
        self._files = files
        self._now = now

    async def images(self, job: Job, model: Model) -> Images | Refused | Unclear:
        """The vendor's addresses of everything that the job starts from, or why there are none."""
        source = job.request.source
        if source is None:
            return Images({})
        size = vendor_size(model, job.request.kind, source.width_px, source.height_px)
        async with self._database.reading() as tx:
            known = await inputs.uploads(tx, job.id)
        urls: dict[str, str] = {}
        for role, picture in inputs.of_request(job.request).items():
            upload = known.get(role)
            if upload is None or self._now() - upload.uploaded_at > LIVES:
                data, mime = await self._copy(job, model, role, picture, size)
                match await self._vendor.upload(data, mime):
                    case Uploaded(url):
                        upload = Upload(url, self._now())
                    case said:
                        return said
                async with self._database.transaction() as tx:
                    await inputs.uploaded(tx, job.id, role, upload)
            urls[role] = upload.url
        return Images(urls, size)

    async def _copy(
        self,
        job: Job,
        model: Model,
        role: str,
        picture: InputPicture,
        size: tuple[int, int] | None,
    ) -> tuple[bytes, str]:
        """What the vendor gets of a picture, and its type: at its working size and limit."""
        data = await self._files.get(picture.sha256)
        width_px, height_px = size or _within(
            picture.width_px, picture.height_px, side_max_px(model, job.request.kind)
        )
        if role == "mask":
            mask = await pictures.mask_copy(data, width_px=width_px, height_px=height_px)
            return mask, picture.mime
        copy = await pictures.vendor_copy(data, width_px=width_px, height_px=height_px)
        return copy.data, copy.mime


def _within(width_px: int, height_px: int, side_max_px: int | None) -> tuple[int, int]:
    """The same proportions with no side longer than the limit; never larger than it is."""
    if side_max_px is None or max(width_px, height_px) <= side_max_px:
        return width_px, height_px
    scale = side_max_px / max(width_px, height_px)
    return max(1, round(width_px * scale)), max(1, round(height_px * scale))
