"""The isometric manner: a small block of land on a clean ground, and the figures on it."""

import random

from sandbox.modelslab.painter.air import Air
from sandbox.modelslab.painter.canvas import Canvas, Pen
from sandbox.modelslab.painter.cast import Spot, paint_actor
from sandbox.modelslab.painter.colours import BLACK, WHITE, Rgb, from_hue, mix
from sandbox.modelslab.painter.figures import plants
from sandbox.modelslab.painter.kinds import Scene, Time
from sandbox.modelslab.painter.land import cactus, conifer, land_colour
from sandbox.modelslab.painter.plan import Plan
from sandbox.modelslab.painter.stagecraft import BEHIND, SIZES
from sandbox.modelslab.painter.tones import tones

_TOPS: dict[Scene, Rgb] = {
    Scene.SEA: (70, 160, 206),
    Scene.LAKE: (84, 164, 200),
    Scene.UNDERWATER: (52, 128, 186),
    Scene.FOREST: (92, 148, 88),
    Scene.CITY: (150, 152, 162),
    Scene.ROAD: (142, 178, 104),
    Scene.DESERT: (236, 194, 128),
    Scene.SNOW: (238, 244, 250),
    Scene.SPACE: (160, 140, 196),
    Scene.MEADOW: (126, 190, 98),
    Scene.MOUNTAINS: (130, 168, 116),
    Scene.SKY: (226, 238, 248),
    Scene.ROOM: (202, 158, 112),
    Scene.TABLE: (196, 146, 100),
    Scene.STUDIO: (206, 196, 214),
}
#: Half the width and the height of the block's top, and how thick it is.
REACH, RISE, THICK = 0.44, 0.24, 0.12
MIDDLE = 0.62


def paint_diorama(canvas: Canvas, plan: Plan, air: Air, dice: random.Random) -> None:
    night = air.time is Time.NIGHT
    ground = mix(from_hue(dice.random(), 0.14, 0.95), (40, 44, 92), 0.72 if night else 0.0)
    canvas.fill_gradient((mix(ground, WHITE, 0.35), ground, mix(ground, BLACK, 0.08)))
    x, y = canvas.width / 2, canvas.height * MIDDLE
    light = air.figure_light()
    top = tones(land_colour(plan, _TOPS[plan.scene]), light).main
    canvas.shadow(x, y + RISE + THICK * 0.8, 0.6, 0.16, mix(ground, BLACK, 0.6), 0.5)
    soil = tones((150, 108, 78), light).main
    for depth, colour in ((THICK, soil), (THICK * 0.32, top)):
        west = [(x - REACH, y), (x, y + RISE), (x, y + RISE + depth), (x - REACH, y + depth)]
        east = [(x + REACH, y), (x, y + RISE), (x, y + RISE + depth), (x + REACH, y + depth)]
        canvas.polygon(west, mix(colour, BLACK, 0.12))
        canvas.polygon(east, mix(colour, BLACK, 0.3))
    canvas.polygon([(x - REACH, y), (x, y - RISE), (x + REACH, y), (x, y + RISE)], top)
    inner = 0.93
    canvas.polygon(
        [
            (x - REACH * inner, y),
            (x, y - RISE * inner),
            (x + REACH * inner, y),
            (x, y + RISE * inner),
        ],
        mix(top, WHITE, 0.1),
    )
    _furnish(canvas, plan, air, dice, x, y)
    _people(canvas, plan, air, dice, x, y)


def _furnish(canvas: Canvas, plan: Plan, air: Air, dice: random.Random, x: float, y: float) -> None:
    """A few things of the place along the two far edges."""
    for number in range(7):
        share = (number + 0.5) / 7 * 2 - 1
        px = x + share * REACH * 0.86
        py = y - RISE * 0.8 * (1 - abs(share)) + 0.02
        match plan.scene:
            case Scene.FOREST | Scene.MOUNTAINS | Scene.LAKE | Scene.SNOW:
                green = (66, 118, 88) if plan.scene is not Scene.SNOW else (112, 150, 150)
                conifer(canvas, px, py, dice.uniform(0.16, 0.24), air.ground(green))
            case Scene.DESERT:
                if number % 2:
                    cactus(canvas, px, py, dice.uniform(0.07, 0.12), air)
            case Scene.CITY:
                _block(canvas, air, dice, px, py)
            case Scene.MEADOW | Scene.ROAD:
                coat = tones((86, 158, 88), air.figure_light())
                plants.tree(Pen(canvas, px, py, dice.uniform(0.13, 0.18)), coat)
            case _:
                pass


def _block(canvas: Canvas, air: Air, dice: random.Random, x: float, foot: float) -> None:
    """A little house tower with two walls and a roof."""
    wide, tall = 0.05, dice.uniform(0.1, 0.26)
    slope = wide * RISE / REACH
    wall = tones(from_hue(dice.random(), 0.28, 0.86), air.figure_light()).main
    for side, shade in ((-1, 0.06), (1, 0.26)):
        canvas.polygon([(x, foot + slope), (x + side * wide, foot), (x + side * wide, foot - tall),
                        (x, foot + slope - tall)], mix(wall, BLACK, shade))  # fmt: skip
    canvas.polygon([(x, foot + slope - tall), (x - wide, foot - tall), (x, foot - slope - tall),
                    (x + wide, foot - tall)], mix(wall, WHITE, 0.25))  # fmt: skip
    lamp = (255, 220, 130) if air.time is Time.NIGHT else mix(wall, (60, 80, 120), 0.5)
    for row in range(int(tall / 0.045)):
        py = foot - tall + 0.03 + row * 0.045
        canvas.box(x - wide * 0.7, py, x - wide * 0.35, py + 0.018, lamp)
        canvas.box(x + wide * 0.35, py, x + wide * 0.7, py + 0.018, lamp)


def _people(canvas: Canvas, plan: Plan, air: Air, dice: random.Random, x: float, y: float) -> None:
    heads = [actor for actor in plan.actors for _ in range(actor.count)]
    heads.sort(key=lambda actor: actor.figure not in BEHIND)
    share = max(0.34, 0.78 - 0.13 * (len(heads) - 1))
    for number, actor in enumerate(heads):
        along = number / (len(heads) - 1) * 2 - 1 if len(heads) > 1 else 0.0
        deep = 0.0 if actor.figure in BEHIND else 0.35
        size = SIZES.get(actor.figure, 0.5) * share
        px = x + along * REACH * 0.52
        py = y + RISE * (deep * (1 - abs(along)) + 0.12)
        paint_actor(canvas, plan, air, dice, actor, Spot(px, py, size))
