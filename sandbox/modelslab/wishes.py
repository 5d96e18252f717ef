"""What requests want done with pictures, as values. Fetches none, draws none."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

Task: TypeAlias = Literal["blend", "repaint", "upscale", "cut_out", "caption"]
Length: TypeAlias = Literal["short", "normal", "long"]

PNG, JPEG, WEBP = "image/png", "image/jpeg", "image/webp"
ANY_KIND = (PNG, JPEG, WEBP)
#: The super resolution's own documents name no limit; something has to.
UPSCALED_SIDE_MAX_PX = 4096


@dataclass(frozen=True, kw_only=True)
class Wish:
    """Work that starts from pictures."""

    task: Task
    #: Addresses by role: `source`, `source_2` and so on for further ones, and `mask`.
    links: Mapping[str, str]
    #: 0 keeps the picture, 1 forgets it.
    strength: float = 1
    scale: int = 1
    only_mask: bool = False
    inverse_mask: bool = False
    length: Length = "normal"
    #: The kinds of files that are taken.
    kinds: tuple[str, ...] = ANY_KIND
    #: Whether the picture itself may stand where its address does, as base64.
    inline: bool = False
    #: What the sides of the first picture must measure; None: anything.
    sides_px: tuple[int, int] | None = None
    #: What a side that follows the first picture is brought to measure; None: it stays as it is.
    frame_px: tuple[int, int] | None = None

    @property
    def paints(self) -> bool:
        """Whether something new is painted for it."""
        return self.task in ("blend", "repaint")


def followed(wish: Wish, told_px: tuple[int, int], picture_px: tuple[int, int]) -> tuple[int, int]:
    """The size of the result. A side told as 0 follows the picture's proportions."""
    across, down = told_px
    width, height = picture_px
    if across and down:
        return told_px
    if across:
        return across, _bounded(across * height / width, wish.frame_px)
    if down:
        return _bounded(down * width / height, wish.frame_px), down
    if wish.task == "upscale":
        factor = max(1.0, min(wish.scale, UPSCALED_SIDE_MAX_PX / max(picture_px)))
        return round(width * factor), round(height * factor)
    if wish.frame_px is None:
        return picture_px
    low, high = wish.frame_px
    factor = max(min(1.0, high / max(picture_px)), low / min(picture_px))
    if factor == 1:
        return picture_px
    return _bounded(width * factor, wish.frame_px), _bounded(height * factor, wish.frame_px)


def _bounded(side_px: float, frame_px: tuple[int, int] | None) -> int:
    """A multiple of 8 within the frame."""
    low, high = frame_px or (8, UPSCALED_SIDE_MAX_PX)
    return min(high, max(low, round(side_px / 8) * 8))
