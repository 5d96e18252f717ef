"""Neon, photograph, cinema, fantasy, old print: looks that change the light."""

import random

from PIL import Image, ImageChops, ImageDraw, ImageEnhance, ImageFilter, ImageOps

from sandbox.modelslab.painter.colours import from_hue
from sandbox.modelslab.painter.looks import paper


def neon(image: Image.Image, dice: random.Random) -> Image.Image:
    """A dark room in which every outline is a glowing tube."""
    half = image.reduce(2)
    edges = ImageChops.invert(paper.outlines(half, strength=5, floor=3))
    hue = dice.uniform(0.78, 0.95)
    ramp = Image.linear_gradient("L").resize(half.size)
    tubes = ImageOps.colorize(ramp, from_hue(hue, 0.75, 1.0), from_hue(hue + 0.6, 0.8, 1.0))
    tubes = ImageChops.multiply(tubes, paper.grey(edges))
    halo = tubes.reduce(2).filter(ImageFilter.GaussianBlur(5)).resize(half.size)
    halo = paper.levels(halo, [min(255, level * 3) for level in range(256)])
    dark = Image.blend(half, Image.new("RGB", half.size, (24, 6, 48)), 0.5)
    lit = ImageChops.screen(ImageChops.screen(dark, halo), tubes)
    return lit.resize(image.size, Image.Resampling.BICUBIC)


def photo(image: Image.Image, _: random.Random) -> Image.Image:
    """Natural light, dark corners, and the softness of a lens."""
    lit = ImageEnhance.Contrast(image).enhance(1.08)
    return ImageChops.multiply(lit, _vignette(image.size, depth=90))


def cinematic(image: Image.Image, _: random.Random) -> Image.Image:
    """Teal shadows, orange lights, and black bars above and below."""
    red, green, blue = image.split()
    graded = Image.merge(
        "RGB",
        (
            red.point([min(255, n * n // 215 + 4) for n in range(256)]),
            green.point([min(255, n * 245 // 255 + 6) for n in range(256)]),
            blue.point([min(255, 34 + n * 200 // 255) for n in range(256)]),
        ),
    )
    graded = ImageEnhance.Contrast(graded).enhance(1.12)
    graded = ImageChops.multiply(graded, _vignette(image.size, depth=150))
    bar = image.height // 11
    draw = ImageDraw.Draw(graded)
    draw.rectangle((0, 0, image.width, bar), fill=(6, 6, 8))
    draw.rectangle((0, image.height - bar, image.width, image.height), fill=(6, 6, 8))
    return graded


def fantasy(image: Image.Image, dice: random.Random) -> Image.Image:
    """Shafts of golden light through deep colours."""
    rich = ImageEnhance.Color(ImageEnhance.Contrast(image).enhance(1.1)).enhance(1.3)
    wide, high = image.width // 8, image.height // 8
    shafts = Image.new("L", (wide, high))
    draw = ImageDraw.Draw(shafts)
    source = dice.uniform(0.1, 0.9) * wide
    for _ in range(7):
        foot = dice.uniform(-0.3, 1.3) * wide
        half = dice.uniform(0.02, 0.09) * wide
        draw.polygon(
            [(source - 2, -8), (source + 2, -8), (foot + half, high), (foot - half, high)],
            fill=dice.randint(40, 84),
        )
    fade = Image.linear_gradient("L").rotate(180).resize((wide, high))
    shafts = ImageChops.multiply(shafts.filter(ImageFilter.GaussianBlur(2.2)), fade)
    bloom = paper.levels(
        image.reduce(8).filter(ImageFilter.GaussianBlur(4)), [max(0, n - 140) for n in range(256)]
    ).resize((wide, high))
    light = ImageChops.screen(ImageOps.colorize(shafts, (0, 0, 0), (255, 214, 150)), bloom)
    lit = ImageChops.screen(rich, light.resize(image.size, Image.Resampling.BICUBIC))
    return ImageChops.multiply(lit, _vignette(image.size, depth=110))


def sepia(image: Image.Image, _: random.Random) -> Image.Image:
    """Brown and yellowed, with worn corners."""
    grey = ImageOps.autocontrast(image.convert("L"), cutoff=1)
    brown = ImageOps.colorize(grey, (38, 24, 16), (250, 234, 204), mid=(166, 122, 84))
    return ImageChops.multiply(brown, _vignette(image.size, depth=80))


def _vignette(size: tuple[int, int], *, depth: int) -> Image.Image:
    """White in the middle, darker by up to `depth` in the corners."""
    ring = Image.radial_gradient("L").resize((64, 64), Image.Resampling.BILINEAR)
    ring = ring.point([255 - max(0, n - 110) * depth // 145 for n in range(256)])
    return paper.grey(ring.resize(size, Image.Resampling.BICUBIC))
