"""The land, the water and the town, from the horizon to your feet. Draws no figures."""

import math
import random
from collections.abc import Callable

from sandbox.modelslab.painter.air import Air
from sandbox.modelslab.painter.canvas import Canvas
from sandbox.modelslab.painter.colours import WHITE, Rgb, from_hue, mix
from sandbox.modelslab.painter.land import (
    cactus,
    conifer,
    far_trees,
    land_colour,
    peaks,
    ridge,
    tufts,
)
from sandbox.modelslab.painter.plan import Plan
from sandbox.modelslab.painter.skies import HORIZON, cloud
from sandbox.modelslab.painter.words import Scene, Time

GRASS: Rgb = (96, 164, 84)
MOSS: Rgb = (44, 92, 66)


def paint_scene(canvas: Canvas, plan: Plan, air: Air, dice: random.Random) -> None:
    _SCENES[plan.scene](canvas, plan, air, dice)


def _meadow(canvas: Canvas, plan: Plan, air: Air, dice: random.Random) -> None:
    green = land_colour(plan, GRASS)
    for step, distance in enumerate((0.8, 0.5, 0.24, 0.0)):
        colour = air.ground(mix(green, (56, 120, 92), distance), distance)
        ridge(canvas, dice, height=HORIZON + step * 0.085, swing=0.035, rough=0.8, colour=colour)
        if step == 2:
            far_trees(canvas, air, dice, HORIZON + 0.15, green)
    tufts(canvas, air, dice, green)


def _mountains(canvas: Canvas, plan: Plan, air: Air, dice: random.Random) -> None:
    rock = land_colour(plan, (104, 110, 134))
    for distance, top, base in ((0.78, 0.3, 0.14), (0.42, 0.4, 0.2)):
        peaks(canvas, air, dice, rock, distance=distance, top=top, spread=base)
    green = land_colour(plan, (70, 124, 90))
    for step, distance in enumerate((0.34, 0.14, 0.0)):
        colour = air.ground(green, distance)
        ridge(canvas, dice, height=0.69 + step * 0.075, swing=0.03, rough=0.8, colour=colour)
    tufts(canvas, air, dice, green)


def _forest(canvas: Canvas, plan: Plan, air: Air, dice: random.Random) -> None:
    green = land_colour(plan, MOSS)
    canvas.glow(canvas.width / 2, canvas.height * 0.6, 0.6, mix(air.sky[2], WHITE, 0.15), 0.5)
    for distance, foot, size in ((0.85, 0.66, 0.34), (0.6, 0.7, 0.42), (0.34, 0.75, 0.5)):
        colour = air.ground(green, distance)
        ridge(canvas, dice, height=foot - 0.02, swing=0.012, rough=0.5, colour=colour)
        count = round(canvas.width * 2.4 / size)
        for number in range(count):
            x = canvas.width * (number + dice.uniform(0.1, 0.9)) / count
            tall = size * dice.uniform(0.7, 1.15)
            conifer(canvas, x, foot * canvas.height + 0.02, tall, colour)
    floor = air.ground(mix(green, (92, 120, 70), 0.4), 0.1)
    ridge(canvas, dice, height=0.76, swing=0.018, rough=0.8, colour=floor)
    # Tall trees on both sides frame the clearing in which the figures stand.
    for side in (0.0, 1.0):
        for step in range(3):
            x = canvas.width * side + (0.5 - side) * (dice.uniform(-0.1, 0.1) + step * 0.16)
            colour = air.ground(mix(green, (20, 40, 40), 0.3), 0.16 - step * 0.05)
            foot = canvas.height * (0.93 - step * 0.05)
            conifer(canvas, x, foot, dice.uniform(0.6, 0.85) - step * 0.1, colour)
    ground = air.ground(mix(green, (70, 104, 60), 0.35), 0.0)
    ridge(canvas, dice, height=0.86, swing=0.014, rough=0.8, colour=ground)
    tufts(canvas, air, dice, green)
    if air.time is Time.NIGHT:
        for _ in range(16):
            x, y = dice.uniform(0, canvas.width), dice.uniform(0.55, 0.95) * canvas.height
            canvas.glow(x, y, 0.02, (250, 236, 130), 0.9)
            canvas.oval(x, y, 0.0028, 0.0028, (255, 250, 200))


def _sea(canvas: Canvas, plan: Plan, air: Air, dice: random.Random) -> None:
    water = land_colour(plan, (36, 118, 172))
    top = HORIZON * canvas.height
    bands = 14
    for band in range(bands):
        share = band / bands
        colour = air.ground(mix(water, (16, 66, 124), share), 0.62 - share * 0.6)
        canvas.box(0, top + (canvas.height - top) * share, canvas.width, canvas.height, colour)
    if dice.random() < 0.7:
        x = dice.choice((dice.uniform(0.0, 0.2), dice.uniform(0.8, 1.0))) * canvas.width
        island = air.ground((72, 100, 96), 0.6)
        canvas.polygon(
            [(x - 0.3, top), (x - 0.1, top - 0.07), (x, top - 0.1), (x + 0.32, top)], island
        )
    for _ in range(90):
        y = dice.uniform(0, 1) ** 1.4
        x = dice.uniform(0, canvas.width)
        long = 0.02 + 0.1 * y * dice.uniform(0.5, 1)
        colour = mix(air.sky[dice.choice((1, 2))], WHITE, 0.35 if air.time is Time.DAY else 0.1)
        height = top + (canvas.height - top) * y
        canvas.oval(x, height, long, 0.0012 + 0.003 * y, mix(colour, water, 0.25))


def _underwater(canvas: Canvas, plan: Plan, air: Air, dice: random.Random) -> None:
    for _ in range(6):
        x = dice.uniform(0, canvas.width)
        for step in range(4):
            canvas.glow(x + step * 0.05, step * 0.16, 0.16, mix(air.sky[0], WHITE, 0.35), 0.22)
    for distance, height in ((0.6, 0.78), (0.3, 0.84), (0.0, 0.9)):
        colour = mix(mix((222, 200, 150), air.sky[1], 0.35), air.sky[2], 0.25 + distance)
        ridge(canvas, dice, height=height, swing=0.02, rough=0.8, colour=colour)
    for _ in range(9):
        _weed(canvas, dice, from_hue(dice.choice((0.36, 0.45, 0.9, 0.06)), 0.55, 0.72), air)
    for _ in range(22):
        x, y = dice.uniform(0, canvas.width), dice.uniform(0.1, 0.9) * canvas.height
        radius = dice.uniform(0.004, 0.014)
        canvas.oval(x, y, radius, radius, mix(air.sky[1], WHITE, 0.4))
        canvas.oval(x, y, radius * 0.75, radius * 0.75, mix(air.sky[1], WHITE, 0.12))


def _weed(canvas: Canvas, dice: random.Random, colour: Rgb, air: Air) -> None:
    x, tall = dice.uniform(0, canvas.width), dice.uniform(0.1, 0.26)
    sway, start = dice.uniform(0.01, 0.03), dice.uniform(0, 6)
    foot = canvas.height * 0.96
    colour = mix(colour, air.sky[2], 0.35)
    for blade in range(3):
        left, right = [], []
        for step in range(15):
            share = step / 14
            middle = x + (blade - 1) * 0.03 + sway * math.sin(share * 6 + start + blade)
            half = 0.013 * (1 - share)
            y = foot - tall * share * (1 - 0.15 * blade)
            left.append((middle - half, y))
            right.append((middle + half, y))
        canvas.polygon(left + right[::-1], mix(colour, WHITE, blade * 0.06))


def _city(canvas: Canvas, plan: Plan, air: Air, dice: random.Random) -> None:
    wall = land_colour(plan, (104, 112, 138))
    lights: list[Rgb] = [(255, 214, 120), (255, 190, 100), (170, 220, 255)]
    for distance, tallest in ((0.7, 0.5), (0.4, 0.42), (0.12, 0.3)):
        x = -0.02
        while x < canvas.width:
            wide = dice.uniform(0.07, 0.14)
            top = canvas.height * (0.78 - tallest * dice.uniform(0.4, 1.0))
            colour = air.ground(mix(wall, from_hue(dice.random(), 0.3, 0.6), 0.25), distance)
            canvas.box(x, top, x + wide, canvas.height * 0.84, colour)
            canvas.box(
                x + wide * 0.7, top, x + wide, canvas.height * 0.84, mix(colour, (0, 0, 20), 0.14)
            )
            if dice.random() < 0.3:
                canvas.line([(x + wide / 2, top), (x + wide / 2, top - 0.06)], 0.005, colour)
            _windows(canvas, air, dice, (x, top, wide), distance, lights)
            x += wide + dice.choice((0.0, 0.006, 0.02))
    canvas.box(0, 0.8 * canvas.height, canvas.width, canvas.height, air.ground((92, 94, 106), 0.1))
    canvas.box(
        0, 0.8 * canvas.height, canvas.width, 0.815 * canvas.height, air.ground((150, 150, 156))
    )
    for step in range(9):
        left = canvas.width * (step / 8) - 0.04
        canvas.box(
            left,
            0.955 * canvas.height,
            left + 0.07,
            0.962 * canvas.height,
            air.ground((236, 226, 190)),
        )


def _windows(
    canvas: Canvas,
    air: Air,
    dice: random.Random,
    block: tuple[float, float, float],
    distance: float,
    lights: list[Rgb],
) -> None:
    x, top, wide = block
    columns, side = 4, wide / 9
    share = 0.45 if air.time in (Time.NIGHT, Time.SUNSET) else 0.12
    row = top + 0.02
    while row < canvas.height * 0.78:
        for column in range(columns):
            left = x + side * (1 + column * 2)
            if dice.random() < share:
                canvas.box(
                    left,
                    row,
                    left + side,
                    row + 0.012,
                    mix(dice.choice(lights), air.sky[2], distance * 0.6),
                )
        row += 0.026


def _desert(canvas: Canvas, plan: Plan, air: Air, dice: random.Random) -> None:
    sand = land_colour(plan, (232, 180, 112))
    for step, distance in enumerate((0.6, 0.4, 0.2, 0.0)):
        colour = air.ground(mix(sand, (190, 116, 76), 0.14 * step), distance)
        height = HORIZON + step * 0.09
        ridge(canvas, dice, height=height, swing=0.05, rough=1.6, colour=colour)
        if step == 2:
            for _ in range(dice.randint(1, 3)):
                x = dice.uniform(0.05, 0.95) * canvas.width
                cactus(canvas, x, (height + 0.06) * canvas.height, dice.uniform(0.1, 0.18), air)


def _snow(canvas: Canvas, plan: Plan, air: Air, dice: random.Random) -> None:
    white = land_colour(plan, (236, 242, 250))
    peaks(canvas, air, dice, (120, 132, 164), distance=0.6, top=0.36, spread=0.12)
    for step, distance in enumerate((0.4, 0.2, 0.08, 0.0)):
        colour = air.ground(mix(white, (176, 200, 232), 0.3 - step * 0.1), distance)
        height = HORIZON + 0.03 + step * 0.08
        ridge(canvas, dice, height=height, swing=0.025, rough=0.8, colour=colour)
        if step < 3:
            for _ in range(6):
                x, tall = dice.uniform(0, canvas.width), dice.uniform(0.1, 0.16) + step * 0.05
                foot = (height + 0.02) * canvas.height
                conifer(canvas, x, foot, tall, air.ground((70, 104, 110), distance))
                canvas.oval(x, foot, tall * 0.3, tall * 0.06, colour)


def _space(canvas: Canvas, plan: Plan, air: Air, dice: random.Random) -> None:
    colour = from_hue(dice.random(), 0.5, 0.85) if plan.tint is None else plan.tint
    x, y = dice.uniform(0.72, 0.88) * canvas.width, dice.uniform(0.22, 0.42) * canvas.height
    radius = dice.uniform(0.08, 0.13)
    canvas.glow(x, y, radius * 1.9, mix(colour, WHITE, 0.2), 0.5)
    canvas.oval(x, y, radius, radius, colour)
    canvas.oval(
        x + radius * 0.12,
        y + radius * 0.14,
        radius * 0.86,
        radius * 0.82,
        mix(colour, (20, 10, 50), 0.25),
    )
    ring = [
        (
            x + radius * 1.8 * math.cos(t / 9),
            y + radius * 0.5 * math.sin(t / 9) - radius * 0.25 * math.cos(t / 9),
        )
        for t in range(-4, 33)
    ]
    canvas.line(ring, 0.008, mix(colour, WHITE, 0.5))
    # A small world to stand on.
    ground = (196, 176, 214)
    cx, cy, big = canvas.width / 2, canvas.height * 0.82 + 1.1, 1.1
    canvas.oval(cx, cy, big + 0.015, big + 0.015, mix(ground, WHITE, 0.4))
    canvas.oval(cx, cy, big, big, mix(ground, (60, 40, 110), 0.35))
    for _ in range(9):
        px = dice.uniform(0.05, 0.95) * canvas.width
        py = dice.uniform(0.9, 1.0) * canvas.height
        size = dice.uniform(0.02, 0.05)
        canvas.oval(px, py, size, size * 0.35, mix(ground, (60, 40, 110), 0.52))
        canvas.oval(px, py + size * 0.06, size * 0.9, size * 0.27, mix(ground, (60, 40, 110), 0.42))


def _clouds_below(canvas: Canvas, plan: Plan, air: Air, dice: random.Random) -> None:
    for step in range(4):
        share = step / 3
        light = 0.15 if air.time is Time.NIGHT else 0.75
        colour = mix(mix(air.sky[1], air.sky[2], share), WHITE, light * share)
        for number in range(7):
            x = canvas.width * (number + dice.uniform(-0.3, 0.3)) / 6
            y = canvas.height * (0.76 + share * 0.13 + dice.uniform(0, 0.04))
            cloud(canvas, x, y, dice.uniform(0.09, 0.13), colour, dice)
        canvas.box(0, canvas.height * (0.77 + share * 0.14), canvas.width, canvas.height, colour)


_SCENES: dict[Scene, Callable[[Canvas, Plan, Air, random.Random], None]] = {
    Scene.SKY: _clouds_below,
    Scene.SEA: _sea,
    Scene.UNDERWATER: _underwater,
    Scene.MOUNTAINS: _mountains,
    Scene.FOREST: _forest,
    Scene.CITY: _city,
    Scene.DESERT: _desert,
    Scene.SNOW: _snow,
    Scene.SPACE: _space,
    Scene.MEADOW: _meadow,
}
