"""What is built: feet at (0, 0), about one high. Knows no place; lights its lamps at night."""

import math

from sandbox.modelslab.painter.canvas import Pen
from sandbox.modelslab.painter.colours import WHITE, mix
from sandbox.modelslab.painter.tones import Tones

LAMP = (255, 214, 120)


def house(pen: Pen, coat: Tones) -> None:
    roof = mix(coat.ink, (150, 70, 60), 0.55)
    glass = LAMP if coat.at_night else mix(coat.pale, (140, 190, 220), 0.6)
    pen.poly([(0.2, 0.7), (0.2, 1.0), (0.32, 1.0), (0.32, 0.6)], coat.dark)
    for x, y, radius in ((0.3, 1.1, 0.05), (0.38, 1.22, 0.07), (0.35, 1.37, 0.09)):
        pen.glow(x, y, radius * 2, coat.pale, 0.5)
    pen.poly([(-0.42, 0.0), (-0.42, 0.5), (0.42, 0.5), (0.42, 0.0)], coat.main)
    pen.poly([(0.2, 0.0), (0.2, 0.5), (0.42, 0.5), (0.42, 0.0)], coat.dark)
    pen.poly([(-0.52, 0.46), (-0.1, 0.88), (0.3, 0.88), (0.52, 0.46)], roof)
    pen.poly([(-0.52, 0.46), (-0.1, 0.88), (0.2, 0.46)], mix(roof, WHITE, 0.1))
    pen.poly([(-0.42, 0.46), (-0.11, 0.78), (0.17, 0.46)], coat.main)
    pen.oval(-0.11, 0.58, 0.065, 0.065, glass)
    pen.poly([(-0.17, 0.0), (-0.17, 0.26), (-0.03, 0.26), (-0.03, 0.0)], roof)
    pen.oval(-0.055, 0.13, 0.012, 0.012, LAMP)
    for left in (-0.35, 0.04, 0.26):
        _window(pen, coat, left, 0.16, glass)
    if coat.at_night:
        pen.glow(0.1, 0.24, 0.5, LAMP, 0.35)


def _window(pen: Pen, coat: Tones, left: float, bottom: float, glass: tuple[int, int, int]) -> None:
    right, top = left + 0.12, bottom + 0.16
    pen.poly([(left, bottom), (left, top), (right, top), (right, bottom)], glass)
    middle = (left + right) / 2
    pen.stroke([(middle, bottom), (middle, top)], 0.014, coat.pale)
    pen.stroke([(left, bottom + 0.08), (right, bottom + 0.08)], 0.014, coat.pale)


def castle(pen: Pen, coat: Tones) -> None:
    """Four towers, a gate and flags."""
    roof = mix(coat.ink, (92, 84, 160), 0.7)
    flag = (214, 66, 72)
    for x, wide, tall in ((0.0, 0.15, 0.92), (-0.3, 0.12, 0.66), (0.32, 0.12, 0.7)):
        _tower(pen, coat, x, wide, tall, roof)
        pen.stroke([(x, tall + 0.26), (x, tall + 0.38)], 0.012, coat.ink)
        pen.poly([(x, tall + 0.38), (x + 0.13, tall + 0.345), (x, tall + 0.31)], flag)
    _wall(pen, coat, -0.5, 0.52, 0.34)
    for x, wide, tall in ((-0.5, 0.11, 0.46), (0.52, 0.11, 0.44)):
        _tower(pen, coat, x, wide, tall, roof)
    pen.poly([(-0.1, 0), (-0.1, 0.16), (0.1, 0.16), (0.1, 0)], coat.ink)
    pen.oval(0, 0.16, 0.1, 0.1, coat.ink)
    for x in (-0.05, 0, 0.05):
        pen.stroke([(x, 0.0), (x, 0.22)], 0.01, mix(coat.ink, coat.light, 0.5))


def _tower(
    pen: Pen, coat: Tones, x: float, wide: float, tall: float, roof: tuple[int, int, int]
) -> None:
    pen.poly([(x - wide, 0), (x - wide, tall), (x + wide, tall), (x + wide, 0)], coat.main)
    pen.poly([(x + wide * 0.3, 0), (x + wide * 0.3, tall), (x + wide, tall), (x + wide, 0)],
             coat.dark)  # fmt: skip
    pen.poly([(x - wide * 1.25, tall), (x, tall + 0.26), (x + wide * 1.25, tall)], roof)
    pen.poly([(x - wide * 1.25, tall), (x, tall + 0.26), (x, tall)], mix(roof, WHITE, 0.14))
    glass = LAMP if coat.at_night else coat.ink
    for y in (tall - 0.12, tall - 0.32):
        pen.oval(x - wide * 0.25, y, 0.025, 0.042, glass)


def _wall(pen: Pen, coat: Tones, left: float, right: float, tall: float) -> None:
    pen.poly([(left, 0), (left, tall), (right, tall), (right, 0)], coat.light)
    pen.poly([(left, tall - 0.08), (right, tall - 0.08), (right, tall - 0.1), (left, tall - 0.1)],
             coat.dark)  # fmt: skip
    teeth = 9
    for tooth in range(teeth):
        x = left + (right - left) * (tooth + 0.25) / teeth
        end = x + (right - left) / teeth / 2
        pen.poly([(x, tall), (x, tall + 0.06), (end, tall + 0.06), (end, tall)], coat.light)
    for x, y in ((-0.3, 0.12), (-0.22, 0.2), (0.28, 0.1), (0.22, 0.18), (0.38, 0.2), (-0.38, 0.2)):
        pen.poly([(x, y), (x, y + 0.03), (x + 0.06, y + 0.03), (x + 0.06, y)], coat.main)


def lighthouse(pen: Pen, coat: Tones) -> None:
    """Red and white on its rock, lit at dusk."""
    stone = mix(coat.ink, (120, 118, 124), 0.7)
    pen.blob([(-0.5, 0), (-0.4, 0.1), (-0.2, 0.15), (0.1, 0.16), (0.36, 0.1), (0.52, 0)], stone)
    pen.blob([(0.1, 0.15), (0.36, 0.1), (0.52, 0), (0.2, 0.02)], mix(stone, coat.ink, 0.4))
    bands = 5
    for band in range(bands):
        low, high = 0.1 + band * 0.14, 0.24 + band * 0.14
        wide, narrow = 0.17 - band * 0.016, 0.154 - band * 0.016
        colour = coat.main if band % 2 == 0 else coat.pale
        pen.poly([(-wide, low), (-narrow, high), (narrow, high), (wide, low)], colour)
        pen.poly([(wide * 0.3, low), (narrow * 0.3, high), (narrow, high), (wide, low)],
                 mix(colour, coat.ink, 0.22))  # fmt: skip
    pen.poly([(-0.14, 0.8), (-0.14, 0.83), (0.14, 0.83), (0.14, 0.8)], coat.ink)
    pen.poly([(-0.075, 0.83), (-0.075, 0.95), (0.075, 0.95), (0.075, 0.83)], LAMP)
    for x in (-0.075, 0.0, 0.075):
        pen.stroke([(x, 0.83), (x, 0.95)], 0.012, coat.ink)
    pen.poly([(-0.1, 0.95), (0, 1.05), (0.1, 0.95)], coat.main)
    pen.poly([(-0.035, 0.14), (-0.035, 0.22), (0.035, 0.22), (0.035, 0.14)], coat.ink)
    for y in (0.42, 0.62):
        pen.oval(-0.01, y, 0.02, 0.03, LAMP if coat.at_night else coat.ink)
    if coat.at_night:
        for step in range(30):
            for side in (-1, 1):
                reach, wide = 0.08 + step * 0.04, 0.05 + step * 0.007
                pen.glow(side * reach, 0.89 + step * 0.004, wide, LAMP, 0.34 - step * 0.01)
        pen.glow(0, 0.89, 0.3, LAMP, 0.8)


def windmill(pen: Pen, coat: Tones) -> None:
    pen.poly([(-0.22, 0), (-0.13, 0.62), (0.13, 0.62), (0.22, 0)], coat.main)
    pen.poly([(0.06, 0), (0.04, 0.62), (0.13, 0.62), (0.22, 0)], coat.dark)
    pen.blob(
        [(-0.16, 0.6), (-0.1, 0.74), (0.1, 0.74), (0.16, 0.6)], mix(coat.ink, (150, 70, 60), 0.5)
    )
    pen.poly([(-0.06, 0), (-0.06, 0.16), (0.06, 0.16), (0.06, 0)], coat.ink)
    for y in (0.3, 0.46):
        pen.oval(-0.02, y, 0.032, 0.04, LAMP if coat.at_night else mix(coat.ink, WHITE, 0.2))
    for turn in (0.5, 0.5 + math.pi / 2, 0.5 + math.pi, 0.5 + math.pi * 1.5):
        cos, sin = math.cos(turn), math.sin(turn)
        pen.stroke([(0, 0.68), (0.48 * cos, 0.68 + 0.48 * sin)], 0.024, coat.ink)
        sail = [(0.1, 0.0), (0.46, 0.0), (0.46, 0.12), (0.1, 0.12)]
        pen.poly([(a * cos - b * sin, 0.68 + a * sin + b * cos) for a, b in sail], coat.pale)
        for along in (0.22, 0.34):
            rib = [(along * cos, 0.68 + along * sin),
                   (along * cos - 0.12 * sin, 0.68 + along * sin + 0.12 * cos)]  # fmt: skip
            pen.stroke(rib, 0.01, coat.ink)
    pen.oval(0, 0.68, 0.036, 0.036, coat.ink)
