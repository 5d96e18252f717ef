"""Pieces of land that several scenes share: hills, peaks, trees, grass. Composes no scene."""

import math
import random
from collections.abc import Callable

from sandbox.modelslab.painter.air import Air
from sandbox.modelslab.painter.canvas import Canvas, Point
from sandbox.modelslab.painter.colours import WHITE, Rgb, from_hue, mix
from sandbox.modelslab.painter.plan import Plan


def ridge(
    canvas: Canvas, dice: random.Random, *, height: float, swing: float, rough: float, colour: Rgb
) -> None:
    """One line of hills across the picture, filled down to the bottom. Heights in shares."""
    waves = [
        (swing / (1 + number * rough), (number + 1) * dice.uniform(0.7, 1.4), dice.uniform(0, 7))
        for number in range(4)
    ]
    steps = 72
    points: list[Point] = [(0, canvas.height)]
    for step in range(steps + 1):
        x = canvas.width * step / steps
        rise = sum(size * math.sin(x * pace * 3 + start) for size, pace, start in waves)
        points.append((x, height * canvas.height - rise))
    canvas.polygon([*points, (canvas.width, canvas.height)], colour)


def peaks(
    canvas: Canvas,
    air: Air,
    dice: random.Random,
    rock: Rgb,
    *,
    distance: float,
    top: float,
    spread: float,
) -> None:
    """Pointed mountains with a lit flank, a dark flank and a white cap."""
    sunny = air.ground(mix(rock, WHITE, 0.12), distance)
    shady = air.ground(mix(rock, (50, 50, 80), 0.35), distance)
    snow, snow_shade = air.ground((246, 248, 252), distance * 0.5), air.ground((196, 206, 230), 0.3)
    foot = 0.78 * canvas.height
    for number in range(5):
        x = canvas.width * (number + dice.uniform(-0.3, 0.3)) / 4
        peak = canvas.height * (top + dice.uniform(0, spread))
        left, right = x - dice.uniform(0.26, 0.4), x + dice.uniform(0.26, 0.4)
        bend = x + dice.uniform(-0.03, 0.05)
        canvas.polygon([(left, foot), (x, peak), (bend, foot)], sunny)
        canvas.polygon([(x, peak), (right, foot), (bend, foot)], shady)
        cap = 0.3

        def down(end: float, share: float, x: float = x, peak: float = peak) -> Point:
            return x + (end - x) * share, peak + (foot - peak) * share

        middle = down(bend, cap * 0.75)
        canvas.polygon(
            [(x, peak), down(left, cap), down((left + bend) / 2, cap * 0.7), middle], snow
        )
        shade = [(x, peak), down(right, cap * 0.9), down((right + bend) / 2, cap * 0.6), middle]
        canvas.polygon(shade, snow_shade)


def conifer(canvas: Canvas, x: float, foot: float, tall: float, colour: Rgb) -> None:
    """A fir of stacked skirts, the light from the left."""
    trunk = tall * 0.03
    canvas.box(x - trunk, foot - tall * 0.2, x + trunk, foot, mix(colour, (40, 26, 24), 0.5))
    lighter = mix(colour, WHITE, 0.07)
    for skirt in range(4):
        top = foot - tall * (1 - skirt * 0.21)
        bottom = foot - tall * (0.58 - skirt * 0.17)
        wide = tall * (0.1 + skirt * 0.052)
        canvas.polygon([(x, top), (x - wide, bottom), (x + wide, bottom)], colour)
        canvas.polygon([(x, top), (x - wide, bottom), (x - wide * 0.2, bottom)], lighter)


def cactus(canvas: Canvas, x: float, foot: float, tall: float, air: Air) -> None:
    colour, thick = air.ground((70, 130, 84), 0.12), tall * 0.2
    joints: tuple[list[Point], ...] = (
        [(x, foot), (x, foot - tall)],
        [
            (x, foot - tall * 0.4),
            (x - tall * 0.32, foot - tall * 0.4),
            (x - tall * 0.32, foot - tall * 0.72),
        ],
        [
            (x, foot - tall * 0.3),
            (x + tall * 0.3, foot - tall * 0.3),
            (x + tall * 0.3, foot - tall * 0.58),
        ],
    )
    for number, joint in enumerate(joints):
        wide = thick if number == 0 else thick * 0.7
        canvas.line(joint, wide, colour)
        for point in joint:
            canvas.oval(*point, wide / 2, wide / 2, colour)


def far_trees(canvas: Canvas, air: Air, dice: random.Random, height: float, green: Rgb) -> None:
    colour = air.ground(mix(green, (30, 84, 66), 0.55), 0.34)
    for _ in range(dice.randint(4, 8)):
        x, size = dice.uniform(0, canvas.width), dice.uniform(0.02, 0.04)
        foot = (height + 0.02) * canvas.height
        canvas.box(x - 0.004, foot - size, x + 0.004, foot + 0.01, mix(colour, (60, 40, 30), 0.4))
        canvas.oval(x, foot - size * 1.5, size, size * 1.15, colour)


def tufts(
    canvas: Canvas,
    air: Air,
    dice: random.Random,
    green: Rgb,
    *,
    clear: Callable[[float], bool] = lambda _: False,
) -> None:
    """Blades of grass along the bottom, except where it is to be clear."""
    for _ in range(60):
        x, y = dice.uniform(0, canvas.width), dice.uniform(0.86, 1.02) * canvas.height
        if clear(x):
            continue
        tall = dice.uniform(0.012, 0.03)
        colour = air.ground(mix(green, WHITE, dice.uniform(0.0, 0.2)))
        lean = dice.uniform(-0.01, 0.01)
        canvas.polygon([(x - 0.004, y), (x + lean, y - tall), (x + 0.004, y)], colour)


def land_colour(plan: Plan, natural: Rgb) -> Rgb:
    """The natural colour of the land, or another where the prompt leaves it to chance."""
    if plan.hue is not None:
        return from_hue(plan.hue + 0.55, 0.45, 0.62)
    return natural if plan.tint is None else mix(natural, plan.tint, 0.3)
