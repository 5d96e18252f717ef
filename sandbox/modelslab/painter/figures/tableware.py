"""What stands on a table: feet at (0, 0), about one high. Knows no place or light."""

import math

from sandbox.modelslab.painter.canvas import Pen
from sandbox.modelslab.painter.colours import WHITE, Rgb, mix
from sandbox.modelslab.painter.tones import Tones

LAMP: Rgb = (255, 214, 120)


def cup(pen: Pen, coat: Tones) -> None:
    """Something hot, on its saucer."""
    pen.oval(0, 0.06, 0.52, 0.09, coat.dark)
    pen.oval(0, 0.085, 0.5, 0.085, coat.light)
    pen.oval(0, 0.09, 0.3, 0.045, coat.dark)
    handle = [(0.28, 0.5), (0.48, 0.5), (0.48, 0.26), (0.24, 0.22)]
    pen.stroke(handle, 0.07, coat.dark)
    pen.blob([(-0.36, 0.58), (-0.34, 0.34), (-0.22, 0.14), (0, 0.09), (0.22, 0.14), (0.34, 0.34),
              (0.36, 0.58), (0, 0.6)], coat.main)  # fmt: skip
    pen.blob([(0.1, 0.11), (0.22, 0.14), (0.34, 0.34), (0.36, 0.58), (0.2, 0.56), (0.2, 0.3)],
             coat.dark)  # fmt: skip
    pen.stroke([(-0.26, 0.48), (-0.25, 0.34), (-0.2, 0.24)], 0.045, coat.light)
    pen.oval(0, 0.58, 0.36, 0.085, coat.pale)
    pen.oval(0, 0.572, 0.32, 0.066, (96, 60, 40))
    pen.oval(-0.04, 0.566, 0.2, 0.034, (156, 108, 70))
    for x, tall in ((-0.14, 0.3), (0.02, 0.4), (0.16, 0.28)):
        for step in range(9):
            share = step / 8
            sway = 0.05 * math.sin(share * 6 + x * 9)
            pen.glow(x + sway, 0.66 + tall * share, 0.06, WHITE, 0.3 * (1 - share))


def vase(pen: Pen, coat: Tones) -> None:
    """A bunch of flowers in the asked colour, in a plain vase."""
    glaze, stem = mix(coat.pale, (96, 136, 176), 0.75), (84, 148, 88)
    heads = ((-0.27, 0.74, 0.105), (0.28, 0.76, 0.1), (-0.12, 0.92, 0.11), (0.15, 0.96, 0.11),
             (0.0, 0.76, 0.12))  # fmt: skip
    for x, y, _ in heads:
        pen.stroke([(x * 0.2, 0.42), (x * 0.7, 0.56), (x, y)], 0.024, stem)
    for x, y in ((-0.34, 0.56), (0.36, 0.58), (-0.2, 0.6), (0.22, 0.62)):
        pen.blob([(x * 0.3, 0.44), (x * 0.8, y - 0.06), (x * 1.15, y + 0.02), (x * 0.7, y + 0.02)],
                 mix(stem, WHITE, 0.12))  # fmt: skip
    for number, (x, y, radius) in enumerate(heads):
        petal = (coat.main, coat.light, coat.dark, coat.main, coat.light)[number]
        for step in range(8):
            turn = step * math.tau / 8
            pen.oval(x + radius * 0.62 * math.cos(turn), y + radius * 0.62 * math.sin(turn),
                     radius * 0.52, radius * 0.36, petal, tilt=math.degrees(turn))  # fmt: skip
        pen.oval(x, y, radius * 0.36, radius * 0.36, LAMP)
    pen.blob([(-0.1, 0.46), (-0.11, 0.36), (-0.22, 0.2), (-0.16, 0.02), (0, 0.0), (0.16, 0.02),
              (0.22, 0.2), (0.11, 0.36), (0.1, 0.46)], glaze)  # fmt: skip
    pen.blob([(0.04, 0.01), (0.16, 0.02), (0.22, 0.2), (0.11, 0.36), (0.1, 0.46), (0.05, 0.34),
              (0.12, 0.18)], mix(glaze, coat.ink, 0.22))  # fmt: skip
    pen.oval(0, 0.46, 0.105, 0.024, mix(glaze, coat.ink, 0.35))
    pen.stroke([(-0.16, 0.22), (-0.13, 0.12)], 0.035, mix(glaze, WHITE, 0.55))


def fruit(pen: Pen, coat: Tones) -> None:
    """A bowl with apples, a pear and grapes."""
    bowl = mix(coat.pale, (92, 132, 168), 0.7)
    _ball(pen, -0.24, 0.42, 0.17, coat.main)
    _ball(pen, 0.04, 0.5, 0.18, mix(coat.main, (240, 168, 60), 0.6))
    pear = (170, 196, 82)
    pen.blob([(0.18, 0.34), (0.16, 0.5), (0.24, 0.62), (0.27, 0.76), (0.34, 0.76), (0.37, 0.62),
              (0.46, 0.48), (0.42, 0.34)], pear)  # fmt: skip
    pen.stroke([(0.22, 0.5), (0.27, 0.62)], 0.03, mix(pear, WHITE, 0.45))
    pen.stroke([(0.3, 0.75), (0.34, 0.84)], 0.018, (96, 64, 44))
    for row, wide in enumerate((3, 2, 2, 1)):
        for step in range(wide):
            x, y = -0.42 + (step - wide / 2) * 0.085 + row * 0.02, 0.36 - row * 0.075
            pen.oval(x, y + 0.08, 0.05, 0.05, (120, 72, 146))
            pen.oval(x - 0.014, y + 0.095, 0.014, 0.014, (196, 160, 214))
    pen.blob([(-0.52, 0.34), (-0.4, 0.12), (-0.16, 0.05), (0.16, 0.05), (0.4, 0.12), (0.52, 0.34)],
             bowl)  # fmt: skip
    pen.blob([(0.1, 0.06), (0.4, 0.12), (0.52, 0.34), (0.3, 0.32)], mix(bowl, coat.ink, 0.2))
    pen.oval(0, 0.34, 0.52, 0.04, mix(bowl, WHITE, 0.35))
    pen.poly([(-0.16, 0.07), (-0.18, 0.0), (0.18, 0.0), (0.16, 0.07)], mix(bowl, coat.ink, 0.25))
    for row in range(2):
        x = -0.4 + row * 0.05
        pen.oval(x, 0.26 - row * 0.07, 0.05, 0.05, (120, 72, 146))
        pen.oval(x - 0.014, 0.275 - row * 0.07, 0.014, 0.014, (196, 160, 214))


def _ball(pen: Pen, x: float, y: float, radius: float, colour: Rgb) -> None:
    pen.oval(x, y, radius, radius * 0.95, colour)
    pen.oval(
        x - radius * 0.35, y + radius * 0.35, radius * 0.24, radius * 0.2, mix(colour, WHITE, 0.6)
    )
    pen.stroke([(x, y + radius * 0.85), (x + 0.03, y + radius * 1.3)], 0.02, (96, 64, 44))
    pen.blob(
        [
            (x + 0.02, y + radius * 1.1),
            (x + 0.1, y + radius * 1.35),
            (x + 0.16, y + radius * 1.2),
            (x + 0.08, y + radius),
        ],
        (104, 168, 84),
    )


def book(pen: Pen, coat: Tones) -> None:
    """Two books, one on the other, with a ribbon."""
    lower = mix(coat.dark, (60, 90, 130), 0.6)
    for bottom, left, right, cover in ((0.0, -0.5, 0.46, lower), (0.2, -0.42, 0.5, coat.main)):
        top = bottom + 0.18
        pen.poly([(left, bottom), (left, top), (right, top), (right, bottom)], cover)
        pen.poly([(left + 0.06, bottom + 0.03), (left + 0.06, top - 0.03), (right, top - 0.03),
                  (right, bottom + 0.03)], coat.pale)  # fmt: skip
        for line in range(3):
            y = bottom + 0.06 + line * 0.03
            pen.stroke([(left + 0.08, y), (right - 0.01, y)], 0.006, mix(coat.pale, coat.ink, 0.25))
        pen.oval(left + 0.03, (bottom + top) / 2, 0.05, 0.09, cover)
    pen.blob([(-0.4, 0.38), (-0.2, 0.5), (0.02, 0.42), (0.24, 0.5), (0.48, 0.4), (0.26, 0.4),
              (0.02, 0.38), (-0.2, 0.4)], coat.pale)  # fmt: skip
    pen.stroke([(0.02, 0.42), (0.02, 0.38)], 0.02, mix(coat.pale, coat.ink, 0.4))
    pen.stroke([(0.3, 0.4), (0.34, 0.24), (0.31, 0.16)], 0.03, (206, 62, 68))


def candle(pen: Pen, coat: Tones) -> None:
    brass = (214, 168, 84)
    pen.oval(0, 0.05, 0.34, 0.06, mix(brass, coat.ink, 0.35))
    pen.oval(0, 0.075, 0.32, 0.055, brass)
    pen.stroke([(0.28, 0.09), (0.44, 0.16), (0.42, 0.04), (0.3, 0.05)], 0.035, brass)
    pen.poly([(-0.12, 0.08), (-0.12, 0.62), (0.12, 0.62), (0.12, 0.08)], coat.pale)
    pen.poly(
        [(0.04, 0.08), (0.04, 0.62), (0.12, 0.62), (0.12, 0.08)], mix(coat.pale, coat.main, 0.35)
    )
    pen.oval(0, 0.62, 0.12, 0.032, mix(coat.pale, LAMP, 0.6))
    for x, drop in ((-0.1, 0.44), (-0.02, 0.5), (0.09, 0.38)):
        pen.stroke([(x, 0.61), (x, drop)], 0.035, mix(coat.pale, WHITE, 0.4))
    pen.stroke([(0, 0.62), (0.01, 0.69)], 0.016, coat.ink)
    pen.glow(0, 0.78, 0.6, LAMP, 0.7)
    for reach, colour in ((1.0, (248, 160, 56)), (0.65, (255, 220, 120)), (0.35, WHITE)):
        pen.blob([(0, 0.66), (-0.06 * reach, 0.74), (0, 0.68 + 0.26 * reach), (0.06 * reach, 0.74)],
                 colour)  # fmt: skip
