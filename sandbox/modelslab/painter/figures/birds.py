"""Birds: feet at (0, 0), about one high. Know no place or light."""

from sandbox.modelslab.painter.canvas import Pen
from sandbox.modelslab.painter.colours import WHITE, mix
from sandbox.modelslab.painter.figures.features import eyes
from sandbox.modelslab.painter.tones import Tones


def bird(pen: Pen, coat: Tones) -> None:
    """Perches, looking to the left."""
    beak = (240, 170, 60)
    for x in (-0.02, 0.08):
        pen.stroke([(x, 0.2), (x, 0.0), (x - 0.06, 0.0)], 0.028, mix(beak, coat.ink, 0.3))
    pen.poly([(0.2, 0.3), (0.62, 0.12), (0.6, 0.22), (0.66, 0.25), (0.28, 0.5)], coat.dark)
    pen.blob(
        [(-0.28, 0.62), (-0.3, 0.42), (-0.16, 0.22), (0.08, 0.14), (0.3, 0.26), (0.3, 0.46),
         (0.1, 0.66)],
        coat.main,
    )  # fmt: skip
    pen.blob([(-0.29, 0.5), (-0.2, 0.27), (0.04, 0.16), (0.06, 0.3), (-0.1, 0.5)], coat.pale)
    pen.poly([(-0.32, 0.76), (-0.52, 0.69), (-0.34, 0.64)], beak)
    pen.oval(-0.18, 0.7, 0.2, 0.19, coat.main)
    pen.blob([(-0.04, 0.56), (0.2, 0.56), (0.44, 0.3), (0.2, 0.26), (0.0, 0.36)], coat.dark)
    pen.blob([(-0.02, 0.54), (0.18, 0.53), (0.36, 0.36), (0.16, 0.36), (0.02, 0.42)], coat.light)
    pen.oval(-0.24, 0.74, 0.055, 0.055, WHITE)
    pen.oval(-0.25, 0.74, 0.034, 0.036, coat.ink)
    pen.oval(-0.262, 0.753, 0.011, 0.011, WHITE)


def flying_bird(pen: Pen, coat: Tones) -> None:
    """On the wing, heading left; its middle is half a figure above (0, 0)."""
    beak = (240, 170, 60)
    pen.poly([(0.26, 0.46), (0.58, 0.5), (0.52, 0.42), (0.6, 0.36), (0.24, 0.38)], coat.dark)
    pen.blob([(0.02, 0.5), (0.1, 0.8), (0.34, 1.0), (0.36, 0.74), (0.24, 0.5)], coat.dark)
    pen.blob(
        [(-0.36, 0.52), (-0.24, 0.36), (0.04, 0.32), (0.34, 0.42), (0.2, 0.52), (-0.16, 0.6)],
        coat.main,
    )
    pen.blob([(-0.3, 0.42), (-0.16, 0.35), (0.08, 0.33), (0.1, 0.4), (-0.12, 0.45)], coat.pale)
    pen.poly([(-0.42, 0.6), (-0.58, 0.53), (-0.43, 0.5)], beak)
    pen.oval(-0.31, 0.56, 0.13, 0.12, coat.main)
    pen.blob([(-0.14, 0.5), (-0.16, 0.76), (-0.02, 1.02), (0.08, 0.78), (0.14, 0.48)], coat.main)
    pen.blob([(-0.08, 0.52), (-0.1, 0.74), (-0.02, 0.92), (0.03, 0.74), (0.06, 0.5)], coat.light)
    pen.oval(-0.36, 0.59, 0.036, 0.036, WHITE)
    pen.oval(-0.367, 0.59, 0.022, 0.023, coat.ink)


def owl(pen: Pen, coat: Tones) -> None:
    """Sits on a branch and is not surprised."""
    bark, beak = mix(coat.ink, (112, 78, 54), 0.7), (240, 176, 70)
    pen.stroke([(-0.55, 0.06), (-0.1, 0.1), (0.3, 0.07), (0.55, 0.12)], 0.07, bark)
    pen.blob([(0.34, 0.1), (0.5, 0.24), (0.6, 0.2), (0.52, 0.1)], (86, 150, 84))
    pen.blob([(-0.12, 0.12), (0.12, 0.12), (0.08, -0.1), (-0.08, -0.1)], coat.dark)
    pen.blob(
        [(0, 0.08), (-0.2, 0.16), (-0.28, 0.4), (-0.25, 0.7), (-0.2, 0.86), (0, 0.88),
         (0.2, 0.86), (0.25, 0.7), (0.28, 0.4), (0.2, 0.16)],
        coat.main,
    )  # fmt: skip
    pen.oval(0, 0.34, 0.17, 0.22, coat.pale)
    for row in range(4):
        for step in range(-1 - row % 2, 2):
            x = step * 0.085 + (0.0425 if row % 2 else 0)
            pen.blob(
                [
                    (x - 0.028, 0.46 - row * 0.08),
                    (x, 0.41 - row * 0.08),
                    (x + 0.028, 0.46 - row * 0.08),
                    (x, 0.45 - row * 0.08),
                ],
                coat.light,
            )
    pen.mirrored([(0.2, 0.62), (0.3, 0.44), (0.24, 0.16), (0.14, 0.3), (0.15, 0.52)], coat.dark)
    pen.mirrored([(0.08, 0.86), (0.22, 1.0), (0.24, 0.78)], coat.dark)
    for side in (-1, 1):
        pen.oval(side * 0.115, 0.7, 0.125, 0.13, coat.pale)
        pen.oval(side * 0.115, 0.7, 0.085, 0.088, (250, 198, 70))
        pen.oval(side * 0.11, 0.7, 0.05, 0.055, coat.ink)
        pen.oval(side * 0.11 - 0.018, 0.725, 0.018, 0.018, WHITE)
        for toe in (-0.03, 0.03):
            pen.oval(side * 0.08 + toe, 0.1, 0.026, 0.036, beak)
    pen.poly([(-0.04, 0.66), (0.04, 0.66), (0, 0.57)], beak)


def penguin(pen: Pen, coat: Tones) -> None:
    """Stands upright and hopes for fish."""
    beak = (244, 160, 56)
    for side in (-1, 1):
        pen.oval(side * 0.1, 0.02, 0.1, 0.035, beak)
        pen.blob([(side * 0.2, 0.6), (side * 0.34, 0.4), (side * 0.36, 0.24), (side * 0.26, 0.3),
                  (side * 0.18, 0.44)], coat.dark)  # fmt: skip
    pen.blob(
        [(0, 0.02), (-0.2, 0.08), (-0.27, 0.34), (-0.2, 0.64), (-0.19, 0.84), (0, 0.97),
         (0.19, 0.84), (0.2, 0.64), (0.27, 0.34), (0.2, 0.08)],
        coat.main,
    )  # fmt: skip
    pen.blob(
        [(0, 0.05), (-0.16, 0.12), (-0.19, 0.36), (-0.11, 0.6), (0, 0.63), (0.11, 0.6),
         (0.19, 0.36), (0.16, 0.12)],
        coat.pale,
    )  # fmt: skip
    pen.oval(-0.07, 0.78, 0.085, 0.09, coat.pale)
    pen.oval(0.07, 0.78, 0.085, 0.09, coat.pale)
    pen.poly([(-0.05, 0.76), (0.05, 0.76), (0, 0.67)], beak)
    for side in (-1, 1):
        pen.oval(side * 0.14, 0.7, 0.032, 0.022, (246, 178, 170))
    pen.stroke([(-0.19, 0.63), (0, 0.59), (0.19, 0.63)], 0.055, (206, 62, 68))
    pen.stroke([(0.12, 0.6), (0.16, 0.48), (0.14, 0.42)], 0.05, (186, 50, 60))
    eyes(pen, coat.ink, spread=0.07, height=0.79, size=0.028)
