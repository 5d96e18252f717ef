"""Paper and pens: gradients, glows, smooth shapes in unit coordinates. Knows no subjects."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw

from sandbox.modelslab.painter.colours import Rgb, mix

Point = tuple[float, float]
#: Above this many pixels shapes are drawn at final size; below, at twice that, then halved.
FINE_LIMIT_PX = 1600 * 1600


class Canvas:
    """A picture in the making. All its measures are shares of the shorter side, y downwards."""

    def __init__(self, width_px: int, height_px: int) -> None:
        self.scale = 2 if width_px * height_px <= FINE_LIMIT_PX else 1
        self.size_px = (width_px * self.scale, height_px * self.scale)
        self.unit_px = float(min(self.size_px))
        #: Width and height in units: one of them is 1.
        self.width = self.size_px[0] / self.unit_px
        self.height = self.size_px[1] / self.unit_px
        self.image = Image.new("RGB", self.size_px)
        self.draw = ImageDraw.Draw(self.image)

    def finished(self) -> Image.Image:
        return self.image.reduce(self.scale) if self.scale > 1 else self.image

    def fill_gradient(self, stops: Sequence[Rgb]) -> None:
        """Fill all of it, the first colour on top."""
        steps = 256
        strip = Image.new("RGB", (1, steps))
        for row in range(steps):
            place = row / (steps - 1) * (len(stops) - 1)
            index = min(int(place), len(stops) - 2)
            strip.putpixel((0, row), mix(stops[index], stops[index + 1], place - index))
        self.image.paste(strip.resize(self.size_px, Image.Resampling.BILINEAR))

    def glow(self, x: float, y: float, radius: float, colour: Rgb, strength: float = 1.0) -> None:
        """A soft round light that fades towards its edge."""
        side = max(2, round(radius * 2 * self.unit_px))
        falloff = _FALLOFF.point(
            [round((level / 255) ** 2 * 255 * strength) for level in range(256)]
        )
        mask = falloff.resize((side, side), Image.Resampling.BILINEAR)
        self.image.paste(colour, self._px(x - radius, y - radius), mask)

    def polygon(self, points: Sequence[Point], colour: Rgb) -> None:
        unit = self.unit_px
        self.draw.polygon([(x * unit, y * unit) for x, y in points], fill=colour)

    def oval(self, x: float, y: float, rx: float, ry: float, colour: Rgb) -> None:
        unit = self.unit_px
        box = ((x - rx) * unit, (y - ry) * unit, (x + rx) * unit, (y + ry) * unit)
        self.draw.ellipse(box, fill=colour)

    def box(self, left: float, top: float, right: float, bottom: float, colour: Rgb) -> None:
        unit = self.unit_px
        self.draw.rectangle((left * unit, top * unit, right * unit, bottom * unit), fill=colour)

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
        box_px = (max(2, round(rx * 2 * self.unit_px)), max(2, round(ry * 2 * self.unit_px)))
        falloff = _FALLOFF.point([min(255, round(level * 2 * strength)) for level in range(256)])
        mask = falloff.resize(box_px, Image.Resampling.BILINEAR)
        self.image.paste(colour, self._px(x - rx, y - ry), mask)

    def _px(self, x: float, y: float) -> tuple[int, int]:
        return round(x * self.unit_px), round(y * self.unit_px)


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
        for number, point in enumerate(course):
            here = radius * (1 + (taper - 1) * number / (len(course) - 1))
            self.canvas.oval(*point, here, here, colour)

    def glow(self, x: float, y: float, radius: float, colour: Rgb, strength: float = 1.0) -> None:
        self.canvas.glow(*self.place((x, y)), radius * self.size, colour, strength)


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
