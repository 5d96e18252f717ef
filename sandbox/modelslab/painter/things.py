"""People and things as cut-paper figures, feet at (0, 0), one high. Know no place or light."""

import math

from sandbox.modelslab.painter.canvas import Pen
from sandbox.modelslab.painter.colours import WHITE, mix
from sandbox.modelslab.painter.tones import Tones

LAMP = (255, 214, 120)


def tree(pen: Pen, coat: Tones) -> None:
    bark = mix(coat.ink, (104, 74, 58), 0.6)
    pen.blob([(-0.07, 0.0), (-0.04, 0.2), (-0.05, 0.5), (0.05, 0.5), (0.04, 0.2), (0.09, 0)], bark)
    pen.stroke([(0, 0.34), (0.12, 0.48), (0.18, 0.56)], 0.035, bark)
    pen.stroke([(0, 0.3), (-0.12, 0.44), (-0.16, 0.52)], 0.035, bark)
    for x, y, radius in ((-0.22, 0.55, 0.19), (0.22, 0.56, 0.2), (0, 0.5, 0.2), (0.1, 0.82, 0.18)):
        pen.oval(x, y, radius, radius * 0.92, coat.dark)
    for x, y, radius in (
        (-0.12, 0.74, 0.21),
        (0.12, 0.68, 0.2),
        (-0.2, 0.6, 0.16),
        (0, 0.58, 0.16),
    ):
        pen.oval(x, y, radius, radius * 0.92, coat.main)
    for x, y, radius in ((-0.18, 0.8, 0.1), (0.06, 0.76, 0.09), (-0.26, 0.64, 0.07)):
        pen.oval(x, y, radius, radius * 0.85, coat.light)


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


def boat(pen: Pen, coat: Tones) -> None:
    mast = mix(coat.ink, (120, 84, 56), 0.5)
    pen.stroke([(0, 0.12), (0, 1.0)], 0.03, mast)
    pen.blob([(0.03, 0.96), (0.24, 0.62), (0.44, 0.28), (0.2, 0.25), (0.03, 0.26)], coat.pale)
    pen.blob([(0.03, 0.5), (0.2, 0.42), (0.42, 0.3), (0.2, 0.25), (0.03, 0.26)], coat.light)
    pen.blob([(-0.03, 0.84), (-0.2, 0.56), (-0.34, 0.3), (-0.16, 0.27), (-0.03, 0.28)], coat.main)
    pen.poly([(0, 1.0), (0.16, 1.03), (0, 1.07)], coat.main)
    pen.poly([(-0.5, 0.2), (-0.36, 0.0), (0.36, 0.0), (0.54, 0.22)], coat.dark)
    pen.poly([(-0.5, 0.2), (-0.47, 0.155), (0.49, 0.17), (0.54, 0.22)], coat.pale)


def person(pen: Pen, coat: Tones) -> None:
    """A wanderer in a coat and scarf, seen from the front."""
    skin = mix(coat.pale, (214, 150, 116), 0.75)
    for side in (-0.06, 0.06):
        pen.stroke([(side, 0.3), (side, 0.04)], 0.09, coat.ink)
        pen.oval(side * 1.2, 0.02, 0.07, 0.03, coat.ink)
    pen.stroke([(0.1, 0.58), (0.2, 0.42), (0.19, 0.32)], 0.09, coat.dark, taper=0.9)
    pen.stroke([(-0.1, 0.58), (-0.2, 0.42), (-0.19, 0.32)], 0.09, coat.main, taper=0.9)
    for side in (-0.19, 0.19):
        pen.oval(side, 0.29, 0.035, 0.035, skin)
    pen.blob(
        [(-0.17, 0.2), (-0.13, 0.44), (-0.14, 0.62), (0, 0.68), (0.14, 0.62), (0.13, 0.44),
         (0.17, 0.2), (0, 0.18)],
        coat.main,
    )  # fmt: skip
    pen.blob([(0.02, 0.19), (0.17, 0.2), (0.13, 0.44), (0.14, 0.62), (0.04, 0.6)], coat.dark)
    pen.oval(0, 0.79, 0.12, 0.13, skin)
    pen.blob(
        [(-0.13, 0.76), (-0.12, 0.9), (0, 0.95), (0.12, 0.9), (0.13, 0.76), (0.09, 0.84),
         (-0.02, 0.87), (-0.1, 0.84)],
        mix(coat.ink, (90, 56, 40), 0.5),
    )  # fmt: skip
    scarf = mix(coat.pale, (232, 180, 70), 0.8)
    pen.stroke([(-0.11, 0.65), (0, 0.62), (0.11, 0.65)], 0.07, scarf)
    pen.stroke([(0.08, 0.64), (0.22, 0.6), (0.32, 0.66)], 0.06, scarf, taper=0.6)
    for side in (-0.042, 0.042):
        pen.oval(side, 0.78, 0.014, 0.018, coat.ink)
    pen.stroke([(-0.03, 0.73), (0, 0.72), (0.03, 0.73)], 0.012, mix(skin, coat.ink, 0.5))


def helmet(pen: Pen, coat: Tones) -> None:
    """A glass bowl over a person's head, for where there is no air."""
    glass = mix(coat.pale, (150, 210, 240), 0.4)
    bowl = [(0.19 * math.cos(step / 6), 0.8 + 0.19 * math.sin(step / 6)) for step in range(39)]
    pen.stroke(bowl, 0.022, glass)
    pen.stroke([(-0.13, 0.84), (-0.1, 0.9), (-0.05, 0.935)], 0.026, WHITE)
    pen.stroke([(-0.13, 0.635), (0, 0.61), (0.13, 0.635)], 0.05, coat.pale)


def flower(pen: Pen, coat: Tones) -> None:
    stem = mix(coat.ink, (70, 150, 84), 0.75)
    pen.stroke([(0, 0), (0.03, 0.25), (-0.02, 0.45), (0, 0.7)], 0.045, stem)
    pen.blob([(0.02, 0.14), (0.2, 0.3), (0.34, 0.28), (0.22, 0.14)], stem)
    pen.blob([(0, 0.28), (-0.18, 0.42), (-0.32, 0.38), (-0.2, 0.26)], mix(stem, WHITE, 0.12))
    for ring, (reach, colour) in enumerate(((0.19, coat.dark), (0.16, coat.main))):
        for step in range(7):
            angle = (step + ring / 2) * 360 / 7
            turn = math.radians(angle)
            x, y = reach * math.cos(turn), 0.74 + reach * math.sin(turn)
            pen.oval(x, y, 0.13, 0.075, colour, tilt=angle)
    pen.oval(0, 0.74, 0.1, 0.1, LAMP)
    pen.oval(0.015, 0.73, 0.065, 0.065, mix(LAMP, (190, 110, 40), 0.5))


def robot(pen: Pen, coat: Tones) -> None:
    glow = (110, 236, 240)
    for side in (-0.11, 0.11):
        pen.stroke([(side, 0.26), (side, 0.08)], 0.08, coat.ink)
        pen.poly(
            [(side - 0.1, 0), (side - 0.08, 0.09), (side + 0.08, 0.09), (side + 0.1, 0)], coat.dark
        )
    pen.stroke([(-0.22, 0.5), (-0.34, 0.4), (-0.32, 0.26)], 0.065, coat.ink)
    pen.stroke([(0.22, 0.5), (0.36, 0.58), (0.4, 0.74)], 0.065, coat.ink)
    pen.oval(-0.32, 0.25, 0.06, 0.06, coat.light)
    pen.oval(0.4, 0.76, 0.06, 0.06, coat.light)
    pen.blob(
        [(-0.22, 0.24), (-0.25, 0.4), (-0.22, 0.56), (0, 0.58), (0.22, 0.56), (0.25, 0.4),
         (0.22, 0.24), (0, 0.22)],
        coat.main,
    )  # fmt: skip
    pen.blob([(0.06, 0.23), (0.22, 0.24), (0.25, 0.4), (0.22, 0.56), (0.1, 0.56)], coat.dark)
    pen.oval(0, 0.4, 0.075, 0.075, coat.ink)
    pen.oval(0, 0.4, 0.048, 0.048, (240, 110, 90))
    pen.stroke([(0, 0.86), (0, 1.0)], 0.025, coat.ink)
    pen.oval(0, 1.02, 0.045, 0.045, (240, 110, 90))
    for side in (-0.27, 0.27):
        pen.oval(side, 0.74, 0.04, 0.07, coat.dark)
    pen.blob(
        [(-0.24, 0.62), (-0.27, 0.75), (-0.22, 0.88), (0, 0.9), (0.22, 0.88), (0.27, 0.75),
         (0.24, 0.62), (0, 0.6)],
        coat.light,
    )  # fmt: skip
    pen.blob(
        [(-0.18, 0.67), (-0.19, 0.76), (-0.16, 0.82), (0, 0.83), (0.16, 0.82), (0.19, 0.76),
         (0.18, 0.67), (0, 0.66)],
        coat.ink,
    )  # fmt: skip
    for side in (-0.08, 0.08):
        pen.oval(side, 0.76, 0.034, 0.04, glow)
        pen.glow(side, 0.76, 0.1, glow, 0.5)
    pen.stroke([(-0.05, 0.7), (0, 0.69), (0.05, 0.7)], 0.014, glow)


def star(pen: Pen, coat: Tones) -> None:
    pen.glow(0, 0.5, 0.9, coat.light, 0.6)
    for reach, colour in ((0.5, coat.main), (0.34, coat.light)):
        points = []
        for step in range(10):
            angle = math.pi / 2 + step * math.tau / 10
            radius = reach if step % 2 == 0 else reach * 0.46
            points.append((radius * math.cos(angle), 0.5 + radius * math.sin(angle)))
        pen.poly(points, colour)
