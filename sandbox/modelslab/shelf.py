"""Pictures that were handed in, each for a day of the vendor's clock. Knows no HTTP."""

import base64
import binascii
import itertools
import re
import secrets
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sandbox.modelslab.fields import Body, Fields, Refused
from sandbox.modelslab.painter import Print, look_at

#: "5 MB", say the documents; this is the smaller of its two meanings.
MAX_BYTES = 5_000_000
KEPT_S = 24 * 60 * 60.0
ENDINGS = {"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp"}
_DATA_URI = re.compile(r"data:[\w.+-]+/[\w.+-]+;base64,")


@dataclass(eq=False)
class Upload:
    """One picture on the shelf."""

    id: int
    content: bytes
    print: Print
    uploaded_at: datetime
    #: By the vendor's clock, which a test may move.
    expires_at: float
    name: str = field(default_factory=lambda: str(uuid.uuid4()))
    #: How often somebody downloaded it, or a job took it.
    calls: int = 0

    @property
    def file(self) -> str:
        return f"{self.name}.{ENDINGS[self.print.kind]}"


class Shelf:
    """Every upload in order; an expired one stays in the list and is no longer found."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.uploads: list[Upload] = []
        self._by_file: dict[str, Upload] = {}
        self._clock = clock
        self._ids: Iterator[int] = itertools.count(10_000_000 + secrets.randbelow(80_000_000))

    def put(self, body: Body, name: str) -> Upload:
        """Take in the picture that the field has. Decoding takes a while: call it from a thread.

        Raises Refused for what is no picture, or too large a one.
        """
        fields = Fields(body, loose=False)
        text = fields.text(name, required=True)
        if fields.faults:
            raise Refused(400, fields.faults[name][0])
        content = unpacked(text)
        if content is None:
            raise Refused(400, f"The {name} field must be a valid base64 string.")
        if len(content) > MAX_BYTES:
            raise Refused(400, f"The {name} field must not be larger than 5 MB.")
        print = look_at(content)
        if print is None:
            raise Refused(400, f"The {name} field must be an image of type: png, jpg, webp.")
        upload = Upload(
            id=next(self._ids),
            content=content,
            print=print,
            uploaded_at=datetime.now(UTC),
            expires_at=self._clock() + KEPT_S,
        )
        self.uploads.append(upload)
        self._by_file[upload.file] = upload
        return upload

    def find(self, file: str) -> Upload | None:
        upload = self._by_file.get(file)
        return upload if upload is not None and self._clock() < upload.expires_at else None


def unpacked(text: str) -> bytes | None:
    """The bytes of base64, bare or as a data URI; None where it is neither."""
    head = _DATA_URI.match(text)
    packed = text[head.end() :] if head else text
    try:
        return base64.b64decode(packed.strip(), validate=True)
    except (binascii.Error, ValueError):
        return None
