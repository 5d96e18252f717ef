"""Animals as cut-paper figures, feet at (0, 0), about one high. Know no place or light."""

from sandbox.modelslab.painter.canvas import Pen
from sandbox.modelslab.painter.colours import BLACK, WHITE, Rgb, mix
from sandbox.modelslab.painter.tones import Tones


def fox(pen: Pen, coat: Tones) -> None:
    """Sits and looks at you, the tail around its paws."""
    socks = mix(coat.dark, coat.ink, 0.6)
    tail = [(0.06, 0.04), (0.28, 0.01), (0.46, 0.08), (0.55, 0.26), (0.53, 0.44), (0.44, 0.58)]
    pen.blob([*tail, (0.38, 0.47), (0.36, 0.34), (0.28, 0.24), (0.12, 0.2)], coat.dark)
    pen.blob(
        [(0.55, 0.33), (0.53, 0.46), (0.44, 0.585), (0.375, 0.47), (0.42, 0.42), (0.46, 0.37)],
        coat.pale,
    )
    body = [(-0.19, 0.02), (0, 0.0), (0.19, 0.02), (0.25, 0.13), (0.19, 0.32), (0.12, 0.5)]
    pen.blob([*body, (0, 0.57), (-0.12, 0.5), (-0.19, 0.32), (-0.25, 0.13)], coat.main)
    pen.blob([(0.02, 0.02), (0.19, 0.02), (0.25, 0.13), (0.19, 0.32), (0.12, 0.2)], coat.dark)
    haunch = mix(coat.main, coat.light, 0.5)
    pen.blob([(-0.19, 0.03), (-0.12, 0.06), (-0.13, 0.2), (-0.18, 0.27), (-0.235, 0.14)], haunch)
    for side in (-0.07, 0.07):
        pen.stroke([(side, 0.34), (side, 0.2), (side, 0.05)], 0.105, coat.main)
        pen.stroke([(side, 0.13), (side, 0.04)], 0.1, socks)
        pen.oval(side, 0.025, 0.065, 0.032, socks)
    pen.blob(
        [(0, 0.55), (-0.11, 0.5), (-0.1, 0.36), (-0.04, 0.3), (0, 0.2), (0.04, 0.3), (0.1, 0.36),
         (0.11, 0.5)],
        coat.pale,
    )  # fmt: skip
    pen.poly([(-0.2, 0.7), (-0.2, 1.02), (-0.02, 0.8)], coat.main)
    pen.poly([(0.2, 0.7), (0.2, 1.02), (0.02, 0.8)], coat.dark)
    for side in (-1, 1):
        pen.poly([(side * 0.17, 0.76), (side * 0.18, 0.95), (side * 0.06, 0.81)], coat.ink)
    face = [(0, 0.49), (-0.09, 0.55), (-0.29, 0.62), (-0.2, 0.72), (-0.14, 0.81), (0, 0.84)]
    pen.blob([*face, (0.14, 0.81), (0.2, 0.72), (0.29, 0.62), (0.09, 0.55)], coat.main)
    pen.mirrored(
        [(-0.29, 0.62), (-0.19, 0.65), (-0.08, 0.645), (-0.02, 0.58), (0, 0.49), (-0.1, 0.55)],
        coat.pale,
    )
    pen.blob([(0, 0.5), (-0.035, 0.56), (-0.03, 0.66), (0.03, 0.66), (0.035, 0.56)], coat.main)
    pen.oval(0, 0.515, 0.037, 0.03, coat.ink)
    _eyes(pen, coat.ink, spread=0.1, height=0.685, size=0.027)


def cat(pen: Pen, coat: Tones) -> None:
    """Sits upright, tail in the air."""
    tail = [(0.1, 0.06), (0.3, 0.06), (0.4, 0.2), (0.36, 0.38), (0.44, 0.52), (0.52, 0.5)]
    pen.stroke(tail, 0.09, coat.dark, taper=0.75)
    body = [(-0.17, 0.02), (0, 0.0), (0.17, 0.02), (0.24, 0.14), (0.19, 0.34), (0.12, 0.52)]
    pen.blob([*body, (0, 0.58), (-0.12, 0.52), (-0.19, 0.34), (-0.24, 0.14)], coat.main)
    pen.blob([(0.03, 0.02), (0.17, 0.02), (0.24, 0.14), (0.19, 0.34), (0.12, 0.22)], coat.dark)
    for side in (-0.07, 0.07):
        pen.stroke([(side, 0.3), (side, 0.16), (side, 0.05)], 0.1, coat.light)
        pen.oval(side, 0.03, 0.065, 0.035, coat.pale)
    pen.oval(0, 0.42, 0.08, 0.12, coat.light)
    pen.poly([(-0.2, 0.68), (-0.21, 0.97), (-0.02, 0.83)], coat.main)
    pen.poly([(0.2, 0.68), (0.21, 0.97), (0.02, 0.83)], coat.dark)
    blush = mix(coat.pale, (236, 140, 150), 0.6)
    for side in (-1, 1):
        pen.poly([(side * 0.17, 0.75), (side * 0.18, 0.9), (side * 0.07, 0.82)], blush)
    pen.oval(0, 0.68, 0.235, 0.185, coat.main)
    for x, tilt in ((-0.05, 8.0), (0.0, 0.0), (0.05, -8.0)):
        pen.oval(x, 0.81, 0.012, 0.05, coat.dark, tilt=tilt)
    pen.mirrored([(0, 0.55), (-0.1, 0.57), (-0.1, 0.63), (0, 0.635)], coat.pale)
    pen.poly([(-0.03, 0.635), (0.03, 0.635), (0, 0.6)], blush)
    for side in (-1, 1):
        pen.stroke([(0, 0.6), (side * 0.03, 0.575), (side * 0.06, 0.585)], 0.012, coat.ink)
        for lift in (-0.02, 0.015):
            whisker = [(side * 0.12, 0.6 + lift / 2), (side * 0.33, 0.6 + lift * 2)]
            pen.stroke(whisker, 0.009, coat.pale)
        pen.oval(side * 0.1, 0.7, 0.05, 0.055, mix(coat.pale, (150, 214, 90), 0.8))
        pen.oval(side * 0.1, 0.7, 0.02, 0.052, coat.ink)
        pen.oval(side * 0.1 - 0.012, 0.722, 0.012, 0.012, WHITE)


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


def _eyes(pen: Pen, ink: Rgb, *, spread: float, height: float, size: float) -> None:
    for side in (-spread, spread):
        pen.oval(side, height, size, size * 1.15, mix(ink, BLACK, 0.5))
        pen.oval(side - size * 0.3, height + size * 0.4, size * 0.36, size * 0.36, WHITE)
