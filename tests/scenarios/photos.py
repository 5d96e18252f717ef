"""Pictures that members bring, and what must have become of them. Talks to nobody."""

import io
from typing import Any

from PIL import Image, ImageChops, ImageDraw, ImageOps, ImageStat

from sandbox.modelslab.jobs import Job as Bought

SIZE = (240, 320)
#: What is to change in it: one corner's part, so that every turn and mirror image would show.
PART = (24, 32, 96, 120)
#: How far apart the means of two scaled copies may be, in levels of 255.
SAME_WITHIN = 6.0
#: How far apart they are where something else was painted.
CHANGED_FROM = 12.0

_QUARTERS = ("firebrick", "seagreen", "royalblue", "goldenrod")
_TURNED_BY_CAMERA = 6
_ORIENTATION_TAG = 0x0112


def a_photo(size: tuple[int, int] = SIZE) -> Image.Image:
    """Four quarters that differ, none of them plain."""
    photo = Image.new("RGB", size)
    width, height = size[0] // 2, size[1] // 2
    for number, colour in enumerate(_QUARTERS):
        photo.paste(colour, (number % 2 * width, number // 2 * height, *size))
    shade = Image.linear_gradient("L").resize(size)
    return Image.blend(photo, Image.merge("RGB", (shade, shade, shade)), 0.25)


def png(picture: Image.Image) -> bytes:
    return _saved(picture, "PNG")


def lying_jpeg(picture: Image.Image) -> bytes:
    """As a phone stores it: on its side, with a note which way is up."""
    note = Image.Exif()
    note[_ORIENTATION_TAG] = _TURNED_BY_CAMERA
    turned = picture.transpose(Image.Transpose.ROTATE_90)
    return _saved(turned, "JPEG", quality=90, exif=note)


def with_a_hole(picture: Image.Image, part: tuple[int, int, int, int] = PART) -> Image.Image:
    """The same with a transparent part."""
    holed = picture.convert("RGBA")
    holed.putalpha(ImageOps.invert(a_mask(picture.size, part)))
    return holed


def a_mask(
    size: tuple[int, int] = SIZE, part: tuple[int, int, int, int] = PART, *, scale: int = 1
) -> Image.Image:
    """White where it is to be repainted."""
    mask = Image.new("L", (size[0] * scale, size[1] * scale))
    box = tuple(side * scale for side in part)
    ImageDraw.Draw(mask).rectangle((box[0], box[1], box[2] - 1, box[3] - 1), fill=255)
    return mask


def opened(data: bytes) -> Image.Image:
    """A file as everybody sees it: upright."""
    with Image.open(io.BytesIO(data)) as file:
        return ImageOps.exif_transpose(file)


def assert_reached_the_vendor(bought: Bought, photo: Image.Image, mask: Image.Image) -> None:
    """The recorded picture and mask are the member's, upright, and lie one upon the other."""
    source, painted = (_received(bought, role) for role in ("source", "mask"))
    assert source.size == painted.size
    assert abs(source.width / source.height - photo.width / photo.height) < 0.03
    assert difference(source, photo) < SAME_WITHIN
    assert difference(painted, mask) < SAME_WITHIN
    # A hair's breadth more would be a mask of another place.
    box, expected = painted.point(_sure).getbbox(), _scaled(mask, source.size).point(_sure)
    assert box is not None
    wanted = expected.getbbox()
    assert wanted is not None
    assert all(abs(one - other) <= 2 for one, other in zip(box, wanted, strict=True))


def assert_source_reached_the_vendor(bought: Bought, photo: Image.Image) -> None:
    assert difference(_received(bought, "source"), photo) < SAME_WITHIN


def assert_only_the_mask_changed(delivered: bytes, photo: Image.Image, mask: Image.Image) -> None:
    """Outside the mask each pixel is the original's; inside, something else was painted."""
    result = opened(delivered)
    assert result.size == photo.size
    changed = ImageChops.difference(result.convert("RGB"), photo.convert("RGB"))
    outside = Image.composite(Image.new("RGB", changed.size), changed, mask.point(_any))
    assert outside.getbbox() is None
    part = mask.getbbox()
    assert part is not None
    assert _mean(changed.crop(part)) > CHANGED_FROM
    assert "A" not in result.getbands() or result.getchannel("A").getextrema() == (255, 255)


def difference(one: Image.Image, other: Image.Image) -> float:
    """How far two pictures are apart on average, whatever their sizes."""
    mode = "L" if one.mode == "L" else "RGB"
    return _mean(ImageChops.difference(one.convert(mode), _scaled(other.convert(mode), one.size)))


def _received(bought: Bought, role: str) -> Image.Image:
    with Image.open(io.BytesIO(bought.inputs[role])) as file:
        assert file.format in ("PNG", "JPEG")
        assert _ORIENTATION_TAG not in file.getexif()
        file.load()
        return file.copy()


def _scaled(picture: Image.Image, size: tuple[int, int]) -> Image.Image:
    return picture.resize(size, Image.Resampling.LANCZOS)


def _mean(picture: Image.Image) -> float:
    means: list[float] = ImageStat.Stat(picture).mean
    return sum(means) / len(means)


def _sure(level: int) -> int:
    return 255 if level > 127 else 0


def _any(level: int) -> int:
    return 255 if level else 0


def _saved(picture: Image.Image, kind: str, **options: Any) -> bytes:
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()
