"""Indoors: a room, a table in it, and a photographer's backdrop. Draws no figures."""

import math
import random

from sandbox.modelslab.painter.air import Air
from sandbox.modelslab.painter.canvas import Canvas
from sandbox.modelslab.painter.colours import WHITE, Rgb, from_hue, mix
from sandbox.modelslab.painter.kinds import Time
from sandbox.modelslab.painter.land import conifer
from sandbox.modelslab.painter.plan import Plan

LAMPLIGHT: Rgb = (255, 206, 128)
WOOD: Rgb = (158, 108, 72)


def room(canvas: Canvas, plan: Plan, air: Air, dice: random.Random) -> None:
    """A wall with a window, a picture, a lamp, an armchair and a rug."""
    wide, high = canvas.width, canvas.height
    wall = _wall(canvas, plan, air, dice, bottom=0.72)
    floor = _indoor(mix(WOOD, WHITE, 0.1), air)
    canvas.box(0, high * 0.72, wide, high, floor)
    for step in range(4):
        y = high * (0.755 + step * 0.068)
        canvas.line([(0, y), (wide, y)], 0.003, mix(floor, (40, 20, 10), 0.25))
    canvas.box(0, high * 0.7, wide, high * 0.725, mix(wall, WHITE, 0.45))
    left = dice.random() < 0.5
    _window(canvas, plan, air, dice, x=wide * (0.3 if left else 0.7), y=high * 0.32, size=0.2)
    _painting(canvas, dice, x=wide * (0.7 if left else 0.3), y=high * 0.24)
    rug = _indoor(from_hue(dice.random(), 0.45, 0.7), air)
    canvas.oval(wide / 2, high * 0.9, 0.42, 0.07, mix(rug, (30, 10, 20), 0.25))
    canvas.oval(wide / 2, high * 0.895, 0.38, 0.058, rug)
    canvas.oval(wide / 2, high * 0.893, 0.28, 0.04, mix(rug, WHITE, 0.3))
    _armchair(canvas, air, dice, x=wide * (0.84 if left else 0.16), foot=high * 0.86)
    _floor_lamp(canvas, air, x=wide * (0.97 if left else 0.03), foot=high * 0.82)


def table(canvas: Canvas, plan: Plan, air: Air, dice: random.Random) -> None:
    """A table top by a window."""
    wide, high = canvas.width, canvas.height
    _wall(canvas, plan, air, dice, bottom=0.8)
    x = wide * dice.choice((0.2, 0.8))
    _window(canvas, plan, air, dice, x=x, y=high * 0.3, size=0.26)
    wood = _indoor(WOOD, air)
    canvas.box(0, high * 0.74, wide, high, wood)
    canvas.box(0, high * 0.74, wide, high * 0.75, mix(wood, WHITE, 0.3))
    for _ in range(22):
        y = dice.uniform(0.77, 1.0) * high
        start, long = dice.uniform(-0.2, wide), dice.uniform(0.2, 0.7)
        points = [
            (start + long * step / 6, y + 0.003 * math.sin(step + y * 40)) for step in range(7)
        ]
        canvas.line(points, 0.002, mix(wood, (60, 30, 20), dice.uniform(0.15, 0.35)))
    canvas.shadow(wide - x, high * 0.9, 0.7, 0.16, mix(wood, (30, 14, 10), 0.6), 0.2)
    canvas.glow(x, high * 0.86, 0.5, mix(air.lamp, WHITE, 0.3), 0.28)


def studio(canvas: Canvas, plan: Plan, air: Air, dice: random.Random) -> None:
    """A soft backdrop with lights out of focus."""
    base = plan.tint or from_hue(dice.random(), 0.38, 0.62)
    dark = air.time is Time.NIGHT
    low = mix(base, (16, 14, 30), 0.72 if dark else 0.3)
    canvas.fill_gradient((mix(base, (16, 14, 30), 0.6 if dark else 0.12), base, low))
    canvas.glow(canvas.width / 2, canvas.height * 0.42, 0.75, mix(base, WHITE, 0.5), 0.6)
    for _ in range(16):
        x, y = dice.uniform(0, canvas.width), dice.uniform(0, 0.8) * canvas.height
        radius = dice.uniform(0.03, 0.08)
        colour = mix(from_hue(dice.random(), 0.35, 1.0), base, 0.35)
        canvas.glow(x, y, radius * 1.3, colour, 0.5)


def _wall(canvas: Canvas, plan: Plan, air: Air, dice: random.Random, *, bottom: float) -> Rgb:
    natural = dice.choice(((206, 190, 164), (150, 176, 170), (196, 160, 148), (140, 156, 186)))
    paper = natural if plan.tint is None else mix(natural, plan.tint, 0.65)
    wall = _indoor(paper, air)
    canvas.box(0, 0, canvas.width, canvas.height * bottom, wall)
    stripe = mix(wall, WHITE, 0.07)
    count = round(canvas.width * 14)
    for number in range(0, count, 2):
        x = canvas.width * number / count
        canvas.box(x, 0, x + canvas.width / count, canvas.height * bottom, stripe)
    return wall


def _indoor(colour: Rgb, air: Air) -> Rgb:
    """Lamplight at night, daylight else."""
    if air.time is Time.NIGHT:
        return mix(mix(colour, (40, 26, 60), 0.42), LAMPLIGHT, 0.1)
    return mix(colour, air.ambient, 0.1)


def _window(
    canvas: Canvas, plan: Plan, air: Air, dice: random.Random, *, x: float, y: float, size: float
) -> None:
    tall = size * 1.25
    frame = _indoor((244, 240, 230), air)
    canvas.box(x - size - 0.016, y - tall - 0.016, x + size + 0.016, y + tall + 0.016, frame)
    bands = 24
    for band in range(bands):
        share = band / (bands - 1)
        top, low = (0, 1) if share < 0.5 else (1, 2)
        colour = mix(air.sky[top], air.sky[low], share * 2 - top)
        canvas.box(x - size, y - tall + 2 * tall * share * 0.96, x + size, y + tall, colour)
    canvas.oval(x + size * 0.45, y - tall * 0.5, size * 0.2, size * 0.2, air.lamp)
    if air.time is Time.NIGHT:
        for _ in range(12):
            canvas.oval(x + dice.uniform(-0.9, 0.9) * size, y + dice.uniform(-0.9, 0.2) * tall,
                        0.0022, 0.0022, WHITE)  # fmt: skip
    hill = air.ground((96, 150, 92), 0.35)
    canvas.polygon(
        [
            (x - size, y + tall),
            (x - size, y + tall * 0.62),
            (x - size * 0.3, y + tall * 0.5),
            (x + size * 0.4, y + tall * 0.66),
            (x + size, y + tall * 0.56),
            (x + size, y + tall),
        ],
        hill,
    )
    for dx in (-0.6, -0.35, 0.5):
        conifer(canvas, x + dx * size, y + tall * 0.8, size * 0.45, air.ground((52, 100, 76), 0.3))
    for line in ([(x, y - tall), (x, y + tall)], [(x - size, y), (x + size, y)]):
        canvas.line(line, 0.012, frame)
    canvas.box(x - size - 0.035, y + tall + 0.01, x + size + 0.035, y + tall + 0.032, frame)
    cloth = _indoor(from_hue(dice.random(), 0.35, 0.85), air)
    for side in (-1, 1):
        edge = x + side * (size + 0.03)
        canvas.polygon(
            [
                (edge + side * 0.03, y - tall - 0.03),
                (x + side * size * 0.45, y - tall - 0.03),
                (x + side * size * 0.8, y),
                (edge + side * 0.01, y + tall + 0.06),
                (edge + side * 0.05, y + tall + 0.06),
            ],
            cloth,
        )
        fold = [(x + side * size * 0.75, y - tall), (x + side * (size * 0.95), y), (edge, y + tall)]
        canvas.line(fold, 0.006, mix(cloth, (40, 20, 40), 0.22))
    canvas.line([(x - size - 0.09, y - tall - 0.03), (x + size + 0.09, y - tall - 0.03)], 0.012,
                mix(WOOD, (40, 20, 20), 0.3))  # fmt: skip


def _painting(canvas: Canvas, dice: random.Random, *, x: float, y: float) -> None:
    hue = dice.random()
    canvas.box(x - 0.11, y - 0.085, x + 0.11, y + 0.085, (176, 134, 72))
    canvas.box(x - 0.095, y - 0.07, x + 0.095, y + 0.07, from_hue(hue, 0.3, 0.92))
    canvas.oval(x + 0.045, y - 0.03, 0.018, 0.018, (250, 226, 150))
    canvas.polygon([(x - 0.095, y + 0.07), (x - 0.03, y - 0.03), (x + 0.04, y + 0.07)],
                   from_hue(hue + 0.3, 0.4, 0.6))  # fmt: skip
    canvas.polygon(
        [(x - 0.02, y + 0.07), (x + 0.05, y), (x + 0.095, y + 0.05), (x + 0.095, y + 0.07)],
        from_hue(hue + 0.4, 0.45, 0.5),
    )


def _armchair(canvas: Canvas, air: Air, dice: random.Random, *, x: float, foot: float) -> None:
    cloth = _indoor(from_hue(dice.random(), 0.42, 0.66), air)
    shade = mix(cloth, (30, 16, 40), 0.25)
    canvas.shadow(x, foot, 0.2, 0.03, (30, 16, 20), 0.5)
    for side in (-0.1, 0.1):
        canvas.line(
            [(x + side, foot - 0.03), (x + side, foot)], 0.014, mix(WOOD, (30, 10, 10), 0.4)
        )
    canvas.oval(x, foot - 0.22, 0.13, 0.12, shade)
    canvas.box(x - 0.13, foot - 0.22, x + 0.13, foot - 0.02, shade)
    canvas.oval(x, foot - 0.1, 0.12, 0.035, mix(cloth, WHITE, 0.16))
    canvas.box(x - 0.12, foot - 0.1, x + 0.12, foot - 0.03, cloth)
    for side in (-0.13, 0.13):
        canvas.oval(x + side, foot - 0.13, 0.038, 0.032, mix(cloth, WHITE, 0.08))
        canvas.box(x + side - 0.032, foot - 0.13, x + side + 0.032, foot - 0.02, cloth)


def _floor_lamp(canvas: Canvas, air: Air, *, x: float, foot: float) -> None:
    at_night = air.time is Time.NIGHT
    canvas.line([(x, foot), (x, foot - 0.36)], 0.012, (86, 66, 58))
    canvas.oval(x, foot, 0.045, 0.01, (86, 66, 58))
    shade = LAMPLIGHT if at_night else (240, 226, 190)
    canvas.polygon([(x - 0.08, foot - 0.34), (x - 0.05, foot - 0.46), (x + 0.05, foot - 0.46),
                    (x + 0.08, foot - 0.34)], shade)  # fmt: skip
    if at_night:
        canvas.glow(x, foot - 0.38, 0.62, LAMPLIGHT, 0.6)
