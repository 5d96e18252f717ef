"""What the looks share: outlines, grain, dots, relief. Knows no style."""

import random
from functools import lru_cache

from PIL import Image, ImageChops, ImageDraw, ImageFilter

Levels = list[int]


def grey(one: Image.Image) -> Image.Image:
    """One channel as a colour picture."""
    return Image.merge("RGB", (one, one, one))


def scaled(image: Image.Image, reach_px: int) -> int:
    """What a length in a picture of 1024 px is in this one; at least 1."""
    return max(1, round(reach_px * min(image.size) / 1024))


def levels(image: Image.Image, table: Levels) -> Image.Image:
    """Every level of every channel through the same table."""
    return image.point(table * len(image.getbands()))


def outlines(image: Image.Image, *, strength: float, floor: int = 4, bold: int = 0) -> Image.Image:
    """Dark lines on white where neighbouring colours differ; `bold` makes them thicker."""
    step = scaled(image, 2)
    steps = [
        ImageChops.difference(image, ImageChops.offset(image, *by)) for by in ((step, 0), (0, step))
    ]
    bands = ImageChops.lighter(*steps).split()
    most = ImageChops.lighter(ImageChops.lighter(bands[0], bands[1]), bands[2])
    # The left and the upper rim were compared with the other side of the picture.
    ImageDraw.Draw(most).rectangle((0, 0, image.width - 1, image.height - 1), outline=0, width=3)
    if bold:
        most = most.filter(ImageFilter.MaxFilter(bold)).filter(ImageFilter.BoxBlur(1))
    return most.point([255 - min(255, max(0, round((n - floor) * strength))) for n in range(256)])


def grain(
    size: tuple[int, int], dice: random.Random, *, depth: int, cells: int = 128, soft: float = 1.0
) -> Image.Image:
    """Uneven light as on paper: from 255 - 2 * depth to 255."""
    noise = Image.frombytes("L", (cells, cells), dice.randbytes(cells * cells))
    noise = noise.filter(ImageFilter.GaussianBlur(soft))
    noise = noise.point(
        [max(0, min(255, 255 - depth + (n - 128) * depth // 40)) for n in range(256)]
    )
    return noise.resize(size, Image.Resampling.BICUBIC)


def relief(image: Image.Image, *, reach: int) -> Image.Image:
    """Grey 128 where it is flat, lighter where it rises towards the light at the upper left."""
    height = image.convert("L")
    lower = ImageChops.offset(height, reach, reach)
    bump = ImageChops.subtract(height, lower, scale=2, offset=128)
    # The left and the upper rim were compared with the other side of the picture.
    bump.paste(128, (0, 0, bump.width, reach))
    bump.paste(128, (0, 0, reach, bump.height))
    return bump


@lru_cache(maxsize=4)
def dots(size: tuple[int, int], pitch: int) -> Image.Image:
    """Round grey hills on a slanted grid: with a threshold they are halftone dots."""
    tile = Image.new("L", (pitch * 2, pitch * 2))
    hill = Image.radial_gradient("L").resize((pitch, pitch), Image.Resampling.BILINEAR)
    for place in ((0, 0), (pitch, pitch)):
        tile.paste(hill, place)
    for place in ((pitch, 0), (0, pitch)):
        tile.paste(ImageChops.invert(hill), place)
    return _tiled(tile, size)


@lru_cache(maxsize=8)
def hatching(size: tuple[int, int], pitch: int, *, falling: bool, width: int) -> Image.Image:
    """White paper with dark slanted lines."""
    tile = Image.new("L", (pitch * 8, pitch * 8), 255)
    draw = ImageDraw.Draw(tile)
    side = pitch * 8
    for start in range(-side, side * 2, pitch):
        ends = (start, 0, start + side, side) if falling else (start, side, start + side, 0)
        draw.line(ends, fill=0, width=width)
    return _tiled(tile, size)


def _tiled(tile: Image.Image, size: tuple[int, int]) -> Image.Image:
    whole = Image.new("L", size)
    for left in range(0, size[0], tile.width):
        for top in range(0, size[1], tile.height):
            whole.paste(tile, (left, top))
    return whole


def wobble(image: Image.Image, dice: random.Random, *, reach_px: float, cells: int) -> Image.Image:
    """Bend the picture a little, as a hand does that holds no ruler."""
    wide, high = image.size
    shifts = [
        [
            (dice.uniform(-reach_px, reach_px), dice.uniform(-reach_px, reach_px))
            if 0 < column < cells and 0 < row < cells
            else (0.0, 0.0)
            for column in range(cells + 1)
        ]
        for row in range(cells + 1)
    ]

    def corner(column: int, row: int) -> tuple[float, float]:
        dx, dy = shifts[row][column]
        return column * wide / cells + dx, row * high / cells + dy

    mesh = []
    for row in range(cells):
        for column in range(cells):
            box = (
                column * wide // cells,
                row * high // cells,
                (column + 1) * wide // cells,
                (row + 1) * high // cells,
            )
            quad = (
                *corner(column, row),
                *corner(column, row + 1),
                *corner(column + 1, row + 1),
                *corner(column + 1, row),
            )
            mesh.append((box, quad))
    return image.transform(image.size, Image.Transform.MESH, mesh, Image.Resampling.BILINEAR)
