"""The land from the horizon to your feet, and the table of all places. Draws no figures."""

import math
import random
from collections.abc import Callable

from sandbox.modelslab.painter import rooms, streets, waters
from sandbox.modelslab.painter.air import Air
from sandbox.modelslab.painter.canvas import Canvas
from sandbox.modelslab.painter.colours import WHITE, Rgb, from_hue, mix
from sandbox.modelslab.painter.kinds import Scene, Time
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
    Scene.SEA: waters.sea,
    Scene.LAKE: waters.lake,
    Scene.UNDERWATER: waters.underwater,
    Scene.MOUNTAINS: _mountains,
    Scene.FOREST: _forest,
    Scene.CITY: streets.city,
    Scene.ROAD: streets.road,
    Scene.DESERT: _desert,
    Scene.SNOW: _snow,
    Scene.SPACE: _space,
    Scene.MEADOW: _meadow,
    Scene.ROOM: rooms.room,
    Scene.TABLE: rooms.table,
    Scene.STUDIO: rooms.studio,
}
