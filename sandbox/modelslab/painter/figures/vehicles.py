"""What carries people: wheels at (0, 0), about one high. Knows no place or light."""

import math

from sandbox.modelslab.painter.canvas import Pen
from sandbox.modelslab.painter.colours import WHITE, mix
from sandbox.modelslab.painter.tones import Tones

LAMP = (255, 214, 120)


def boat(pen: Pen, coat: Tones) -> None:
    mast = mix(coat.ink, (120, 84, 56), 0.5)
    pen.stroke([(0, 0.12), (0, 1.0)], 0.03, mast)
    pen.blob([(0.03, 0.96), (0.24, 0.62), (0.44, 0.28), (0.2, 0.25), (0.03, 0.26)], coat.pale)
    pen.blob([(0.03, 0.5), (0.2, 0.42), (0.42, 0.3), (0.2, 0.25), (0.03, 0.26)], coat.light)
    pen.blob([(-0.03, 0.84), (-0.2, 0.56), (-0.34, 0.3), (-0.16, 0.27), (-0.03, 0.28)], coat.main)
    pen.poly([(0, 1.0), (0.16, 1.03), (0, 1.07)], coat.main)
    pen.poly([(-0.5, 0.2), (-0.36, 0.0), (0.36, 0.0), (0.54, 0.22)], coat.dark)
    pen.poly([(-0.5, 0.2), (-0.47, 0.155), (0.49, 0.17), (0.54, 0.22)], coat.pale)


def car(pen: Pen, coat: Tones) -> None:
    """A small round car, driving left."""
    glass = mix(coat.pale, (150, 204, 232), 0.7)
    pen.blob([(-0.34, 0.36), (-0.2, 0.6), (0.06, 0.66), (0.3, 0.58), (0.44, 0.36)], coat.dark)
    pen.blob([(-0.25, 0.38), (-0.15, 0.55), (0.02, 0.6), (0.02, 0.38)], glass)
    pen.blob([(0.07, 0.38), (0.07, 0.6), (0.24, 0.54), (0.36, 0.38)], glass)
    pen.stroke([(-0.16, 0.42), (-0.09, 0.53)], 0.025, WHITE)
    pen.blob(
        [(-0.64, 0.14), (-0.66, 0.28), (-0.56, 0.38), (-0.3, 0.42), (0.3, 0.42), (0.58, 0.36),
         (0.64, 0.24), (0.62, 0.13), (0, 0.1)],
        coat.main,
    )  # fmt: skip
    pen.blob(
        [(-0.62, 0.16), (0, 0.2), (0.63, 0.18), (0.6, 0.12), (0, 0.1), (-0.6, 0.12)], coat.dark
    )
    pen.stroke([(-0.5, 0.33), (-0.3, 0.37), (0.0, 0.38)], 0.025, coat.light)
    pen.stroke([(0.09, 0.31), (0.16, 0.31)], 0.022, coat.ink)
    pen.oval(-0.6, 0.27, 0.042, 0.052, LAMP)
    pen.oval(0.62, 0.26, 0.022, 0.045, (226, 70, 60))
    if coat.at_night:
        for step in range(5):
            pen.glow(-0.7 - step * 0.12, 0.22 - step * 0.02, 0.12 + step * 0.04, LAMP, 0.5)
    for x in (-0.38, 0.38):
        _wheel(pen, coat, x, 0.13, 0.135)


def _wheel(pen: Pen, coat: Tones, x: float, y: float, radius: float) -> None:
    pen.oval(x, y, radius, radius, coat.ink)
    pen.oval(x, y, radius * 0.55, radius * 0.55, mix(coat.pale, (150, 156, 166), 0.5))
    pen.oval(x, y, radius * 0.2, radius * 0.2, coat.ink)


def train(pen: Pen, coat: Tones) -> None:
    """A steam engine and one carriage, heading left."""
    brass, iron = (232, 184, 86), mix(coat.ink, (70, 72, 84), 0.5)
    glass = LAMP if coat.at_night else mix(coat.pale, (150, 200, 226), 0.6)
    pen.stroke([(-1.1, 0.0), (1.2, 0.0)], 0.03, iron)
    for x, y, radius in ((-0.5, 0.86, 0.09), (-0.38, 1.0, 0.12), (-0.18, 1.12, 0.15),
                         (0.1, 1.2, 0.17)):  # fmt: skip
        pen.oval(x, y, radius, radius * 0.8, mix(coat.pale, WHITE, 0.4))
    pen.poly([(0.36, 0.14), (0.36, 0.6), (1.12, 0.6), (1.12, 0.14)], mix(coat.main, brass, 0.35))
    pen.poly([(0.32, 0.6), (0.4, 0.67), (1.08, 0.67), (1.16, 0.6)], iron)
    for x in (0.44, 0.66, 0.88):
        pen.poly([(x, 0.34), (x, 0.52), (x + 0.16, 0.52), (x + 0.16, 0.34)], glass)
    pen.stroke([(0.2, 0.18), (0.4, 0.18)], 0.04, iron)
    pen.poly([(-0.02, 0.16), (-0.02, 0.74), (0.28, 0.74), (0.28, 0.16)], coat.main)
    pen.poly([(-0.08, 0.72), (-0.06, 0.8), (0.32, 0.8), (0.34, 0.72)], iron)
    pen.poly([(0.05, 0.48), (0.05, 0.66), (0.21, 0.66), (0.21, 0.48)], glass)
    pen.blob([(-0.66, 0.24), (-0.68, 0.42), (-0.62, 0.54), (-0.02, 0.55), (-0.02, 0.22)], coat.dark)
    pen.blob([(-0.62, 0.44), (-0.58, 0.53), (-0.02, 0.545), (-0.02, 0.45)], coat.light)
    for x in (-0.44, -0.22):
        pen.stroke([(x, 0.25), (x, 0.53)], 0.025, brass)
    pen.poly([(-0.56, 0.52), (-0.6, 0.76), (-0.42, 0.76), (-0.46, 0.52)], iron)
    pen.oval(-0.3, 0.56, 0.06, 0.06, brass)
    pen.poly([(-0.62, 0.14), (-0.84, 0.03), (-0.62, 0.24)], iron)
    pen.oval(-0.69, 0.42, 0.05, 0.055, LAMP)
    pen.poly([(-0.62, 0.14), (-0.62, 0.24), (0.3, 0.24), (0.3, 0.14)], iron)
    for x, radius in ((-0.46, 0.1), (-0.22, 0.1), (0.1, 0.15), (0.52, 0.1), (0.96, 0.1)):
        _wheel(pen, coat, x, radius + 0.015, radius)
    pen.stroke([(-0.46, 0.13), (0.1, 0.15)], 0.026, brass)


def rocket(pen: Pen, coat: Tones) -> None:
    """Taking off."""
    for reach, colour in ((0.34, (240, 96, 48)), (0.24, (250, 170, 60)), (0.13, (255, 236, 160))):
        pen.blob(
            [
                (-0.1, 0.12),
                (-0.08 * reach * 3, -0.05),
                (0, 0.12 - reach),
                (0.08 * reach * 3, -0.05),
                (0.1, 0.12),
            ],
            colour,
        )
    pen.glow(0, -0.05, 0.4, (250, 170, 70), 0.45)
    for side, colour in ((-1, coat.main), (1, coat.dark)):
        pen.blob(
            [(side * 0.14, 0.42), (side * 0.3, 0.24), (side * 0.32, 0.06), (side * 0.13, 0.18)],
            colour,
        )
    pen.blob(
        [(0, 1.06), (-0.13, 0.84), (-0.19, 0.54), (-0.13, 0.18), (0, 0.14), (0.13, 0.18),
         (0.19, 0.54), (0.13, 0.84)],
        coat.pale,
    )  # fmt: skip
    pen.blob([(0.02, 1.04), (0.05, 0.7), (0.03, 0.16), (0.13, 0.18), (0.19, 0.54), (0.13, 0.84)],
             mix(coat.pale, coat.ink, 0.18))  # fmt: skip
    pen.blob(
        [(0, 1.08), (-0.1, 0.92), (-0.125, 0.84), (0, 0.81), (0.125, 0.84), (0.1, 0.92)], coat.main
    )
    pen.poly([(-0.13, 0.16), (-0.09, 0.09), (0.09, 0.09), (0.13, 0.16)], coat.ink)
    pen.oval(0, 0.62, 0.092, 0.092, coat.main)
    pen.oval(0, 0.62, 0.066, 0.066, mix(coat.pale, (120, 196, 232), 0.8))
    pen.oval(-0.02, 0.64, 0.02, 0.02, WHITE)
    pen.blob([(0, 0.44), (-0.03, 0.26), (0, 0.04), (0.03, 0.26)], coat.dark)


def bicycle(pen: Pen, coat: Tones) -> None:
    rim = coat.ink
    for x in (-0.38, 0.38):
        ring = [(x + 0.25 * math.cos(t / 5), 0.26 + 0.25 * math.sin(t / 5)) for t in range(33)]
        for spoke in range(8):
            turn = spoke * math.tau / 8
            end = (x + 0.25 * math.cos(turn), 0.26 + 0.25 * math.sin(turn))
            pen.stroke([(x, 0.26), end], 0.008, mix(coat.pale, rim, 0.4))
        pen.stroke(ring, 0.035, rim)
        pen.oval(x, 0.26, 0.03, 0.03, rim)
    for frame in (
        [(-0.38, 0.26), (-0.26, 0.66)],
        [(-0.27, 0.6), (0.0, 0.24)],
        [(-0.28, 0.62), (0.12, 0.6)],
        [(0.0, 0.24), (0.15, 0.68)],
        [(0.38, 0.26), (0.0, 0.24)],
        [(0.38, 0.26), (0.12, 0.6)],
    ):
        pen.stroke(frame, 0.042, coat.main)
    pen.stroke([(-0.25, 0.66), (-0.24, 0.76), (-0.36, 0.8), (-0.4, 0.74)], 0.034, rim)
    pen.blob([(0.02, 0.7), (0.16, 0.74), (0.3, 0.72), (0.16, 0.68)], rim)
    pen.oval(0, 0.24, 0.06, 0.06, mix(coat.pale, rim, 0.3))
    pen.stroke([(0, 0.24), (0.07, 0.12)], 0.022, rim)
    pen.stroke([(0.03, 0.11), (0.12, 0.11)], 0.03, rim)
    pen.poly(
        [(-0.62, 0.6), (-0.58, 0.78), (-0.4, 0.78), (-0.42, 0.6)],
        mix(coat.pale, (176, 124, 72), 0.8),
    )
    for x, colour in ((-0.57, (236, 96, 120)), (-0.5, (250, 206, 90)), (-0.44, (240, 240, 240))):
        pen.oval(x, 0.82, 0.05, 0.05, colour)


def balloon(pen: Pen, coat: Tones) -> None:
    """A hot-air balloon with its basket."""
    rope, wicker = mix(coat.ink, coat.pale, 0.3), mix(coat.ink, (170, 116, 66), 0.8)
    stripes = (coat.dark, coat.main, coat.pale, coat.main, coat.dark)
    for x in (-0.09, 0.09):
        pen.stroke([(x, 0.14), (x * 1.5, 0.36)], 0.01, rope)
    widths = (0.37, 0.27, 0.12)
    envelope = [(-0.09, 0.32), (-0.28, 0.5), (-0.37, 0.72), (-0.27, 0.95), (0, 1.05), (0.27, 0.95),
                (0.37, 0.72), (0.28, 0.5), (0.09, 0.32)]  # fmt: skip
    pen.blob(envelope, stripes[0])
    for wide, colour in zip(widths[1:], (stripes[1], stripes[2]), strict=True):
        share = wide / widths[0]
        pen.blob([(x * share, y) for x, y in envelope], colour)
    pen.blob([(-0.3, 0.72), (-0.24, 0.9), (-0.17, 0.96), (-0.2, 0.8)], coat.light)
    pen.poly([(-0.1, 0.33), (-0.07, 0.29), (0.07, 0.29), (0.1, 0.33)], coat.ink)
    pen.poly([(-0.1, 0.16), (-0.08, 0.0), (0.08, 0.0), (0.1, 0.16)], wicker)
    pen.stroke([(-0.1, 0.15), (0.1, 0.15)], 0.028, mix(wicker, WHITE, 0.25))
    for y in (0.05, 0.1):
        pen.stroke([(-0.085, y), (0.085, y)], 0.008, coat.ink)
    if coat.at_night:
        pen.glow(0, 0.46, 0.42, LAMP, 0.5)


def plane(pen: Pen, coat: Tones) -> None:
    """A small propeller plane, flying left."""
    pen.poly([(0.1, 0.5), (0.34, 0.82), (0.46, 0.82), (0.3, 0.5)], coat.dark)
    pen.blob([(-0.56, 0.46), (-0.5, 0.58), (-0.2, 0.62), (0.3, 0.56), (0.62, 0.5), (0.3, 0.4),
              (-0.2, 0.34), (-0.5, 0.36)], coat.pale)  # fmt: skip
    pen.blob([(-0.54, 0.42), (-0.2, 0.42), (0.58, 0.49), (0.3, 0.4), (-0.2, 0.34), (-0.5, 0.36)],
             coat.main)  # fmt: skip
    pen.poly([(0.44, 0.52), (0.56, 0.78), (0.68, 0.78), (0.64, 0.5)], coat.main)
    pen.poly([(-0.16, 0.44), (0.1, 0.1), (0.26, 0.1), (0.18, 0.44)], coat.main)
    pen.poly([(0.06, 0.44), (0.2, 0.1), (0.26, 0.1), (0.18, 0.44)], coat.dark)
    pen.blob([(-0.34, 0.58), (-0.26, 0.68), (-0.08, 0.68), (-0.02, 0.6)],
             mix(coat.pale, (140, 200, 232), 0.8))  # fmt: skip
    for x in (0.08, 0.2, 0.32):
        pen.oval(x, 0.5, 0.026, 0.03, mix(coat.ink, (90, 140, 180), 0.6))
    pen.oval(-0.57, 0.46, 0.03, 0.24, mix(coat.pale, WHITE, 0.5))
    pen.oval(-0.57, 0.46, 0.04, 0.05, coat.ink)
