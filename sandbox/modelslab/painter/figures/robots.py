"""Robots: feet at (0, 0), one high. Know no place or light."""

from sandbox.modelslab.painter.canvas import Pen
from sandbox.modelslab.painter.tones import Tones


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
