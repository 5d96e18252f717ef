"""Pictures for the tests of this folder, made on the spot."""

from io import BytesIO
from typing import Any

from PIL import Image, ImageDraw


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
