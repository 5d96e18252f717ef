"""What swims, to the left, its middle half a figure above (0, 0). Knows no place or light."""

import math

from sandbox.modelslab.painter.canvas import Pen
from sandbox.modelslab.painter.colours import WHITE, mix
from sandbox.modelslab.painter.tones import Tones


def fish(pen: Pen, coat: Tones) -> None:
    """Swims to the left; its middle is half a figure above (0, 0)."""
    pen.blob([(0.28, 0.5), (0.6, 0.76), (0.54, 0.5), (0.6, 0.24)], coat.dark)
    pen.blob([(-0.14, 0.68), (0.0, 0.9), (0.24, 0.82), (0.2, 0.62)], coat.dark)
    pen.blob([(-0.06, 0.3), (0.04, 0.14), (0.18, 0.2), (0.14, 0.36)], coat.dark)
    pen.blob(
        [(-0.5, 0.5), (-0.36, 0.7), (-0.06, 0.78), (0.22, 0.66), (0.36, 0.52), (0.22, 0.34),
         (-0.06, 0.24), (-0.36, 0.32)],
        coat.main,
    )  # fmt: skip
    pen.blob([(-0.48, 0.45), (-0.36, 0.31), (-0.06, 0.23), (0.22, 0.35), (-0.1, 0.4)], coat.light)
    for x in (-0.16, 0.06):
        pen.blob([(x, 0.74), (x + 0.08, 0.5), (x, 0.28), (x + 0.06, 0.28), (x + 0.15, 0.5),
                  (x + 0.07, 0.73)], coat.pale)  # fmt: skip
    pen.blob([(-0.1, 0.46), (0.06, 0.52), (0.12, 0.4), (0.0, 0.36)], coat.dark)
    pen.oval(-0.33, 0.57, 0.068, 0.07, WHITE)
    pen.oval(-0.345, 0.57, 0.038, 0.042, coat.ink)
    pen.oval(-0.358, 0.59, 0.014, 0.014, WHITE)
    pen.stroke([(-0.47, 0.45), (-0.42, 0.43), (-0.38, 0.45)], 0.016, coat.dark)
    for step, radius in enumerate((0.03, 0.022, 0.036)):
        pen.oval(-0.6 - 0.03 * (step % 2), 0.62 + 0.14 * step, radius, radius, (210, 240, 250))


def whale(pen: Pen, coat: Tones) -> None:
    """Swims to the left, blowing; its middle is half a figure above (0, 0)."""
    pen.blob([(0.44, 0.52), (0.66, 0.86), (0.74, 0.64), (0.8, 0.84), (0.88, 0.6), (0.6, 0.44)],
             coat.dark)  # fmt: skip
    pen.blob(
        [(-0.62, 0.5), (-0.56, 0.7), (-0.34, 0.82), (0, 0.8), (0.34, 0.62), (0.6, 0.58),
         (0.66, 0.5), (0.4, 0.36), (0.1, 0.24), (-0.3, 0.2), (-0.56, 0.3)],
        coat.main,
    )  # fmt: skip
    pen.blob(
        [(-0.62, 0.46), (-0.3, 0.42), (0.1, 0.36), (0.36, 0.35), (0.1, 0.24), (-0.3, 0.2),
         (-0.56, 0.29)],
        coat.pale,
    )  # fmt: skip
    for step in range(5):
        x = -0.5 + step * 0.12
        line = [(x, 0.41 - step * 0.008), (x + 0.03, 0.33), (x + 0.1, 0.26 + step * 0.004)]
        pen.stroke(line, 0.012, coat.light)
    pen.blob([(-0.1, 0.34), (0.04, 0.1), (0.2, 0.06), (0.16, 0.24), (0.06, 0.36)], coat.dark)
    pen.blob([(-0.5, 0.7), (-0.3, 0.79), (-0.04, 0.77), (-0.3, 0.73)], coat.light)
    pen.stroke([(-0.61, 0.46), (-0.48, 0.46), (-0.4, 0.5)], 0.016, coat.ink)
    pen.oval(-0.42, 0.55, 0.034, 0.036, coat.ink)
    pen.oval(-0.43, 0.565, 0.011, 0.011, WHITE)
    for side in (-1, 1):
        jet = [(-0.25, 0.83), (-0.25 + side * 0.04, 0.98), (-0.25 + side * 0.14, 1.0)]
        pen.stroke(jet, 0.03, (206, 236, 250), taper=0.5)


def turtle(pen: Pen, coat: Tones) -> None:
    """Rows to the left; its middle is half a figure above (0, 0)."""
    shell = mix(coat.dark, (112, 84, 48), 0.45)
    pen.blob([(0.34, 0.5), (0.5, 0.42), (0.36, 0.4)], coat.dark)
    pen.blob([(0.22, 0.42), (0.44, 0.26), (0.4, 0.18), (0.14, 0.34)], coat.dark)
    pen.blob(
        [(-0.3, 0.46), (-0.36, 0.58), (-0.52, 0.66), (-0.63, 0.58), (-0.6, 0.48), (-0.46, 0.44)],
        coat.main,
    )
    pen.blob(
        [(-0.4, 0.42), (-0.34, 0.6), (-0.12, 0.74), (0.14, 0.72), (0.34, 0.56), (0.42, 0.42),
         (0.1, 0.34), (-0.2, 0.34)],
        shell,
    )  # fmt: skip
    for x, y, r in ((-0.19, 0.56, 0.085), (0.02, 0.61, 0.1), (0.21, 0.54, 0.08),
                    (-0.08, 0.45, 0.07), (0.12, 0.44, 0.07)):  # fmt: skip
        spot = [(x + r * math.cos(t * math.tau / 6), y + r * 0.8 * math.sin(t * math.tau / 6))
                for t in range(6)]  # fmt: skip
        pen.poly(spot, mix(shell, coat.light, 0.55))
    pen.blob([(-0.4, 0.42), (-0.2, 0.39), (0.1, 0.38), (0.42, 0.42), (0.1, 0.31), (-0.2, 0.31)],
             coat.pale)  # fmt: skip
    pen.blob([(-0.2, 0.38), (-0.3, 0.14), (-0.2, 0.0), (-0.1, 0.08), (-0.04, 0.34)], coat.main)
    pen.blob([(-0.19, 0.32), (-0.25, 0.16), (-0.19, 0.06), (-0.14, 0.2)], coat.light)
    pen.oval(-0.53, 0.58, 0.032, 0.034, coat.ink)
    pen.oval(-0.54, 0.592, 0.011, 0.011, WHITE)
    pen.stroke([(-0.61, 0.51), (-0.55, 0.49), (-0.5, 0.51)], 0.013, coat.ink)
