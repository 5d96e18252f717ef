"""Places the figures of a plan: who stands where, how large, in which coat. Shapes none."""

import random
from dataclasses import dataclass

from sandbox.modelslab.painter import stagecraft
from sandbox.modelslab.painter.air import Air
from sandbox.modelslab.painter.canvas import Canvas, Pen
from sandbox.modelslab.painter.colours import BLACK, Rgb, from_hue, lit, mix
from sandbox.modelslab.painter.figures.people import Head, helmet
from sandbox.modelslab.painter.kinds import PEOPLE, Figure, Scene, Time
from sandbox.modelslab.painter.plan import Actor, Look, Plan
from sandbox.modelslab.painter.stagecraft import BEHIND, DRAWINGS, NATURAL, SADDLES, SIZES
from sandbox.modelslab.painter.tones import Tones, tones

SIZE = 0.5
#: How many stand in one row; a larger crowd makes two.
ROW = 5
#: How large the second row is to the first.
FAR = 0.82
SKINS: tuple[Rgb, ...] = ((246, 208, 178), (232, 180, 142), (190, 132, 94), (122, 80, 58))
HAIRS: tuple[Rgb, ...] = (
    (58, 42, 36),
    (104, 66, 42),
    (162, 106, 58),
    (228, 188, 108),
    (40, 36, 44),
)
EYES: tuple[Rgb, ...] = ((94, 62, 42), (70, 120, 170), (86, 132, 84), (60, 48, 44))


@dataclass(frozen=True)
class Spot:
    """Where one figure stands: its feet in units of the canvas, and its size."""

    x: float
    y: float
    size: float


def paint_cast(canvas: Canvas, plan: Plan, air: Air, dice: random.Random) -> None:
    """All figures, the far ones first."""
    if plan.close and plan.actors:
        _paint_near(canvas, plan, air, dice)
        return
    if plan.riding and plan.actors[1].figure in SADDLES:
        _paint_rider(canvas, plan, air, dice)
        return
    back = [actor for actor in plan.actors if actor.figure in BEHIND]
    front = [actor for actor in plan.actors if actor.figure not in BEHIND]
    for actors, behind in ((back, bool(front)), (front, False)):
        heads = [actor for actor in actors for _ in range(actor.count)]
        half = len(heads) // 2 if len(heads) > ROW else 0
        crowd = max(0.36, 1 - 0.16 * (len(heads) - half - 1))
        for row, is_far in ((heads[:half], True), (heads[half:], False)):
            for number, actor in enumerate(row):
                x = _x(number, len(row), canvas, dice, aside=behind)
                share = crowd * (FAR if is_far else 1)
                spot = _spot(canvas, plan, dice, actor, x=x, share=share)
                if is_far:
                    spot = Spot(spot.x, spot.y - 0.1 * canvas.height, spot.size)
                paint_actor(canvas, plan, air, dice, actor, spot)


def _x(number: int, count: int, canvas: Canvas, dice: random.Random, *, aside: bool) -> float:
    if count == 1:
        near = dice.choice((0.24, 0.76)) if aside else dice.uniform(0.42, 0.58)
        return near * canvas.width
    share = (number + 0.5) / count + dice.uniform(-0.08, 0.08) / count
    return (0.06 + 0.88 * share) * canvas.width


def _spot(
    canvas: Canvas, plan: Plan, dice: random.Random, actor: Actor, *, x: float, share: float
) -> Spot:
    size = SIZES.get(actor.figure, SIZE) * share * dice.uniform(0.92, 1.06)
    if plan.scene is Scene.TABLE:
        size *= 1.25
    foot = stagecraft.foot(plan.scene, behind=actor.figure in BEHIND)
    y = canvas.height * (foot + dice.uniform(-0.012, 0.012))
    if stagecraft.is_aloft(actor.figure, plan.scene):
        y = canvas.height * dice.uniform(0.4, 0.54) + size / 2
        if actor.count > 1:
            spread = 0.14 if actor.count <= ROW else 0.22
            y += dice.uniform(-spread, spread)
    return Spot(x, y, size)


def paint_actor(
    canvas: Canvas, plan: Plan, air: Air, dice: random.Random, actor: Actor, spot: Spot
) -> Pen:
    """One figure at its spot, with its shadow; the pen tells how it was put there."""
    aloft = stagecraft.is_aloft(actor.figure, plan.scene)
    coat = _coat(actor, air, dice)
    if not aloft:
        dark = mix(air.sky[0], BLACK, 0.5)
        canvas.shadow(spot.x, spot.y, spot.size * 0.44, spot.size * 0.065, dark, 0.5)
    pen = Pen(canvas, spot.x, spot.y, spot.size, flip=dice.random() < 0.5)
    if air.time is Time.NIGHT and plan.scene not in stagecraft.LIT_ROOMS:
        pen.glow(0, 0.5, 0.85, mix(air.sky[2], air.lamp, 0.3), 0.32)
    _draw(pen, coat, actor.figure, plan, air, dice, aloft=aloft)
    if actor.figure is Figure.BOAT and plan.scene in (Scene.SEA, Scene.LAKE):
        _wake(canvas, air, dice, spot)
    return pen


def _draw(
    pen: Pen,
    coat: Tones,
    figure: Figure,
    plan: Plan,
    air: Air,
    dice: random.Random,
    *,
    aloft: bool,
) -> None:
    if figure in PEOPLE:
        stagecraft.PEOPLE_DRAWINGS[figure](pen, coat, _head(plan.look, air, dice))
        if plan.scene is Scene.SPACE and figure not in (Figure.ASTRONAUT, Figure.KNIGHT):
            helmet(pen, coat)
        return
    flying = stagecraft.FLYING.get(figure) if aloft else None
    (flying or DRAWINGS[figure])(pen, coat)


def _paint_rider(canvas: Canvas, plan: Plan, air: Air, dice: random.Random) -> None:
    """The first figure on the second, and nobody else: they need the room."""
    rider, mount = plan.actors[0], plan.actors[1]
    spot = _spot(canvas, plan, dice, mount, x=canvas.width / 2, share=1.0)
    under = paint_actor(canvas, plan, air, dice, mount, spot)
    x, y = under.place(SADDLES[mount.figure])
    pen = Pen(canvas, x, y, SIZES.get(rider.figure, SIZE) * 0.62, flip=under.flip)
    _draw(pen, _coat(rider, air, dice), rider.figure, plan, air, dice, aloft=False)


def _paint_near(canvas: Canvas, plan: Plan, air: Air, dice: random.Random) -> None:
    """The first figure's head and shoulders."""
    actor = plan.actors[0]
    coat = _coat(actor, air, dice)
    flip = dice.random() < 0.5
    middle = canvas.width / 2
    bust = stagecraft.BUSTS.get(actor.figure)
    if bust is not None:
        # Larger and higher in a tall picture, so that less of it is wall.
        taller = min(0.3, canvas.height - 1)
        pen = Pen(canvas, middle, canvas.height - 0.06 - taller * 0.8, 0.8 + taller, flip=flip)
        bust(pen, coat, _head(plan.look, air, dice))
        return
    top = 0.98 if actor.figure not in stagecraft.LONG_HEADED else 1.1
    size = 1.0 if actor.figure in stagecraft.LONG_HEADED else 1.2
    shift = 0.35 * size if actor.figure in stagecraft.LONG_HEADED else 0.0
    x = middle + (-shift if flip else shift)
    pen = Pen(canvas, x, canvas.height * 0.1 + top * size, size, flip=flip)
    _draw(pen, coat, actor.figure, plan, air, dice, aloft=False)


def _coat(actor: Actor, air: Air, dice: random.Random) -> Tones:
    # Thrown in any case, so that naming a colour moves nothing else.
    chance = from_hue(dice.random(), 0.62, 0.86)
    colour = actor.colour or NATURAL[actor.figure] or chance
    at_night = air.time in (Time.NIGHT, Time.SUNSET)
    return tones(colour, air.figure_light(), at_night=at_night)


def _head(look: Look, air: Air, dice: random.Random) -> Head:
    light = air.figure_light()
    skin, hair, eyes = dice.choice(SKINS), dice.choice(HAIRS), dice.choice(EYES)
    return Head(
        skin=lit(skin, light),
        hair=lit(look.hair or hair, light),
        eyes=lit(look.eyes or eyes, light),
        beard=look.beard,
    )


def _wake(canvas: Canvas, air: Air, dice: random.Random, spot: Spot) -> None:
    foam = mix(air.sky[2], (255, 255, 255), 0.3)
    for _ in range(7):
        dx = dice.uniform(-0.55, 0.55) * spot.size
        y = spot.y + dice.uniform(-0.005, 0.03)
        canvas.oval(spot.x + dx, y, spot.size * 0.16, 0.004, foam)
