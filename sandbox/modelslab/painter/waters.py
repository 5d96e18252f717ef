"""Water: the sea, a lake, the deep. Draws no figures."""

import math
import random

from sandbox.modelslab.painter.air import Air
from sandbox.modelslab.painter.canvas import Canvas
from sandbox.modelslab.painter.colours import WHITE, Rgb, from_hue, mix
from sandbox.modelslab.painter.kinds import Figure, Time
from sandbox.modelslab.painter.land import conifer, land_colour, peaks, ridge, tufts
from sandbox.modelslab.painter.plan import Plan
from sandbox.modelslab.painter.skies import HORIZON

#: Whoever is not one of these needs sand under the feet.
_AFLOAT = frozenset(
    {
        Figure.BOAT,
        Figure.FISH,
        Figure.WHALE,
        Figure.LIGHTHOUSE,
        Figure.BIRD,
        Figure.BUTTERFLY,
        Figure.BALLOON,
        Figure.PLANE,
        Figure.ROCKET,
        Figure.STAR,
    }
)


def sea(canvas: Canvas, plan: Plan, air: Air, dice: random.Random) -> None:
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
    if any(actor.figure not in _AFLOAT for actor in plan.actors):
        _beach(canvas, plan, air, dice)


def _beach(canvas: Canvas, plan: Plan, air: Air, dice: random.Random) -> None:
    sand = air.ground(land_colour(plan, (238, 210, 156)), 0.02)
    for height, colour in ((0.785, mix(sand, WHITE, 0.7)), (0.8, mix(sand, (150, 110, 80), 0.25)),
                           (0.82, sand)):  # fmt: skip
        state = dice.getstate()
        ridge(canvas, dice, height=height, swing=0.012, rough=0.6, colour=colour)
        dice.setstate(state)
    for _ in range(26):
        x, y = dice.uniform(0, canvas.width), dice.uniform(0.86, 1.0) * canvas.height
        size = dice.uniform(0.002, 0.006)
        canvas.oval(x, y, size * 1.4, size, mix(sand, (140, 100, 80), dice.uniform(0.2, 0.5)))


def lake(canvas: Canvas, plan: Plan, air: Air, dice: random.Random) -> None:
    """Still water between mountains, and their mirror image in it."""
    peaks(canvas, air, dice, land_colour(plan, (104, 110, 134)), distance=0.6, top=0.3, spread=0.1)
    green = land_colour(plan, (44, 92, 66))
    ridge(canvas, dice, height=0.6, swing=0.012, rough=0.6, colour=air.ground(green, 0.5))
    for number in range(round(26 * canvas.width)):
        x = canvas.width * number / round(26 * canvas.width) + dice.uniform(-0.02, 0.02)
        tall = dice.uniform(0.05, 0.11)
        conifer(canvas, x, 0.63 * canvas.height, tall, air.ground(green, dice.uniform(0.3, 0.5)))
    shore = 0.63
    canvas.mirror(shore * canvas.height)
    canvas.veil(air.ground((48, 116, 160), 0.25), 0.36, shore * canvas.height)
    for _ in range(46):
        share = dice.random() ** 1.3
        y = (shore + 0.01 + (0.99 - shore) * share) * canvas.height
        long = 0.02 + 0.1 * share
        canvas.oval(dice.uniform(0, canvas.width), y, long, 0.001 + 0.0024 * share,
                    mix(air.sky[2], WHITE, 0.25))  # fmt: skip
    if any(actor.figure not in _AFLOAT for actor in plan.actors) or not plan.actors:
        bank = air.ground(mix(land_colour(plan, (96, 150, 84)), (60, 100, 60), 0.4))
        ridge(canvas, dice, height=0.87, swing=0.02, rough=0.7, colour=bank)
        tufts(canvas, air, dice, bank)


def underwater(canvas: Canvas, plan: Plan, air: Air, dice: random.Random) -> None:
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
