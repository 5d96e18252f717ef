"""What grows, and a star: feet at (0, 0), about one high. Know no place or light."""

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


def mushroom(pen: Pen, coat: Tones) -> None:
    """A toadstool with its child."""
    for x, size in ((0.3, 0.42), (-0.05, 1.0)):
        stem = [
            (x - 0.09 * size, 0.0),
            (x - 0.07 * size, 0.3 * size),
            (x - 0.06 * size, 0.55 * size),
            (x + 0.06 * size, 0.55 * size),
            (x + 0.07 * size, 0.3 * size),
            (x + 0.1 * size, 0.0),
        ]
        pen.blob(stem, coat.pale)
        pen.blob([(x - 0.12 * size, 0.5 * size), (x, 0.43 * size), (x + 0.12 * size, 0.5 * size)],
                 mix(coat.pale, coat.dark, 0.25))  # fmt: skip
        pen.blob(
            [(x - 0.36 * size, 0.52 * size), (x - 0.28 * size, 0.74 * size), (x, 0.9 * size),
             (x + 0.28 * size, 0.74 * size), (x + 0.36 * size, 0.52 * size), (x, 0.46 * size)],
            coat.main,
        )  # fmt: skip
        pen.blob(
            [(x - 0.34 * size, 0.52 * size), (x, 0.46 * size), (x + 0.36 * size, 0.52 * size),
             (x, 0.56 * size)],
            coat.dark,
        )  # fmt: skip
        for dx, dy, radius in ((-0.18, 0.66, 0.05), (0.02, 0.77, 0.06), (0.2, 0.66, 0.045),
                               (0.02, 0.6, 0.035)):  # fmt: skip
            pen.oval(x + dx * size, dy * size, radius * size, radius * 0.8 * size, coat.pale)


def star(pen: Pen, coat: Tones) -> None:
    pen.glow(0, 0.5, 0.9, coat.light, 0.6)
    for reach, colour in ((0.5, coat.main), (0.34, coat.light)):
        points = []
        for step in range(10):
            angle = math.pi / 2 + step * math.tau / 10
            radius = reach if step % 2 == 0 else reach * 0.46
            points.append((radius * math.cos(angle), 0.5 + radius * math.sin(angle)))
        pen.poly(points, colour)
