"""Streets: a town, and a road through the land. Draws no figures."""

import random

from sandbox.modelslab.painter.air import Air
from sandbox.modelslab.painter.canvas import Canvas
from sandbox.modelslab.painter.colours import Rgb, from_hue, mix
from sandbox.modelslab.painter.kinds import Time, Weather
from sandbox.modelslab.painter.land import far_trees, land_colour, ridge, tufts
from sandbox.modelslab.painter.plan import Plan
from sandbox.modelslab.painter.skies import HORIZON


def city(canvas: Canvas, plan: Plan, air: Air, dice: random.Random) -> None:
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
    if plan.weather in (Weather.RAIN, Weather.STORM):
        for _ in range(40):
            y = dice.uniform(0.83, 1.0) * canvas.height
            canvas.oval(dice.uniform(0, canvas.width), y, dice.uniform(0.02, 0.06), 0.002,
                        mix(dice.choice(lights), air.sky[1], 0.5))  # fmt: skip
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


def road(canvas: Canvas, plan: Plan, air: Air, dice: random.Random) -> None:
    """A road that comes from the hills and widens towards you."""
    green = land_colour(plan, (112, 162, 84))
    for step, distance in enumerate((0.7, 0.4, 0.1)):
        colour = air.ground(mix(green, (56, 120, 92), distance), distance)
        ridge(canvas, dice, height=HORIZON + step * 0.06, swing=0.025, rough=0.8, colour=colour)
        if step == 1:
            far_trees(canvas, air, dice, HORIZON + 0.09, green)
    tar, verge = air.ground((92, 94, 104), 0.06), air.ground((206, 196, 168), 0.08)
    top, bend = HORIZON + 0.13, dice.choice((-0.16, 0.16))
    steps = 26
    rows = []
    for step in range(steps + 1):
        share = step / steps
        middle = canvas.width * (0.5 + bend * (1 - share) ** 2)
        rows.append((middle, canvas.height * (top + (1 - top) * share), 0.012 + 0.36 * share**1.5))
    for widen, colour in ((1.12, verge), (1.0, tar)):
        left = [(x - wide * widen, y) for x, y, wide in rows]
        right = [(x + wide * widen, y) for x, y, wide in rows]
        canvas.polygon([*left, *right[::-1]], colour)
    paint = air.ground((244, 232, 190))
    for step in range(2, steps - 1, 4):
        (x, y, wide), (next_x, next_y, next_wide) = rows[step], rows[step + 2]
        thin, thick = wide * 0.035, next_wide * 0.035
        canvas.polygon([(x - thin, y), (x + thin, y), (next_x + thick, next_y),
                        (next_x - thick, next_y)], paint)  # fmt: skip
    tufts(canvas, air, dice, green, clear=lambda x: abs(x - rows[-3][0]) < rows[-3][2] * 1.15)
