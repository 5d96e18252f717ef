"""Ink, line art, comic and anime: looks that live by their outlines."""

import random

from PIL import Image, ImageChops, ImageEnhance, ImageFilter, ImageOps

from sandbox.modelslab.painter.looks import paper

#: Up to this side, lines are bold enough as they are.
SMALL_PX = 640
INK = (28, 26, 34)
SHEET = (252, 248, 238)


def ink(image: Image.Image, dice: random.Random) -> Image.Image:
    """Pen lines, and hatching that crosses where it is dark."""
    image = paper.wobble(image, dice, reach_px=min(image.size) / 500, cells=24)
    tone = ImageOps.autocontrast(image.convert("L"), cutoff=1).filter(ImageFilter.BoxBlur(3))
    drawing = paper.outlines(image, strength=14, floor=5)
    side = min(image.size)
    pitch = max(3, side // 84)
    for below, falling, share in ((150, True, 1.0), (95, False, 1.0), (50, True, 0.5)):
        lines = paper.hatching(
            image.size,
            max(2, round(pitch * share)),
            falling=falling,
            width=max(1, side // 480),
        )
        light = tone.point([255 if level > below else 0 for level in range(256)])
        drawing = ImageChops.multiply(drawing, ImageChops.lighter(lines, light))
    return ImageOps.colorize(drawing, INK, SHEET)


def line_art(image: Image.Image, dice: random.Random) -> Image.Image:
    """One thin line on a lot of white."""
    image = paper.wobble(image, dice, reach_px=min(image.size) / 300, cells=14)
    drawing = paper.outlines(image, strength=16, floor=6)
    return ImageOps.colorize(drawing, INK, (255, 255, 255))


def comic(image: Image.Image, _: random.Random) -> Image.Image:
    """Strong flat colours, halftone in the shade, bold outlines, a frame."""
    flat = Image.blend(image, ImageOps.posterize(image, 2), 0.35)
    flat = ImageEnhance.Color(flat).enhance(1.5)
    flat = paper.levels(flat, [min(255, round(255 * (n / 255) ** 0.72)) for n in range(256)])
    side = min(image.size)
    raster = paper.dots(image.size, max(3, side // 110))
    # A dot is as large as the tone under it is dark.
    shade = ImageChops.subtract(raster, ImageChops.invert(image.convert("L")), offset=70)
    shade = shade.point([196 if level < 96 else 255 for level in range(256)])
    lines = paper.outlines(image, strength=9, floor=8, bold=3 if side > SMALL_PX else 0)
    page = ImageChops.multiply(flat, paper.grey(ImageChops.multiply(shade, lines)))
    framed = ImageOps.expand(
        page.crop((0, 0, image.width, image.height)), border=max(2, side // 160), fill=(16, 14, 20)
    )
    framed = ImageOps.expand(framed, border=max(3, side // 45), fill=(250, 248, 240))
    return framed.resize(image.size, Image.Resampling.BILINEAR)


def anime(image: Image.Image, _: random.Random) -> Image.Image:
    """Two tones a colour, clean outlines, and bright air."""
    cel = ImageOps.posterize(image.filter(ImageFilter.BoxBlur(2)), 3)
    cel = Image.blend(image, paper.levels(cel, [min(255, n + 14) for n in range(256)]), 0.6)
    cel = ImageEnhance.Color(cel).enhance(1.45)
    lines = paper.outlines(image, strength=5, floor=9)
    drawn = ImageChops.multiply(
        cel, paper.grey(lines.point([90 + n * 165 // 255 for n in range(256)]))
    )
    bloom = image.reduce(8).filter(ImageFilter.GaussianBlur(5))
    bloom = paper.levels(bloom, [max(0, n - 150) for n in range(256)])
    return ImageChops.screen(drawn, bloom.resize(image.size, Image.Resampling.BILINEAR))
