"""Everything above the horizon: stars, sun and moon, clouds, and what falls from them."""

import math
import random

from sandbox.modelslab.painter.air import Air
from sandbox.modelslab.painter.canvas import Canvas
from sandbox.modelslab.painter.colours import WHITE, Rgb, mix
from sandbox.modelslab.painter.plan import Plan
from sandbox.modelslab.painter.words import Light, Scene, Time, Weather

#: Where the horizon lies, as a share of the height.
HORIZON = 0.62


def paint_sky(canvas: Canvas, plan: Plan, air: Air, dice: random.Random) -> None:
    top, middle, low = air.sky
    if plan.scene in (Scene.UNDERWATER, Scene.SPACE, Scene.SKY):
        canvas.fill_gradient((top, middle, low))
    else:
        canvas.fill_gradient((top, middle, low, low))
    if plan.scene is Scene.UNDERWATER:
        return
    if plan.scene is Scene.SPACE:
        _nebula(canvas, dice)
    clear = plan.weather in (Weather.CLEAR, Weather.SNOWFALL)
    if air.time is Time.NIGHT and clear:
        _stars(canvas, dice, count=260 if plan.scene is Scene.SPACE else 130)
    if clear:
        _lamp(canvas, plan, air, dice)
    if plan.scene is not Scene.SPACE:
        _clouds(canvas, plan, air, dice)


def _lamp(canvas: Canvas, plan: Plan, air: Air, dice: random.Random) -> None:
    x = canvas.width * dice.choice((dice.uniform(0.16, 0.34), dice.uniform(0.66, 0.84)))
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


def _clouds(canvas: Canvas, plan: Plan, air: Air, dice: random.Random) -> None:
    count = 7 if plan.scene is Scene.SKY or plan.weather is Weather.RAIN else dice.randint(2, 4)
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
    snowing = plan.weather is Weather.SNOWFALL or plan.scene is Scene.SNOW
    if snowing and plan.weather is not Weather.RAIN:
        for _ in range(170):
            size = dice.choice((0.002, 0.003, 0.0045))
            x, y = dice.uniform(0, canvas.width), dice.uniform(0, canvas.height)
            canvas.oval(x, y, size, size, mix(WHITE, air.sky[2], 0.15))
    elif plan.weather is Weather.RAIN:
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
