"""Makes a finished picture look painted, pixelled, inked, aged or glowing. Changes no subject."""

import random

from PIL import Image, ImageChops, ImageEnhance, ImageFilter, ImageOps

from sandbox.modelslab.painter.colours import from_hue
from sandbox.modelslab.painter.words import Style

PIXELS_ACROSS = 112


def apply(image: Image.Image, style: Style, dice: random.Random) -> Image.Image:
    match style:
        case Style.WATERCOLOUR:
            return _watercolour(image, dice)
        case Style.PIXEL:
            return _pixel(image)
        case Style.NEON:
            return _neon(image, dice)
        case Style.INK:
            return _ink(image)
        case Style.SEPIA:
            grey = ImageOps.autocontrast(image.convert("L"), cutoff=1)
            return ImageOps.colorize(grey, (38, 24, 16), (250, 234, 204), mid=(166, 122, 84))
        case _:
            return image


def _watercolour(image: Image.Image, dice: random.Random) -> Image.Image:
    """Pale washes that pool at their edges, on rough paper that stays white at the rim."""
    small = image.reduce(4).filter(ImageFilter.ModeFilter(3)).filter(ImageFilter.SMOOTH)
    wash = Image.blend(small, Image.new("RGB", small.size, (255, 253, 246)), 0.3)
    wash = ImageEnhance.Color(wash).enhance(1.45).resize(image.size, Image.Resampling.BICUBIC)
    pools = small.convert("L").filter(ImageFilter.FIND_EDGES).filter(ImageFilter.GaussianBlur(1))
    pools = pools.point([255 - min(70, level) for level in range(256)])
    grain = Image.frombytes("L", (128, 128), dice.randbytes(128 * 128))
    grain = grain.filter(ImageFilter.GaussianBlur(1.2)).point([225 + n // 8 for n in range(256)])
    paper = grain.resize(image.size, Image.Resampling.BICUBIC)
    paper = ImageChops.multiply(paper, pools.resize(image.size, Image.Resampling.BICUBIC))
    return _on_paper(ImageChops.multiply(wash, _grey(paper)), dice)


def _on_paper(wash: Image.Image, dice: random.Random) -> Image.Image:
    """Leave a ragged white rim, as a wet brush does."""
    cells, rim_cells = 28, 1
    rim = Image.new("L", (cells, cells), 255)
    for across in range(cells):
        for down in range(cells):
            deep = min(across, down, cells - 1 - across, cells - 1 - down)
            if deep < rim_cells:
                rim.putpixel((across, down), 0)
            elif deep == rim_cells:
                rim.putpixel((across, down), dice.choice((60, 130, 190)))
    mask = rim.resize(wash.size, Image.Resampling.BICUBIC).point(
        [max(0, min(255, (level - 70) * 4)) for level in range(256)]
    )
    return Image.composite(wash, Image.new("RGB", wash.size, (253, 250, 243)), mask)


def _pixel(image: Image.Image) -> Image.Image:
    side = max(1, max(image.size) // PIXELS_ACROSS)
    small = image.resize((image.width // side, image.height // side), Image.Resampling.BOX)
    small = small.quantize(28, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).convert(
        "RGB"
    )
    return small.resize(image.size, Image.Resampling.NEAREST)


def _neon(image: Image.Image, dice: random.Random) -> Image.Image:
    """A dark room in which every outline is a glowing tube."""
    half = image.reduce(2)
    edges = half.convert("L").filter(ImageFilter.FIND_EDGES)
    edges = edges.point([min(255, level * 6) for level in range(256)])
    hue = dice.uniform(0.78, 0.95)
    ramp = Image.linear_gradient("L").resize(half.size)
    tubes = ImageOps.colorize(ramp, from_hue(hue, 0.75, 1.0), from_hue(hue + 0.6, 0.8, 1.0))
    tubes = ImageChops.multiply(tubes, _grey(edges))
    halo = tubes.reduce(2).filter(ImageFilter.GaussianBlur(5)).resize(half.size)
    halo = halo.point([min(255, level * 3) for level in range(256)] * 3)
    dark = Image.blend(half, Image.new("RGB", half.size, (24, 6, 48)), 0.5)
    lit = ImageChops.screen(ImageChops.screen(dark, halo), tubes)
    return lit.resize(image.size, Image.Resampling.BICUBIC)


def _ink(image: Image.Image) -> Image.Image:
    """Pen outlines over a thin grey wash."""
    grey = image.convert("L")
    lines = grey.filter(ImageFilter.GaussianBlur(1)).filter(ImageFilter.FIND_EDGES)
    lines = lines.point([255 - min(255, max(0, level - 3) * 16) for level in range(256)])
    wash = ImageOps.posterize(grey.filter(ImageFilter.GaussianBlur(2)), 3)
    wash = wash.point([150 + level * 105 // 255 for level in range(256)])
    return ImageOps.colorize(ImageChops.multiply(wash, lines), (28, 26, 34), (252, 248, 238))


def _grey(one: Image.Image) -> Image.Image:
    return Image.merge("RGB", (one, one, one))
