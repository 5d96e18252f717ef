"""Stored pictures become files as Discord takes them: with texts in them, and small enough."""

import logging
from collections.abc import Sequence

from bot.domain.errors import PictureError, StorageError
from bot.domain.job import Job, StoredPicture
from bot.engine.courier import File
from bot.pictures import threads as pictures
from storage.pictures import PictureFiles

log = logging.getLogger(__name__)

FILE_MAX_BYTES = 10 * 1024 * 1024
MESSAGE_MAX_BYTES = 24 * 1024 * 1024

_ENDINGS = {"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp", "image/gif": "gif"}


async def packed(
    job: Job, kept: Sequence[StoredPicture], *, files: PictureFiles, limit_bytes: int
) -> tuple[tuple[File, ...], tuple[str, ...]]:
    """The files of one message, and full sentences for the asker about what became of them.

    `limit_bytes` is the upload limit of the place, for one file; our own may be lower.
    """
    ready: list[File] = []
    notes: list[str] = []
    if not kept:
        return (), ()
    limit_bytes = min(limit_bytes, FILE_MAX_BYTES, MESSAGE_MAX_BYTES // len(kept))
    for picture in kept:
        try:
            data = await pictures.with_text(await files.get(picture.sha256), _texts(job))
            fitted = await pictures.fit(data, limit_bytes=limit_bytes)
        except (StorageError, PictureError) as error:
            log.error("job.picture_gone job=%d picture=%d why=%s", job.id, picture.position, error)
            why = str(error).rstrip(".")
            notes.append(f"Picture {picture.position} could not be sent: {why}.")
            continue
        if fitted.changed:
            notes.append(
                f"Picture {picture.position} was too large for Discord and was made smaller."
            )
        ready.append(
            File(
                name=f"limner-{job.id}-{picture.position}.{_ENDINGS[fitted.mime]}",
                data=fitted.data,
                description=_alt_text(job, picture, of=len(kept)),
                spoiler=job.request.spoiler,
            )
        )
    return tuple(ready), tuple(notes)


def _texts(job: Job) -> dict[str, str]:
    """What a PNG says about itself; work without words has no title."""
    texts = {
        "Title": job.request.prompt,
        "Software": "Limner",
        "Model": job.request.model,
        "Seed": str(job.seed),
        "Job": str(job.id),
    }
    return {keyword: text for keyword, text in texts.items() if text}


def _alt_text(job: Job, picture: StoredPicture, *, of: int) -> str:
    which = f" ({picture.position} of {of})" if of > 1 else ""
    # Work on a picture alone has no words.
    words = f": {job.request.prompt}" if job.request.prompt else ""
    return f"Generated picture{which}{words}"[:1024]
