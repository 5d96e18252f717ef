"""A butterfly and a dragon: about one high. Know no place or light."""

import math

from sandbox.modelslab.painter.canvas import Pen
from sandbox.modelslab.painter.colours import WHITE, mix
from sandbox.modelslab.painter.tones import Tones


def butterfly(pen: Pen, coat: Tones) -> None:
    """Wings spread, seen from above; its middle is half a figure above (0, 0)."""
    edge = mix(coat.ink, coat.dark, 0.2)
    upper = [(0.02, 0.54), (0.1, 0.82), (0.34, 1.0), (0.5, 0.9), (0.46, 0.66), (0.26, 0.52)]
    lower = [(0.02, 0.5), (0.26, 0.5), (0.42, 0.36), (0.34, 0.14), (0.2, 0.08), (0.08, 0.26)]
    for wing, colour in ((lower, coat.dark), (upper, coat.main)):
        pen.mirrored(wing, edge)
        middle_x = sum(x for x, _ in wing) / 6
        middle_y = sum(y for _, y in wing) / 6
        inner = [(middle_x + (x - middle_x) * 0.82, middle_y + (y - middle_y) * 0.82)
                 for x, y in wing]  # fmt: skip
        pen.mirrored(inner, colour)
    for side in (-1, 1):
        pen.blob([(side * 0.1, 0.6), (side * 0.18, 0.76), (side * 0.34, 0.84), (side * 0.28, 0.66)],
                 coat.light)  # fmt: skip
        for x, y, radius in ((0.42, 0.9, 0.025), (0.46, 0.8, 0.02), (0.36, 0.3, 0.022)):
            pen.oval(side * x, y, radius, radius, WHITE)
        pen.oval(side * 0.24, 0.3, 0.06, 0.06, coat.pale)
        pen.oval(side * 0.24, 0.3, 0.032, 0.032, edge)
        pen.stroke([(0, 0.7), (side * 0.05, 0.84), (side * 0.12, 0.9)], 0.014, coat.ink)
        pen.oval(side * 0.12, 0.9, 0.018, 0.018, coat.ink)
    pen.oval(0, 0.48, 0.036, 0.2, coat.ink)
    pen.oval(0, 0.68, 0.045, 0.045, coat.ink)


def dragon(pen: Pen, coat: Tones) -> None:
    """Sits with a wing up and breathes a little fire to the left."""
    belly = mix(coat.pale, (250, 214, 130), 0.5)
    wing = mix(coat.dark, (150, 60, 90), 0.45)
    pen.blob([(0.06, 0.5), (0.16, 0.86), (0.4, 1.12), (0.44, 0.92), (0.62, 0.94), (0.56, 0.76),
              (0.7, 0.66), (0.46, 0.56), (0.24, 0.42)], wing)  # fmt: skip
    for tip in ((0.4, 1.12), (0.62, 0.94), (0.7, 0.66)):
        pen.stroke([(0.12, 0.48), tip], 0.03, coat.dark, taper=0.4)
    pen.stroke([(0.2, 0.12), (0.5, 0.04), (0.72, 0.12), (0.76, 0.32), (0.64, 0.38)], 0.18,
               coat.main, taper=0.25)  # fmt: skip
    pen.poly([(0.66, 0.44), (0.5, 0.42), (0.62, 0.28)], coat.dark)
    pen.blob(
        [(-0.2, 0.04), (0, 0.0), (0.26, 0.02), (0.34, 0.2), (0.24, 0.46), (0.06, 0.6),
         (-0.14, 0.52), (-0.24, 0.28)],
        coat.main,
    )  # fmt: skip
    pen.stroke([(-0.04, 0.44), (-0.12, 0.66), (-0.22, 0.8)], 0.2, coat.main, taper=0.85)
    pen.blob(
        [
            (-0.22, 0.06),
            (-0.04, 0.04),
            (0.02, 0.26),
            (-0.06, 0.5),
            (-0.16, 0.68),
            (-0.25, 0.66),
            (-0.22, 0.4),
        ],
        belly,
    )
    for step in range(5):
        y = 0.12 + step * 0.1
        pen.stroke([(-0.22, y), (-0.02, y + 0.01)], 0.012, mix(belly, coat.dark, 0.4))
    for step in range(5):
        share = step / 4
        x, y = 0.02 + 0.2 * share - 0.12 * math.sin(share * 3), 0.86 - 0.34 * share
        pen.poly([(x - 0.04, y), (x + 0.1, y + 0.06), (x + 0.03, y - 0.07)], wing)
    for x in (-0.16, 0.12):
        pen.oval(x, 0.05, 0.11, 0.055, coat.light)
    pen.blob(
        [(-0.06, 0.84), (-0.14, 0.98), (-0.3, 1.0), (-0.44, 0.9), (-0.6, 0.86), (-0.62, 0.76),
         (-0.44, 0.73), (-0.22, 0.72)],
        coat.main,
    )  # fmt: skip
    pen.blob([(-0.6, 0.79), (-0.62, 0.75), (-0.4, 0.72), (-0.26, 0.73), (-0.42, 0.78)], belly)
    for x in (-0.12, -0.22):
        pen.poly([(x - 0.05, 0.97), (x + 0.03, 0.96), (x + 0.12, 1.14)], coat.pale)
    pen.oval(-0.32, 0.9, 0.046, 0.042, (250, 216, 90))
    pen.oval(-0.335, 0.9, 0.016, 0.034, coat.ink)
    pen.oval(-0.56, 0.84, 0.014, 0.014, coat.ink)
    pen.glow(-0.84, 0.76, 0.34, (250, 170, 70), 0.5)
    for reach, colour in ((1.0, (240, 104, 48)), (0.7, (250, 176, 66)), (0.42, (255, 236, 150))):
        pen.blob(
            [
                (-0.63, 0.79),
                (-0.63 - 0.2 * reach, 0.86 * 0.12 + 0.77),
                (-0.63 - 0.46 * reach, 0.76),
                (-0.63 - 0.2 * reach, 0.7),
                (-0.63, 0.75),
            ],
            colour,
        )
