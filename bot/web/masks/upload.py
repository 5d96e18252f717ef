"""Reads what the mask page sends: two fields, bounded in bytes and time. Judges no picture."""

import asyncio
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from bot.web.masks.guard import Problem
from bot.web.wording import Words

MASK_MAX_BYTES: Final = 20_000_000
# Longer prompts are cut by the engine; this keeps a flood out.
_PROMPT_MAX_BYTES: Final = 32_768
# Boundaries and headers of the fields.
_AROUND_BYTES: Final = 8_192
_FORM_MAX_BYTES: Final = MASK_MAX_BYTES + _PROMPT_MAX_BYTES + _AROUND_BYTES
UPLOAD_S: Final = 120.0


@dataclass(frozen=True, slots=True)
class Upload:
    """What was painted, and the words for it. `mask` is whatever was sent as such."""

    mask: bytes
    prompt: str


async def read_upload(request: web.Request, *, timeout_s: float = UPLOAD_S) -> Upload:
    """The two fields. Raises Problem for what is too large, too slow, or something else."""
    if request.content_type != "multipart/form-data":
        raise _unreadable(HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
    if (request.content_length or 0) > _FORM_MAX_BYTES:
        raise _too_large()
    try:
        async with asyncio.timeout(timeout_s):
            form = await request.clone(client_max_size=_FORM_MAX_BYTES).post()
    except TimeoutError as error:
        words = Words("Too slow", "The mask did not arrive in time. Nothing was charged.")
        raise Problem(HTTPStatus.REQUEST_TIMEOUT, words) from error
    except web.HTTPRequestEntityTooLarge as error:
        raise _too_large() from error
    except (ValueError, HttpProcessingError) as error:
        raise _unreadable(HTTPStatus.BAD_REQUEST) from error
    upload = Upload(mask=_bytes(form.get("mask")), prompt=_words(form.get("prompt")))
    if len(upload.mask) > MASK_MAX_BYTES or len(upload.prompt) > _PROMPT_MAX_BYTES:
        raise _too_large()
    return upload


def _bytes(field: object) -> bytes:
    match field:
        case web.FileField(file=file):
            with file:
                return file.read()
        case bytes() | bytearray():
            return bytes(field)
        case _:
            raise _unreadable(HTTPStatus.BAD_REQUEST)


def _words(field: object) -> str:
    if not isinstance(field, str):
        raise _unreadable(HTTPStatus.BAD_REQUEST)
    return field


def _too_large() -> Problem:
    words = Words("Too large", "A mask may have 20 MB at most. Nothing was charged.")
    return Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, words)


def _unreadable(status: HTTPStatus) -> Problem:
    words = Words(
        "Not understood",
        "Send a form (multipart/form-data) with the fields mask and prompt. Nothing was charged.",
    )
    return Problem(status, words)
