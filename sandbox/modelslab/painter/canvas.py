"""Paper and pens: gradients, glows, smooth shapes in unit coordinates. Knows no subjects."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from PIL import Image, ImageDraw, ImageFilter

from sandbox.modelslab.painter.colours import Rgb, mix

Point = tuple[float, float]
#: Above this many pixels shapes are drawn at final size; below, at twice that, then halved.
FINE_LIMIT_PX = 1600 * 1600
#: The shadow under a piece of paper.
SHADE = (24, 14, 40, 76)
#: How high pieces of paper lie on each other, in units.
PAPER_LIFT = 0.007


class Canvas:
    """A picture in the making. All its measures are shares of the shorter side, y downwards."""

    def __init__(self, width_px: int, height_px: int, *, coarse: bool = False) -> None:
        self.scale = 2 if width_px * height_px <= FINE_LIMIT_PX and not coarse else 1
        self.size_px = (width_px * self.scale, height_px * self.scale)
        self.unit_px = float(min(self.size_px))
        #: Width and height in units: one of them is 1.
        self.width = self.size_px[0] / self.unit_px
        self.height = self.size_px[1] / self.unit_px
        self.image = Image.new("RGB", self.size_px)
        self.draw = ImageDraw.Draw(self.image)
        # Mixes what it draws with what is there, which takes longer.
        self._shade = ImageDraw.Draw(self.image, "RGBA")
        #: Without soft lights and shadows, as if everything were cut from paper.
        self.is_flat = False
        #: How far each shape lies above the one under it; its shadow falls that far.
        self.lift = 0.0

    def finished(self) -> Image.Image:
        return self.image.reduce(self.scale) if self.scale > 1 else self.image

    def mirror(self, line: float) -> None:
        """Below the line, show what stands above it upside down."""
        row = round(line * self.unit_px)
        deep = min(row, self.size_px[1] - row)
        above = self.image.crop((0, row - deep, self.size_px[0], row))
        self.image.paste(above.transpose(Image.Transpose.FLIP_TOP_BOTTOM), (0, row))

    def blur(self) -> None:
        """Put everything drawn so far out of focus."""
        small = self.image.reduce(4 * self.scale)
        small = small.filter(ImageFilter.GaussianBlur(min(small.size) / 130))
        self.image.paste(small.resize(self.size_px, Image.Resampling.BILINEAR))

    def fill_gradient(self, stops: Sequence[Rgb]) -> None:
        """Fill all of it, the first colour on top."""
        # Line by line is much faster than stretching a strip over the picture.
        wide, high = self.size_px
        for row in range(high):
            place = row / (high - 1) * (len(stops) - 1)
            index = min(int(place), len(stops) - 2)
            colour = mix(stops[index], stops[index + 1], place - index)
            self.draw.line((0, row, wide, row), fill=colour)

    def glow(self, x: float, y: float, radius: float, colour: Rgb, strength: float = 1.0) -> None:
        """A soft round light that fades towards its edge."""
        if self.is_flat:
            return
        falloff = _FALLOFF.point(_glowing(strength))
        self._stain(x, y, (radius, radius), colour, falloff)

    def polygon(self, points: Sequence[Point], colour: Rgb) -> None:
        unit = self.unit_px
        outline = [(x * unit, y * unit) for x, y in points]
        if self.lift:
            fall = self.lift * self.unit_px
            self._shade.polygon([(x + fall, y + fall) for x, y in outline], fill=SHADE)
        self.draw.polygon(outline, fill=colour)

    def oval(self, x: float, y: float, rx: float, ry: float, colour: Rgb) -> None:
        unit = self.unit_px
        box = ((x - rx) * unit, (y - ry) * unit, (x + rx) * unit, (y + ry) * unit)
        if self.lift and min(rx, ry) > self.lift:
            fall = self.lift * self.unit_px
            self._shade.ellipse([side + fall for side in box], fill=SHADE)
        self.draw.ellipse(box, fill=colour)

    def box(self, left: float, top: float, right: float, bottom: float, colour: Rgb) -> None:
        unit = self.unit_px
        box = (left * unit, top * unit, right * unit, bottom * unit)
        if self.lift and min(right - left, bottom - top) > self.lift * 3:
            fall = self.lift * self.unit_px
            self._shade.rectangle([side + fall for side in box], fill=SHADE)
        self.draw.rectangle(box, fill=colour)

    def line(self, points: Sequence[Point], width: float, colour: Rgb) -> None:
        unit = self.unit_px
        self.draw.line(
            [(x * unit, y * unit) for x, y in points],
            fill=colour,
            width=max(1, round(width * unit)),
            joint="curve",
        )

    def veil(self, colour: Rgb, strength: float, top: float = 0.0, bottom: float = 9.0) -> None:
        """A thin even coat of colour over a band of the picture."""
        first = max(0, round(top * self.unit_px))
        last = min(self.size_px[1], round(bottom * self.unit_px))
        if last <= first:
            return
        box = (0, first, self.size_px[0], last)
        band = self.image.crop(box)
        self.image.paste(Image.blend(band, Image.new("RGB", band.size, colour), strength), box)

    def shadow(
        self, x: float, y: float, rx: float, ry: float, colour: Rgb, strength: float
    ) -> None:
        """A soft flat patch, as under something that stands."""
        if self.is_flat:
            return
        falloff = _FALLOFF.point([min(255, round(level * 2 * strength)) for level in range(256)])
        self._stain(x, y, (rx, ry), colour, falloff)

    def _stain(
        self, x: float, y: float, radii: tuple[float, float], colour: Rgb, falloff: Image.Image
    ) -> None:
        """Put a colour on through a mask, and spend nothing on what lies outside."""
        unit, (wide, high) = self.unit_px, self.size_px
        left, top = round((x - radii[0]) * unit), round((y - radii[1]) * unit)
        across, down = max(2, round(radii[0] * 2 * unit)), max(2, round(radii[1] * 2 * unit))
        box = (max(0, left), max(0, top), min(wide, left + across), min(high, top + down))
        if box[0] >= box[2] or box[1] >= box[3]:
            return
        part = (
            (box[0] - left) / across * falloff.width,
            (box[1] - top) / down * falloff.height,
            (box[2] - left) / across * falloff.width,
            (box[3] - top) / down * falloff.height,
        )
        size = (box[2] - box[0], box[3] - box[1])
        mask = falloff.resize(size, Image.Resampling.BILINEAR, box=part)
        self.image.paste(colour, box, mask)


@lru_cache(maxsize=64)
def _glowing(strength: float) -> list[int]:
    return [round((level / 255) ** 2 * 255 * strength) for level in range(256)]


def _falloff() -> Image.Image:
    # Pillow's own gradient is 0 in the middle, 181 where a side is met and 255 in the corners.
    gradient = Image.radial_gradient("L")
    return gradient.point([max(0, round(255 - level * 255 / 178)) for level in range(256)])


_FALLOFF = _falloff()


@dataclass(frozen=True)
class Pen:
    """Draws one figure: feet at (0, 0), about one high, y upwards, placed and scaled as told."""

    canvas: Canvas
    x: float
    y: float
    size: float
    flip: bool = False

    def place(self, point: Point) -> Point:
        across = -point[0] if self.flip else point[0]
        return self.x + across * self.size, self.y - point[1] * self.size

    def poly(self, points: Sequence[Point], colour: Rgb) -> None:
        self.canvas.polygon([self.place(point) for point in points], colour)

    def blob(self, points: Sequence[Point], colour: Rgb) -> None:
        """A closed smooth curve through all points."""
        self.poly(smooth(points, closed=True), colour)

    def oval(
        self, x: float, y: float, rx: float, ry: float, colour: Rgb, *, tilt: float = 0
    ) -> None:
        """An ellipse; `tilt` in degrees turns it against the clock."""
        if not tilt:
            centre = self.place((x, y))
            self.canvas.oval(*centre, rx * self.size, ry * self.size, colour)
            return
        turn = math.radians(tilt)
        cos, sin = math.cos(turn), math.sin(turn)
        outline = []
        for step in range(40):
            angle = step * math.tau / 40
            dx, dy = rx * math.cos(angle), ry * math.sin(angle)
            outline.append((x + dx * cos - dy * sin, y + dx * sin + dy * cos))
        self.poly(outline, colour)

    def mirrored(self, points: Sequence[Point], colour: Rgb) -> None:
        """The smooth shape and its mirror image about the figure's middle."""
        self.blob(points, colour)
        self.blob([(-x, y) for x, y in points], colour)

    def stroke(
        self, points: Sequence[Point], width: float, colour: Rgb, *, taper: float = 1.0
    ) -> None:
        """A smooth line with round ends; `taper` is the share of the width left at its end."""
        course = [self.place(point) for point in smooth(points, closed=False)]
        radius = width / 2 * self.size
        if taper == 1:
            self.canvas.line(course, width * self.size, colour)
            for end in (course[0], course[-1]):
                self.canvas.oval(*end, radius, radius, colour)
            return
        self.canvas.polygon(_tapered(course, radius, taper), colour)
        for end, reach in ((course[0], radius), (course[-1], radius * taper)):
            self.canvas.oval(*end, reach, reach, colour)

    def glow(self, x: float, y: float, radius: float, colour: Rgb, strength: float = 1.0) -> None:
        self.canvas.glow(*self.place((x, y)), radius * self.size, colour, strength)


def _tapered(course: Sequence[Point], radius: float, taper: float) -> list[Point]:
    """Both banks of a course that narrows evenly towards its end."""
    last = len(course) - 1
    left, right = [], []
    for number, (x, y) in enumerate(course):
        before, after = course[max(0, number - 1)], course[min(last, number + 1)]
        dx, dy = after[0] - before[0], after[1] - before[1]
        reach = radius * (1 + (taper - 1) * number / last) / (math.hypot(dx, dy) or 1.0)
        left.append((x - dy * reach, y + dx * reach))
        right.append((x + dy * reach, y - dx * reach))
    return [*left, *right[::-1]]


def smooth(points: Sequence[Point], *, closed: bool, steps: int = 12) -> list[Point]:
    """Catmull-Rom: a curve that passes through every given point."""
    count = len(points)
    curve: list[Point] = []
    for index in range(count if closed else count - 1):
        before, start, end, after = (
            points[(index + shift) % count]
            if closed
            else points[min(max(index + shift, 0), count - 1)]
            for shift in (-1, 0, 1, 2)
        )
        for step in range(steps):
            curve.append(_between(before, start, end, after, step / steps))
    if not closed:
        curve.append(points[-1])
    return curve


def _between(before: Point, start: Point, end: Point, after: Point, t: float) -> Point:
    def along(a: float, b: float, c: float, d: float) -> float:
        bend = 2 * a - 5 * b + 4 * c - d
        twist = 3 * b - a - 3 * c + d
        return 0.5 * (2 * b + (c - a) * t + bend * t * t + twist * t * t * t)

    return (
        along(before[0], start[0], end[0], after[0]),
        along(before[1], start[1], end[1], after[1]),
    )
