"""Cuts pictures into strips, for work that would hold the interpreter. Never touches a pixel.

Pillow lets other threads run while it decodes, resizes or pastes, but not while it takes channels
apart or compares two pictures: forty million pixels at once would stop the event loop for 0.1 s.
"""

from collections.abc import Iterator
from typing import Final

STRIP_PIXELS: Final = 1_000_000

Box = tuple[int, int, int, int]


def strips(size: tuple[int, int]) -> Iterator[Box]:
    """Boxes (left, top, right, bottom) that cover a picture of `size` from top to bottom."""
    width_px, height_px = size
    rows = max(1, STRIP_PIXELS // width_px)
    for top in range(0, height_px, rows):
        yield 0, top, width_px, min(height_px, top + rows)
