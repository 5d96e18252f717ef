"""Watercolour and oil: colour laid on with a brush."""

import math
import random

from PIL import Image, ImageChops, ImageDraw, ImageEnhance, ImageFilter

from sandbox.modelslab.painter.colours import BLACK, WHITE, mix
from sandbox.modelslab.painter.looks import paper

WHITE_PAPER = (253, 250, 243)


def watercolour(image: Image.Image, dice: random.Random) -> Image.Image:
    """Pale washes that bleed and pool at their edges, on rough paper with a white rim."""
    # On a smaller sheet bleeding costs little and softens like wet paper.
    small = image.reduce(2)
    small = small.filter(ImageFilter.BoxBlur(paper.scaled(small, 3)))
    small = paper.wobble(small, dice, reach_px=min(small.size) / 120, cells=32)
    wash = Image.blend(small, Image.new("RGB", small.size, (255, 253, 246)), 0.22)
    wash = ImageEnhance.Color(wash.filter(ImageFilter.SMOOTH)).enhance(1.5)
    pools = paper.outlines(small, strength=4, floor=5).filter(ImageFilter.BoxBlur(1))
    pools = pools.point([255 - min(76, (255 - n) // 2) for n in range(256)])
    blooms = paper.grain(small.size, dice, depth=16, cells=14, soft=0.8)
    rough = paper.grain(image.size, dice, depth=6, cells=220, soft=0.8)
    wash = ImageChops.multiply(wash, paper.grey(ImageChops.multiply(pools, blooms)))
    wash = wash.resize(image.size, Image.Resampling.BICUBIC)
    return _rimmed(ImageChops.multiply(wash, paper.grey(rough)), dice)


def _rimmed(wash: Image.Image, dice: random.Random) -> Image.Image:
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
    return Image.composite(wash, Image.new("RGB", wash.size, WHITE_PAPER), mask)


def oil(image: Image.Image, dice: random.Random) -> Image.Image:
    """Thick strokes, broad ones under fine ones, that catch the light."""
    side = min(image.size)
    rich = ImageEnhance.Color(image).enhance(1.25)
    small = rich.reduce(4)
    edges = small.convert("L").filter(ImageFilter.FIND_EDGES)
    canvas = rich.copy()
    _strokes(canvas, small, edges.filter(ImageFilter.MaxFilter(9)), dice, 1500, 0.046, 18)
    # Details stand on top of the broad strokes; fine strokes soften their edges.
    details = edges.filter(ImageFilter.MaxFilter(5)).filter(ImageFilter.BoxBlur(2))
    details = details.point([min(255, level * 6) for level in range(256)])
    canvas.paste(rich, (0, 0), details.resize(image.size, Image.Resampling.BILINEAR))
    _strokes(canvas, small, edges.filter(ImageFilter.MaxFilter(3)), dice, 4200, 0.017, 70)
    lit = paper.relief(canvas, reach=max(1, side // 512))
    lit = lit.point([max(0, min(255, 128 + (n - 128) * 3)) for n in range(256)])
    return ImageChops.overlay(canvas, paper.grey(lit))


def _strokes(
    canvas: Image.Image,
    small: Image.Image,
    edges: Image.Image,
    dice: random.Random,
    count: int,
    long: float,
    calm: int,
) -> None:
    """Dabs where the edges are no stronger than `calm`, in the colours of the small picture."""
    draw = ImageDraw.Draw(canvas)
    colours, busy = small.tobytes(), edges.tobytes()
    side = min(canvas.size)
    width = max(1, round(long * side * 0.34))
    for _ in range(round(count * canvas.width * canvas.height / side**2)):
        column, row = dice.randrange(small.width), dice.randrange(small.height)
        place = row * small.width + column
        if busy[place] > calm:
            continue
        red, green, blue = colours[place * 3 : place * 3 + 3]
        tone = dice.uniform(-0.1, 0.1)
        colour = mix((red, green, blue), WHITE if tone > 0 else BLACK, abs(tone))
        x, y = column * 4, row * 4
        # Brushes follow a slow swirl, so that neighbours lie side by side.
        turn = 2.4 * math.sin(x / canvas.width * 5 + 1) + 1.8 * math.cos(y / canvas.height * 4)
        dx, dy = math.cos(turn) * long * side / 2, math.sin(turn) * long * side / 2
        draw.line((x - dx, y - dy, x + dx, y + dy), fill=colour, width=width)
