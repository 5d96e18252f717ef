"""Places the figures of a plan: who stands where, how large, in which coat. Shapes none."""

import random
from collections.abc import Callable

from sandbox.modelslab.painter import beasts, things
from sandbox.modelslab.painter.air import Air
from sandbox.modelslab.painter.canvas import Canvas, Pen
from sandbox.modelslab.painter.colours import BLACK, Rgb, from_hue, mix
from sandbox.modelslab.painter.plan import Actor, Plan
from sandbox.modelslab.painter.tones import Tones, tones
from sandbox.modelslab.painter.words import Figure, Scene, Time

Drawing = Callable[[Pen, Tones], None]

_DRAWINGS: dict[Figure, Drawing] = {
    Figure.FOX: beasts.fox,
    Figure.CAT: beasts.cat,
    Figure.BIRD: beasts.bird,
    Figure.FISH: beasts.fish,
    Figure.TREE: things.tree,
    Figure.HOUSE: things.house,
    Figure.BOAT: things.boat,
    Figure.PERSON: things.person,
    Figure.FLOWER: things.flower,
    Figure.ROBOT: things.robot,
    Figure.STAR: things.star,
}
#: None: every one of them is different.
_NATURAL: dict[Figure, Rgb | None] = {
    Figure.FOX: (222, 106, 46),
    Figure.CAT: (112, 108, 122),
    Figure.BIRD: None,
    Figure.FISH: (244, 128, 50),
    Figure.TREE: (74, 148, 84),
    Figure.HOUSE: (238, 214, 178),
    Figure.BOAT: (196, 74, 62),
    Figure.PERSON: None,
    Figure.FLOWER: (238, 112, 150),
    Figure.ROBOT: (150, 166, 188),
    Figure.STAR: (250, 206, 90),
}
#: How much of the shorter side a lone figure takes.
_SIZES = {Figure.TREE: 0.62, Figure.HOUSE: 0.46, Figure.BOAT: 0.46, Figure.STAR: 0.34}
_SIZES |= {Figure.BIRD: 0.36, Figure.FLOWER: 0.46, Figure.FISH: 0.42}
_SIZE = 0.5
#: Stand behind the others, on the far side of the clearing.
_BEHIND = {Figure.TREE, Figure.HOUSE, Figure.BOAT, Figure.STAR}
_MIN_SHARE = 0.42


def paint_cast(canvas: Canvas, plan: Plan, air: Air, dice: random.Random) -> None:
    """All figures, the far ones first."""
    back = [actor for actor in plan.actors if actor.figure in _BEHIND]
    front = [actor for actor in plan.actors if actor.figure not in _BEHIND]
    for actors, behind in ((back, bool(front)), (front, False)):
        heads = [actor for actor in actors for _ in range(actor.count)]
        for number, actor in enumerate(heads):
            x = _x(number, len(heads), canvas, dice, aside=behind)
            crowd = max(_MIN_SHARE, 1 - 0.16 * (len(heads) - 1))
            _paint_one(canvas, plan, air, dice, actor, x=x, share=crowd)


def _x(number: int, count: int, canvas: Canvas, dice: random.Random, *, aside: bool) -> float:
    if count == 1:
        near = dice.choice((0.24, 0.76)) if aside else dice.uniform(0.4, 0.6)
        return near * canvas.width
    share = (number + 0.5) / count + dice.uniform(-0.08, 0.08) / count
    return (0.08 + 0.84 * share) * canvas.width


def _paint_one(
    canvas: Canvas,
    plan: Plan,
    air: Air,
    dice: random.Random,
    actor: Actor,
    *,
    x: float,
    share: float,
) -> None:
    size = _SIZES.get(actor.figure, _SIZE) * share * dice.uniform(0.92, 1.06)
    behind = actor.figure in _BEHIND
    y = canvas.height * (_foot(plan.scene, behind=behind) + dice.uniform(-0.012, 0.012))
    drawing = _DRAWINGS[actor.figure]
    aloft = _is_aloft(actor.figure, plan.scene)
    if aloft:
        y = canvas.height * dice.uniform(0.4, 0.56) + size / 2
        if actor.count > 1:
            y += dice.uniform(-0.14, 0.14)
    if actor.figure is Figure.BIRD and aloft:
        drawing = beasts.flying_bird
    at_night = air.time in (Time.NIGHT, Time.SUNSET)
    coat = tones(_colour(actor, dice), air.figure_light(), at_night=at_night)
    if not aloft:
        dark = mix(air.sky[0], BLACK, 0.5)
        canvas.shadow(x, y, size * 0.44, size * 0.065, dark, 0.5)
    pen = Pen(canvas, x, y, size, flip=dice.random() < 0.5)
    if air.time is Time.NIGHT and plan.scene is not Scene.UNDERWATER:
        pen.glow(0, 0.5, 0.85, mix(air.sky[2], air.lamp, 0.3), 0.32)
    drawing(pen, coat)
    if actor.figure is Figure.PERSON and plan.scene is Scene.SPACE:
        things.helmet(pen, coat)
    if actor.figure is Figure.BOAT and plan.scene is Scene.SEA:
        _wake(canvas, air, dice, x, y, size)


def _foot(scene: Scene, *, behind: bool) -> float:
    """Where feet stand, as a share of the height."""
    match scene:
        case Scene.SEA:
            return 0.74 if behind else 0.92
        case Scene.UNDERWATER | Scene.SKY | Scene.CITY | Scene.SPACE:
            return 0.87 if behind else 0.92
        case _:
            return 0.83 if behind else 0.93


def _is_aloft(figure: Figure, scene: Scene) -> bool:
    if figure in (Figure.FISH, Figure.STAR):
        return True
    return figure is Figure.BIRD and scene in (Scene.SKY, Scene.SEA, Scene.MOUNTAINS, Scene.DESERT)


def _colour(actor: Actor, dice: random.Random) -> Rgb:
    natural = _NATURAL[actor.figure]
    # Thrown in any case, so that naming a colour moves nothing else.
    chance = from_hue(dice.random(), 0.62, 0.86)
    return actor.colour or natural or chance


def _wake(canvas: Canvas, air: Air, dice: random.Random, x: float, y: float, size: float) -> None:
    foam = mix(air.sky[2], (255, 255, 255), 0.3)
    for _ in range(7):
        dx = dice.uniform(-0.55, 0.55) * size
        canvas.oval(x + dx, y + dice.uniform(-0.005, 0.03), size * 0.16, 0.004, foam)
