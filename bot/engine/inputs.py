"""Takes pictures in: whatever a request starts from is checked, made upright and kept at once.

Slash-command uploads vanish at Discord, and links die: nothing is left for later. Starts no job.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from bot.domain.errors import PictureError, StorageError
from bot.domain.job import JobStatus
from bot.domain.request import InputPicture
from bot.download import Downloader
from bot.engine.visibility import may_see_pictures
from bot.pictures import AREAS
from bot.pictures import threads as pictures
from storage import jobs, picks, results
from storage.database import Database
from storage.pictures import PictureFiles

MASK_MIME = "image/png"
PICK_LIFETIME = timedelta(minutes=15)


class Inputs:
    """The way in for pictures. Everything here raises PictureError with a sentence for the asker,
    StorageError where the disk says no, and DownloadError where a link gives no file."""

    def __init__(
        self,
        database: Database,
        *,
        files: PictureFiles,
        downloader: Downloader,
        now: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._files = files
        self._downloader = downloader
        self._now = now

    @property
    def areas(self) -> Mapping[str, str]:
        """The preset areas by name, with what each covers."""
        return AREAS

    async def from_bytes(self, data: bytes) -> InputPicture:
        """Keep a picture that somebody sent."""
        normal = await pictures.normalise(data)
        return InputPicture(
            sha256=await self._files.put(normal.data),
            mime=normal.mime,
            width_px=normal.width_px,
            height_px=normal.height_px,
            size_bytes=len(normal.data),
        )

    async def from_link(self, url: str) -> InputPicture:
        """Keep the picture that a link leads to; fetched under guard."""
        return await self.from_bytes(await self._downloader.get(url))

    async def from_result(
        self, job_id: int, position: int, *, guild_id: int, user_id: int
    ) -> InputPicture | None:
        """A picture that a job made, as this member may see it; None where there is none (left)."""
        async with self._database.reading() as tx:
            job = await jobs.get(tx, job_id)
            if job is None or job.status is not JobStatus.DELIVERED:
                return None
            if not may_see_pictures(job, guild_id=guild_id, user_id=user_id):
                return None
            kept = {picture.position: picture for picture in await results.of_job(tx, job_id)}
        found = kept.get(position)
        if found is None:
            return None
        try:
            return await self.from_bytes(await self._files.get(found.sha256))
        except StorageError:
            return None

    async def offer(
        self,
        found: Sequence[InputPicture],
        *,
        guild_id: int,
        user_id: int,
        number: int | None = None,
    ) -> int:
        """Keep pictures for a choice or a pop-up of this member's; the number to ask by.

        A pop-up is shown before its picture is there, so it brings the number, an unused one.
        """
        async with self._database.transaction() as tx:
            await self.require_kept(found)
            return await picks.put(
                tx,
                found,
                guild_id=guild_id,
                user_id=user_id,
                expires_at=self._now() + PICK_LIFETIME,
                number=number,
            )

    async def require_kept(self, found: Iterable[InputPicture]) -> None:
        """Return if all of these are there, in the transaction that names them.

        Raises StorageError where somebody else had the very same picture, and had it removed.
        """
        if await self._files.missing(picture.sha256 for picture in found):
            raise StorageError("a picture was removed together with another job's")

    async def picked(
        self, pick_id: int, position: int, *, guild_id: int, user_id: int
    ) -> InputPicture | None:
        """What was kept by `offer`, for the same member; None after a quarter of an hour."""
        async with self._database.reading() as tx:
            return await picks.get(
                tx, pick_id, position, guild_id=guild_id, user_id=user_id, now=self._now()
            )

    async def mask_from_file(self, source: InputPicture, data: bytes) -> InputPicture:
        """A mask that somebody sent, fitted to the picture: white is repainted."""
        return await self._mask(
            source,
            await pictures.mask_from_file(
                data, width_px=source.width_px, height_px=source.height_px
            ),
        )

    async def mask_from_transparency(self, source: InputPicture) -> InputPicture:
        """What is transparent in the picture is repainted."""
        data = await self._files.get(source.sha256)
        return await self._mask(source, await pictures.mask_from_transparency(data))

    async def mask_from_area(self, source: InputPicture, area: str) -> InputPicture:
        """A preset area is repainted."""
        if area not in AREAS:
            raise PictureError(f"There is no area called {area}; choose one of the list.")
        return await self._mask(
            source,
            await pictures.mask_from_area(
                area, width_px=source.width_px, height_px=source.height_px
            ),
        )

    async def read(self, picture: InputPicture) -> bytes:
        """The bytes of a kept picture."""
        return await self._files.get(picture.sha256)

    async def _mask(self, source: InputPicture, data: bytes) -> InputPicture:
        return InputPicture(
            sha256=await self._files.put(data),
            mime=MASK_MIME,
            width_px=source.width_px,
            height_px=source.height_px,
            size_bytes=len(data),
        )
