"""Bytes in, bytes out: checks pictures, brings them into shape, masks them. Never does I/O.

Everything here takes a processor's time: on the event loop, use the twins in `threads`.
"""

from bot.pictures.compositing import composite
from bot.pictures.fitting import Fitted, fit
from bot.pictures.masks import (
    AREAS,
    mask_copy,
    mask_from_area,
    mask_from_file,
    mask_from_transparency,
)
from bot.pictures.normalising import (
    MAX_INPUT_PIXELS,
    VENDOR_MAX_BYTES,
    Normal,
    normalise,
    vendor_copy,
)
from bot.pictures.texts import with_text
from bot.pictures.thumbnails import SIDE_PX as THUMBNAIL_PX
from bot.pictures.thumbnails import thumbnail
from bot.pictures.verification import MAX_BYTES, MAX_PIXELS, Sketch, Verified, verify

__all__ = [
    "AREAS",
    "MAX_BYTES",
    "MAX_INPUT_PIXELS",
    "MAX_PIXELS",
    "THUMBNAIL_PX",
    "VENDOR_MAX_BYTES",
    "Fitted",
    "Normal",
    "Sketch",
    "Verified",
    "composite",
    "fit",
    "mask_copy",
    "mask_from_area",
    "mask_from_file",
    "mask_from_transparency",
    "normalise",
    "thumbnail",
    "vendor_copy",
    "verify",
    "with_text",
]
