"""Makes a plain picture of whatever was given: upright, 8 bits, screen colours. Never encodes."""

from io import BytesIO
from typing import Final

from PIL import Image, ImageCms, ImageFile

from bot.pictures.formats import Format
from bot.pictures.strips import strips
from bot.pictures.verification import DECODER_ERRORS, opened, reading

_ORIENTATION_TAG: Final = 0x0112
_TURNS: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
# The largest profiles that print shops hand out have two or three megabytes.
_PROFILE_MAX_BYTES: Final = 4_000_000
_GREY_MODES: Final = frozenset({"1", "L", "LA"})


def decoded(
    data: bytes,
    kind: Format,
    *,
    max_pixels: int,
    by_profile: bool = True,
    down_to_px: int | None = None,
) -> Image.Image:
    """The first frame as RGB or RGBA, turned as its EXIF says, without any metadata.

    Colours are converted to sRGB where a profile says what they mean, unless `by_profile` is off.
    A JPEG may be decoded smaller where that is quicker, no side below `down_to_px` by that.

    Raises PictureError if the picture is damaged, or has more than `max_pixels`.
    """
    with opened(data, kind, max_pixels=max_pixels) as picture, reading():
        if down_to_px is not None:
            picture.draft(None, (down_to_px, down_to_px))
        picture.load()
        turn = _TURNS.get(_orientation(picture))
        icc = picture.info.get("icc_profile") if by_profile else None
        plain = _on_screen(picture, icc)
    # Encoders would carry over what they find here.
    plain.info.clear()
    # Else two pictures are alive while the third is made.
    del picture
    return plain if turn is None else plain.transpose(turn)


def has_transparency(picture: Image.Image) -> bool:
    """Whether any pixel of an RGB or RGBA picture lets something through."""
    # Counting lets other threads run; taking the channel out does not.
    return picture.mode == "RGBA" and any(picture.histogram()[3 * 256 : 4 * 256 - 1])


def _orientation(picture: ImageFile.ImageFile) -> int:
    # Cameras and editors write broken EXIF often enough; the picture is none the worse for it.
    try:
        orientation = picture.getexif().get(_ORIENTATION_TAG)
    except DECODER_ERRORS:
        return 1
    return orientation if isinstance(orientation, int) else 1


def _on_screen(picture: Image.Image, icc: object) -> Image.Image:
    if icc and isinstance(icc, bytes) and len(icc) <= _PROFILE_MAX_BYTES:
        converted = _by_profile(picture, icc)
        if converted is not None:
            return converted
    return _eight_bit(picture)


def _eight_bit(picture: Image.Image) -> Image.Image:
    if picture.mode in ("I", "F") or picture.mode.startswith("I;16"):
        # A plain conversion would cut 16 bits off at white instead of scaling them; and it goes
        # through 32 bits a pixel, so in strips.
        plain = Image.new("RGB", picture.size)
        for box in strips(picture.size):
            levels = picture.crop(box).convert("I").point(lambda level: level * (1 / 256))
            plain.paste(levels.convert("L").convert("RGB"), box)
        return plain
    mode = "RGBA" if picture.has_transparency_data else "RGB"
    # A conversion to the same mode would be a second copy of all pixels.
    return picture if picture.mode == mode else picture.convert(mode)


def _by_profile(picture: Image.Image, icc: bytes) -> Image.Image | None:
    """The picture in sRGB; None where the profile is sRGB already, is broken or does not fit."""
    try:
        profile = ImageCms.ImageCmsProfile(BytesIO(icc))
        # Most say so, and a conversion that changes nothing takes as long as decoding.
        if "sRGB" in (profile.profile.profile_description or ""):
            return None
        match profile.profile.xcolor_space.strip():
            case "RGB" if picture.mode != "CMYK":
                return _into_srgb(_eight_bit(picture), profile)
            case "GRAY" if picture.mode in _GREY_MODES:
                grey = _into_srgb(picture.convert("L"), profile)
                if picture.has_transparency_data:
                    grey.putalpha(picture.convert("RGBA").getchannel("A"))
                return grey
            case "CMYK" if picture.mode == "CMYK":
                return _into_srgb(picture, profile)
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return None
    return None


def _into_srgb(picture: Image.Image, profile: ImageCms.ImageCmsProfile) -> Image.Image:
    screen = ImageCms.createProfile("sRGB")
    if picture.mode in ("RGB", "RGBA"):
        ImageCms.profileToProfile(picture, profile, screen, inPlace=True)
        return picture
    converted = ImageCms.profileToProfile(picture, profile, screen, outputMode="RGB")
    if converted is None:
        raise ValueError("nothing came out of the conversion")
    return converted
