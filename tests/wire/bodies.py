"""Reads a request's body: JSON, or `payload_json` with `files[n]`. Judges nothing but sizes."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import BodyPartReader, web

from .errors import ApiError, FormProblem, form_error

REQUEST_LIMIT_BYTES = 25 * 1024 * 1024
_FILE_PART = re.compile(r"files\[(\d)\]")


@dataclass(frozen=True)
class Upload:
    filename: str
    bytes: bytes


@dataclass(frozen=True)
class Body:
    """`json` is None where there was no body; `uploads` by their number n."""

    json: Any = None
    uploads: Mapping[int, Upload] = field(default_factory=dict)
    is_multipart: bool = False


async def read_body(request: web.Request, *, file_limit_bytes: int) -> Body:
    """The whole body; 40005 where a file or the request is too large for Discord."""
    if not request.can_read_body:
        return Body()
    if request.content_type == "multipart/form-data":
        return await _read_multipart(request, file_limit_bytes)
    return Body(_parsed(await request.read()))


async def _read_multipart(request: web.Request, file_limit_bytes: int) -> Body:
    payload: Any = None
    uploads: dict[int, Upload] = {}
    strange: list[str] = []
    async for part in await request.multipart():
        assert isinstance(part, BodyPartReader)
        content = bytes(await part.read(decode=False))
        found = _FILE_PART.fullmatch(part.name or "")
        if part.name == "payload_json":
            payload = _parsed(content)
        elif found and part.filename:
            uploads[int(found[1])] = Upload(part.filename, content)
        else:
            strange.append(part.name or "(no name)")
    if strange:
        message = f"multipart parts without meaning: {', '.join(strange)}"
        raise form_error(FormProblem((), "MULTIPART", message))
    sizes = [len(upload.bytes) for upload in uploads.values()]
    if sum(sizes) > REQUEST_LIMIT_BYTES or any(size > file_limit_bytes for size in sizes):
        raise ApiError(40005)
    return Body(payload, uploads, is_multipart=True)


def _parsed(content: bytes) -> Any:
    if not content:
        return None
    try:
        return json.loads(content)
    except ValueError as error:
        raise ApiError(50109, is_violation=True) from error
