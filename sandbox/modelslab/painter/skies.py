"""Everything above the horizon: stars, sun and moon, clouds, and what falls from them."""

import math
import random

from sandbox.modelslab.painter.air import Air
from sandbox.modelslab.painter.canvas import Canvas
from sandbox.modelslab.painter.colours import WHITE, Rgb, mix
from sandbox.modelslab.painter.kinds import Light, Scene, Time, Weather
from sandbox.modelslab.painter.plan import Plan

#: Where the horizon lies, as a share of the height.
HORIZON = 0.62
_SKYLESS = (Scene.UNDERWATER, Scene.ROOM, Scene.TABLE, Scene.STUDIO)
_DULL = (Weather.RAIN, Weather.STORM, Weather.FOG)
_BOW: tuple[Rgb, ...] = (
    (226, 72, 72),
    (242, 152, 66),
    (248, 224, 96),
    (104, 194, 112),
    (82, 148, 226),
    (140, 98, 200),
)


def paint_sky(canvas: Canvas, plan: Plan, air: Air, dice: random.Random) -> None:
    top, middle, low = air.sky
    if plan.scene in (Scene.UNDERWATER, Scene.SPACE, Scene.SKY):
        canvas.fill_gradient((top, middle, low))
    else:
        canvas.fill_gradient((top, middle, low, low))
    if plan.scene in _SKYLESS:
        return
    if plan.scene is Scene.SPACE:
        _nebula(canvas, dice)
    clear = plan.weather not in _DULL
    if air.time is Time.NIGHT and clear:
        _stars(canvas, dice, count=260 if plan.scene is Scene.SPACE else 130)
    if clear:
        _lamp(canvas, plan, air, dice)
    if plan.weather is Weather.AURORA:
        _aurora(canvas, dice)
    if plan.scene is not Scene.SPACE:
        _clouds(canvas, plan, air, dice)
    if plan.weather is Weather.RAINBOW:
        _rainbow(canvas, air)
    if plan.weather is Weather.STORM:
        _lightning(canvas, dice)


def _lamp(canvas: Canvas, plan: Plan, air: Air, dice: random.Random) -> None:
    x = canvas.width * dice.choice((dice.uniform(0.16, 0.34), dice.uniform(0.66, 0.84)))
    if plan.scene is Scene.SPACE:
        # The right side has a planet.
        x = min(x, canvas.width - x)
    low = air.time in (Time.SUNSET, Time.DAWN) and plan.light is Light.SUN
    y = canvas.height * (dice.uniform(0.44, 0.54) if low else dice.uniform(0.16, 0.26))
    radius = 0.12 if low else 0.085
    canvas.glow(x, y, radius * 6, mix(air.lamp, air.sky[1], 0.25), 0.75)
    canvas.glow(x, y, radius * 2.6, air.lamp, 0.8)
    canvas.oval(x, y, radius, radius, air.lamp)
    if plan.light is Light.MOON:
        shade = mix(air.lamp, air.sky[1], 0.16)
        for dx, dy, size in ((-0.3, -0.25, 0.26), (0.35, 0.1, 0.18), (-0.1, 0.45, 0.2)):
            crater = radius * size
            canvas.oval(x + dx * radius, y + dy * radius, crater, crater, shade)


def _stars(canvas: Canvas, dice: random.Random, *, count: int) -> None:
    for _ in range(count):
        x, y = dice.uniform(0, canvas.width), dice.uniform(0, canvas.height * 0.8)
        size = dice.choice((0.0012, 0.0012, 0.0018, 0.0026))
        colour = mix(WHITE, dice.choice(((170, 200, 255), (255, 220, 170))), dice.random() * 0.6)
        canvas.oval(x, y, size, size, colour)
        if size > 0.002 and dice.random() < 0.35:
            canvas.line([(x - size * 4, y), (x + size * 4, y)], 0.001, colour)
            canvas.line([(x, y - size * 4), (x, y + size * 4)], 0.001, colour)


def _nebula(canvas: Canvas, dice: random.Random) -> None:
    colours: list[Rgb] = [(196, 72, 160), (70, 110, 220), (90, 210, 200), (240, 140, 110)]
    x, y = dice.uniform(0.1, 0.4) * canvas.width, dice.uniform(0.2, 0.7) * canvas.height
    slope = dice.uniform(-0.5, 0.5)
    for step in range(12):
        along = x + step * 0.06 * canvas.width
        across = y + slope * step * 0.06 + dice.uniform(-0.09, 0.09)
        canvas.glow(along, across, dice.uniform(0.12, 0.3), dice.choice(colours), 0.3)


def _aurora(canvas: Canvas, dice: random.Random) -> None:
    """Curtains of green and violet light."""
    for curtain in range(3):
        start, pace = dice.uniform(0, 6), dice.uniform(3, 6)
        base = canvas.height * (0.24 + 0.1 * curtain)
        steps = 30
        for step in range(steps):
            x = canvas.width * step / steps
            y = base + 0.06 * math.sin(x * pace + start) + 0.02 * math.sin(x * pace * 2.7)
            fade = 0.5 + 0.5 * math.sin(x * 5 + start * 2)
            canvas.shadow(x, y - 0.1, 0.03, 0.2, (120, 90, 220), 0.07 + 0.1 * fade)
            canvas.shadow(x, y, 0.032, 0.11, (76, 240, 170), 0.1 + 0.16 * fade)


def _rainbow(canvas: Canvas, air: Air) -> None:
    """Thin rings over the sky that they leave through."""
    centre, radius = canvas.width * 0.5, 0.56
    foot = canvas.height * (HORIZON + 0.08)
    arc = [step * math.pi / 60 for step in range(61)]
    for number, colour in enumerate(_BOW):
        reach = radius - number * 0.017
        points = [(centre + reach * math.cos(turn), foot - reach * math.sin(turn)) for turn in arc]
        canvas.line(points, 0.019, mix(colour, air.sky[1], 0.4))


def _lightning(canvas: Canvas, dice: random.Random) -> None:
    x, y = dice.uniform(0.2, 0.8) * canvas.width, 0.1 * canvas.height
    canvas.glow(x, y + 0.15, 0.5, (206, 214, 255), 0.55)
    for width, colour in ((0.014, (170, 180, 250)), (0.006, (250, 250, 255))):
        state = dice.getstate()
        bolt = [(x, y)]
        for _ in range(8):
            last = bolt[-1]
            bolt.append((last[0] + dice.uniform(-0.05, 0.05), last[1] + 0.062 * canvas.height))
        canvas.line(bolt, width, colour)
        canvas.line([bolt[4], (bolt[4][0] + 0.07, bolt[4][1] + 0.07), (bolt[4][0] + 0.1,
                    bolt[4][1] + 0.15)], width * 0.6, colour)  # fmt: skip
        dice.setstate(state)


def _clouds(canvas: Canvas, plan: Plan, air: Air, dice: random.Random) -> None:
    count = 7 if plan.scene is Scene.SKY or plan.weather in _DULL[:2] else dice.randint(2, 4)
    body = mix(air.sky[2], WHITE, 0.1 if air.time is Time.NIGHT else 0.6)
    for _ in range(count):
        x = dice.uniform(-0.05, 1.05) * canvas.width
        y = dice.uniform(0.08, 0.5) * canvas.height
        depth = y / canvas.height
        colour = mix(body, air.sky[1], 0.55 - depth * 0.5)
        cloud(canvas, x, y, dice.uniform(0.05, 0.1), colour, dice)


def cloud(
    canvas: Canvas, x: float, y: float, size: float, colour: Rgb, dice: random.Random
) -> None:
    """A flat-bottomed heap of puffs."""
    puffs = dice.randint(4, 6)
    for number in range(puffs):
        share = number / (puffs - 1)
        radius = size * (0.5 + 0.5 * math.sin(math.pi * share)) * dice.uniform(0.75, 1.05)
        canvas.oval(x + (share - 0.5) * size * 3.6, y - radius * 0.7, radius, radius * 0.8, colour)
    canvas.oval(x, y - size * 0.1, size * 2.3, size * 0.28, colour)


def paint_weather(canvas: Canvas, plan: Plan, air: Air, dice: random.Random) -> None:
    """What falls in front of everything."""
    if plan.scene in _SKYLESS:
        return
    snowing = plan.weather is Weather.SNOWFALL or plan.scene is Scene.SNOW
    if snowing and plan.weather not in _DULL:
        for _ in range(170):
            size = dice.choice((0.002, 0.003, 0.0045))
            x, y = dice.uniform(0, canvas.width), dice.uniform(0, canvas.height)
            canvas.oval(x, y, size, size, mix(WHITE, air.sky[2], 0.15))
    elif plan.weather in (Weather.RAIN, Weather.STORM):
        colour = mix(air.sky[2], WHITE, 0.35)
        for _ in range(190):
            x, y = dice.uniform(0, canvas.width * 1.1), dice.uniform(-0.05, canvas.height)
            length = dice.uniform(0.03, 0.07)
            canvas.line([(x, y), (x - length * 0.28, y + length)], 0.0016, colour)
    elif plan.weather is Weather.FOG:
        for step in range(4):
            height = (0.5 + step * 0.11) * canvas.height
            for _ in range(3):
                x = dice.uniform(0, canvas.width)
                canvas.shadow(x, height, 0.6, 0.09, mix(air.sky[2], WHITE, 0.2), 0.3)
