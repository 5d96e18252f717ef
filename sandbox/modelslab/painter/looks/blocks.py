"""Pixel art and low poly: pictures made of few flat pieces."""

import random

from PIL import Image, ImageDraw, ImageEnhance, ImageFilter

from sandbox.modelslab.painter.colours import BLACK, WHITE, Rgb, mix

PIXELS_ACROSS = 112
PALETTE = 28
#: Cells of the coarsest and of the finest facets along the longer side.
COARSE_CELLS, FINE_CELLS = 12, 96


def pixel(image: Image.Image, _: random.Random) -> Image.Image:
    """Crisp squares in a small palette."""
    side = max(1, max(image.size) // PIXELS_ACROSS)
    small = image.resize((image.width // side, image.height // side), Image.Resampling.BOX)
    small = ImageEnhance.Color(small).enhance(1.2)
    small = small.quantize(
        PALETTE, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE
    ).convert("RGB")
    return small.resize(image.size, Image.Resampling.NEAREST)


def low_poly(image: Image.Image, dice: random.Random) -> Image.Image:
    """Triangles, small where much happens and large where little does."""
    step = max(image.size) / FINE_CELLS
    columns, rows = round(image.width / step), round(image.height / step)
    small = (
        ImageEnhance.Color(image).enhance(1.2).resize((columns * 2, rows * 2), Image.Resampling.BOX)
    )
    edges = small.convert("L").filter(ImageFilter.FIND_EDGES).filter(ImageFilter.MaxFilter(3))
    picture = image.copy()
    facets = _Facets(ImageDraw.Draw(picture), small, step, dice)
    largest = FINE_CELLS // COARSE_CELLS
    for row in range(0, rows, largest):
        for column in range(0, columns, largest):
            facets.divide(edges, column, row, largest)
    return picture


class _Facets:
    """A grid with jittered corners whose cells are drawn as two triangles each."""

    def __init__(
        self, draw: ImageDraw.ImageDraw, small: Image.Image, step: float, dice: random.Random
    ) -> None:
        self._draw, self._small, self._step, self._dice = draw, small, step, dice
        self._colours = small.tobytes()
        self._corners: dict[tuple[int, int], tuple[float, float]] = {}

    def divide(self, edges: Image.Image, column: int, row: int, span: int) -> None:
        box = (column * 2, row * 2, (column + span) * 2, (row + span) * 2)
        if span > 1 and max(edges.crop(box).tobytes()) > 26:
            half = span // 2
            for down in (0, half):
                for across in (0, half):
                    self.divide(edges, column + across, row + down, half)
            return
        self._cell(column, row, span)

    def _cell(self, column: int, row: int, span: int) -> None:
        one, two = self._corner(column, row), self._corner(column + span, row)
        three, four = self._corner(column + span, row + span), self._corner(column, row + span)
        pieces = [(one, two, three), (one, three, four)]
        if (column + row) % 2:
            pieces = [(one, two, four), (two, three, four)]
        for piece in pieces:
            self._draw.polygon(piece, fill=self._colour(piece))

    def _corner(self, column: int, row: int) -> tuple[float, float]:
        place = self._corners.get((column, row))
        if place is None:
            jitter = self._step * 0.3
            place = (
                column * self._step + (self._dice.uniform(-jitter, jitter) if column else 0.0),
                row * self._step + (self._dice.uniform(-jitter, jitter) if row else 0.0),
            )
            self._corners[column, row] = place
        return place

    def _colour(self, piece: tuple[tuple[float, float], ...]) -> Rgb:
        x = int(sum(x for x, _ in piece) / 3 / self._step * 2)
        y = int(sum(y for _, y in piece) / 3 / self._step * 2)
        spot = (min(max(x, 0), self._small.width - 1), min(max(y, 0), self._small.height - 1))
        place = (spot[1] * self._small.width + spot[0]) * 3
        red, green, blue = self._colours[place : place + 3]
        tone = self._dice.uniform(-0.07, 0.07)
        return mix((red, green, blue), WHITE if tone > 0 else BLACK, abs(tone))
