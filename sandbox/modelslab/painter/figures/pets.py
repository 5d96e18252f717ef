"""Animals of the house and hedge: feet at (0, 0), about one high. Know no place or light."""

from sandbox.modelslab.painter.canvas import Pen
from sandbox.modelslab.painter.colours import WHITE, mix
from sandbox.modelslab.painter.figures.features import eyes
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
    eyes(pen, coat.ink, spread=0.1, height=0.685, size=0.027)


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


def dog(pen: Pen, coat: Tones) -> None:
    """Sits and waits for you, ears down, tongue out."""
    ear = mix(coat.dark, coat.ink, 0.35)
    pen.stroke([(0.14, 0.08), (0.32, 0.1), (0.42, 0.24), (0.38, 0.36)], 0.075, coat.dark, taper=0.6)
    body = [(-0.2, 0.02), (0, 0.0), (0.2, 0.02), (0.26, 0.14), (0.2, 0.34), (0.14, 0.54)]
    pen.blob([*body, (0, 0.6), (-0.14, 0.54), (-0.2, 0.34), (-0.26, 0.14)], coat.main)
    pen.blob([(0.04, 0.02), (0.2, 0.02), (0.26, 0.14), (0.2, 0.34), (0.13, 0.22)], coat.dark)
    pen.blob([(0, 0.54), (-0.1, 0.48), (-0.09, 0.3), (0, 0.2), (0.09, 0.3), (0.1, 0.48)], coat.pale)
    for side in (-0.08, 0.08):
        pen.stroke([(side, 0.32), (side, 0.16), (side, 0.05)], 0.105, coat.light)
        pen.oval(side, 0.03, 0.075, 0.036, coat.pale)
    pen.stroke([(-0.12, 0.53), (0, 0.5), (0.12, 0.53)], 0.055, (206, 58, 60))
    pen.oval(0, 0.465, 0.034, 0.034, (246, 204, 84))
    pen.blob(
        [(0, 0.52), (-0.13, 0.55), (-0.21, 0.68), (-0.19, 0.84), (0, 0.92), (0.19, 0.84),
         (0.21, 0.68), (0.13, 0.55)],
        coat.main,
    )  # fmt: skip
    pen.oval(-0.095, 0.73, 0.072, 0.09, coat.light)
    pen.mirrored([(0.15, 0.87), (0.27, 0.84), (0.31, 0.66), (0.25, 0.54), (0.19, 0.66)], ear)
    pen.blob([(0, 0.71), (-0.12, 0.66), (-0.13, 0.57), (0, 0.53), (0.13, 0.57), (0.12, 0.66)],
             coat.pale)  # fmt: skip
    pen.blob([(-0.035, 0.565), (0.035, 0.565), (0.03, 0.48), (0, 0.46), (-0.03, 0.48)],
             (236, 118, 128))  # fmt: skip
    pen.oval(0, 0.67, 0.052, 0.04, coat.ink)
    for side in (-1, 1):
        pen.stroke([(0, 0.63), (side * 0.02, 0.58), (side * 0.075, 0.585)], 0.014, coat.ink)
    eyes(pen, coat.ink, spread=0.09, height=0.745, size=0.031)


def rabbit(pen: Pen, coat: Tones) -> None:
    """Sits up, ears up, one of them bent."""
    blush = mix(coat.pale, (238, 140, 156), 0.65)
    pen.oval(0.22, 0.12, 0.09, 0.085, coat.pale)
    pen.blob(
        [(-0.2, 0.02), (0, 0.0), (0.2, 0.02), (0.25, 0.16), (0.18, 0.36), (0, 0.46), (-0.18, 0.36),
         (-0.25, 0.16)],
        coat.main,
    )  # fmt: skip
    pen.blob([(0.05, 0.01), (0.2, 0.02), (0.25, 0.16), (0.18, 0.36), (0.12, 0.2)], coat.dark)
    pen.oval(0, 0.2, 0.12, 0.15, coat.pale)
    for side in (-1, 1):
        pen.oval(side * 0.14, 0.035, 0.1, 0.042, coat.light)
        pen.stroke([(side * 0.1, 0.34), (side * 0.05, 0.24)], 0.075, coat.light)
    for x, tilt, colour in ((-0.09, 8.0, coat.main), (0.1, -14.0, coat.dark)):
        pen.oval(x, 0.84, 0.06, 0.2, colour, tilt=tilt)
        pen.oval(x, 0.83, 0.03, 0.15, blush, tilt=tilt)
    pen.oval(0, 0.55, 0.205, 0.175, coat.main)
    pen.oval(-0.08, 0.61, 0.07, 0.06, coat.light)
    for side in (-1, 1):
        pen.oval(side * 0.06, 0.48, 0.07, 0.055, coat.pale)
        pen.oval(side * 0.14, 0.5, 0.035, 0.024, blush)
        for lift in (-0.02, 0.02):
            whisker = [(side * 0.08, 0.49), (side * 0.26, 0.49 + lift * 2)]
            pen.stroke(whisker, 0.008, coat.pale)
    pen.poly([(-0.02, 0.435), (0.02, 0.435), (0.018, 0.395), (-0.018, 0.395)], WHITE)
    pen.poly([(-0.03, 0.53), (0.03, 0.53), (0, 0.495)], blush)
    eyes(pen, coat.ink, spread=0.095, height=0.58, size=0.034)
