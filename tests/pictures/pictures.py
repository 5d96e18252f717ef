"""Pictures for the tests of this folder, made on the spot."""

import struct
import zlib
from io import BytesIO
from typing import Any

from PIL import Image, ImageChops, ImageCms, ImageDraw

from bot.pictures.formats import PNG_SIGNATURE


def painting(mode: str = "RGB", *, width_px: int = 48, height_px: int = 32) -> Image.Image:
    """A picture with enough going on that a lost part of its file matters."""
    picture = Image.linear_gradient("L").resize((width_px, height_px)).convert("RGB")
    draw = ImageDraw.Draw(picture)
    draw.ellipse((4, 4, width_px // 2, height_px - 4), fill="orangered")
    draw.line((0, height_px, width_px, 0), fill="midnightblue", width=3)
    return picture.convert(mode)


def saved(picture: Image.Image, kind: str, **options: Any) -> bytes:
    file = BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def decoded(data: bytes) -> Image.Image:
    with Image.open(BytesIO(data)) as picture:
        picture.load()
        return picture.copy()


def same(one: Image.Image, other: Image.Image) -> bool:
    return (one.mode, one.size, one.tobytes()) == (other.mode, other.size, other.tobytes())


def furthest(one: Image.Image, other: Image.Image) -> int:
    difference = ImageChops.difference(one, other)
    return max(max(band.tobytes()) for band in difference.split())


def pixel(picture: Image.Image, x_px: int, y_px: int) -> tuple[int, ...]:
    pixel = picture.getpixel((x_px, y_px))
    assert isinstance(pixel, tuple)
    return pixel


def noise(*, side_px: int = 256) -> Image.Image:
    return Image.effect_noise((side_px, side_px), 80).convert("RGB")


def animation(kind: str, *, frames: int = 3) -> bytes:
    pictures = [painting(width_px=48 + i).resize((48, 32)) for i in range(frames)]
    return saved(pictures[0], kind, save_all=True, append_images=pictures[1:], duration=100)


SAMPLES: dict[str, bytes] = {
    "png": saved(painting(), "PNG"),
    "png-alpha": saved(painting("RGBA"), "PNG"),
    "png-palette": saved(painting("P"), "PNG"),
    "png-16-bit": saved(painting("L").convert("I;16"), "PNG"),
    "jpeg": saved(painting(), "JPEG"),
    "jpeg-progressive": saved(painting(), "JPEG", progressive=True),
    "jpeg-cmyk": saved(painting("CMYK"), "JPEG"),
    "webp": saved(painting(), "WEBP"),
    "webp-lossless": saved(painting(), "WEBP", lossless=True),
    "webp-alpha": saved(Image.merge("RGBA", (*painting().split(), painting("L"))), "WEBP"),
    "gif": saved(painting("P"), "GIF"),
    "gif-animated": animation("GIF"),
    "webp-animated": animation("WEBP"),
    "png-animated": animation("PNG"),
}


def swapping_profile() -> bytes:
    """A working RGB profile in which red and blue have changed places."""
    icc = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    for at in range(132, 132 + 12 * int.from_bytes(icc[128:132]), 12):
        name = bytes(icc[at : at + 4])
        icc[at : at + 4] = {b"rXYZ": b"bXYZ", b"bXYZ": b"rXYZ"}.get(name, name)
    # Else it would be taken by its name for what it no longer is.
    return bytes(icc).replace("sRGB".encode("utf-16-be"), "Swap".encode("utf-16-be"))


def png_claiming(width_px: int, height_px: int) -> bytes:
    def chunk(name: bytes, content: bytes) -> bytes:
        checksum = struct.pack(">I", zlib.crc32(name + content))
        return struct.pack(">I", len(content)) + name + content + checksum

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width_px, height_px, 8, 2, 0, 0, 0))
    return PNG_SIGNATURE + header + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


def webp_claiming(width_px: int, height_px: int) -> bytes:
    size = (width_px - 1).to_bytes(3, "little") + (height_px - 1).to_bytes(3, "little")
    body = b"WEBPVP8X" + struct.pack("<I", 10) + b"\0\0\0\0" + size
    return b"RIFF" + struct.pack("<I", len(body)) + body


def gif_claiming(width_px: int, height_px: int) -> bytes:
    data = bytearray(SAMPLES["gif"])
    data[6:10] = struct.pack("<HH", width_px, height_px)
    return bytes(data)


def jpeg_claiming(width_px: int, height_px: int) -> bytes:
    data = bytearray(SAMPLES["jpeg"])
    frame = data.index(b"\xff\xc0")
    data[frame + 5 : frame + 9] = struct.pack(">HH", height_px, width_px)
    return bytes(data)
