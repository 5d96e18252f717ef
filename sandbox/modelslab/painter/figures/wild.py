"""Large animals: feet at (0, 0), about one high, the walking ones head left. Know no place."""

import math
from collections.abc import Sequence

from sandbox.modelslab.painter.canvas import Pen, Point
from sandbox.modelslab.painter.colours import WHITE, Rgb, mix
from sandbox.modelslab.painter.figures.features import eyes
from sandbox.modelslab.painter.figures.pets import cat
from sandbox.modelslab.painter.tones import Tones


def lion(pen: Pen, coat: Tones) -> None:
    """A cat in the middle of its mane."""
    mane = mix(coat.dark, (124, 62, 30), 0.6)
    cat(pen, coat)
    for ring, (reach, colour) in enumerate(((0.36, mane), (0.29, mix(mane, coat.main, 0.4)))):
        for step in range(13):
            turn = math.tau * (step + ring / 2) / 13
            x, y = reach * 0.78 * math.cos(turn), 0.68 + reach * 0.78 * math.sin(turn)
            pen.oval(x, y, 0.12, 0.11, colour)
    for side in (-1, 1):
        pen.oval(side * 0.17, 0.86, 0.065, 0.065, coat.main)
        pen.oval(side * 0.17, 0.86, 0.035, 0.035, coat.pale)
    pen.oval(0, 0.68, 0.225, 0.19, coat.main)
    pen.mirrored([(0, 0.55), (-0.1, 0.57), (-0.1, 0.63), (0, 0.635)], coat.pale)
    pen.blob([(-0.05, 0.8), (0.05, 0.8), (0.04, 0.64), (-0.04, 0.64)], coat.light)
    pen.poly([(-0.045, 0.655), (0.045, 0.655), (0, 0.605)], coat.ink)
    for side in (-1, 1):
        pen.stroke([(0, 0.61), (side * 0.03, 0.575), (side * 0.07, 0.585)], 0.013, coat.ink)
    eyes(pen, coat.ink, spread=0.105, height=0.71, size=0.03)


def bear(pen: Pen, coat: Tones) -> None:
    _sitting_bear(pen, coat, coat.main, coat.dark)


def panda(pen: Pen, coat: Tones) -> None:
    """A bear in black and white, with its bamboo."""
    _sitting_bear(pen, coat, coat.ink, coat.ink)
    stalk = (110, 168, 78)
    pen.stroke([(0.02, 0.12), (0.14, 0.34), (0.3, 0.66)], 0.035, stalk)
    pen.blob([(0.26, 0.58), (0.42, 0.64), (0.46, 0.72), (0.3, 0.66)], mix(stalk, WHITE, 0.2))
    pen.blob([(0.28, 0.62), (0.2, 0.76), (0.24, 0.84), (0.31, 0.7)], stalk)
    pen.oval(0.13, 0.31, 0.065, 0.06, coat.ink)


def _sitting_bear(pen: Pen, coat: Tones, limbs: Rgb, far_limbs: Rgb) -> None:
    for side, colour in ((-1, limbs), (1, far_limbs)):
        pen.oval(side * 0.18, 0.9, 0.085, 0.085, colour)
        pen.oval(side * 0.18, 0.9, 0.045, 0.045, mix(colour, coat.pale, 0.35))
    pen.blob(
        [(0, 0.0), (-0.24, 0.03), (-0.31, 0.24), (-0.22, 0.5), (0, 0.6), (0.22, 0.5),
         (0.31, 0.24), (0.24, 0.03)],
        coat.main,
    )  # fmt: skip
    pen.oval(0, 0.27, 0.18, 0.2, coat.light)
    for side, colour in ((-1, limbs), (1, far_limbs)):
        pen.blob([(side * 0.2, 0.54), (side * 0.34, 0.4), (side * 0.32, 0.24), (side * 0.2, 0.22),
                  (side * 0.18, 0.4)], colour)  # fmt: skip
        pen.oval(side * 0.2, 0.08, 0.13, 0.1, colour)
        pen.oval(side * 0.2, 0.08, 0.068, 0.055, mix(colour, coat.pale, 0.4))
    pen.blob(
        [(0, 0.5), (-0.2, 0.56), (-0.26, 0.72), (-0.18, 0.88), (0, 0.93), (0.18, 0.88),
         (0.26, 0.72), (0.2, 0.56)],
        coat.main,
    )  # fmt: skip
    if limbs != coat.main:
        for side in (-1, 1):
            pen.oval(side * 0.105, 0.74, 0.07, 0.062, limbs, tilt=side * 40)
    pen.oval(0, 0.61, 0.115, 0.085, coat.pale)
    pen.oval(0, 0.645, 0.045, 0.032, coat.ink)
    pen.stroke([(-0.04, 0.575), (0, 0.56), (0.04, 0.575)], 0.014, coat.ink)
    eyes(pen, coat.ink, spread=0.1, height=0.74, size=0.028)


def elephant(pen: Pen, coat: Tones) -> None:
    ear = mix(coat.light, (236, 178, 186), 0.3)
    pen.stroke([(0.5, 0.56), (0.6, 0.44), (0.58, 0.3)], 0.035, coat.dark, taper=0.6)
    for x in (0.0, 0.4):
        pen.stroke([(x, 0.36), (x, 0.07)], 0.17, coat.dark)
    pen.blob(
        [(-0.28, 0.5), (-0.2, 0.8), (0.1, 0.9), (0.4, 0.82), (0.55, 0.56), (0.46, 0.32),
         (0.1, 0.26), (-0.2, 0.32)],
        coat.main,
    )  # fmt: skip
    for x in (-0.14, 0.27):
        pen.stroke([(x, 0.4), (x, 0.085)], 0.18, coat.main)
        for toe in (-0.055, 0, 0.055):
            pen.oval(x + toe, 0.03, 0.026, 0.026, coat.pale)
    pen.stroke([(-0.5, 0.62), (-0.62, 0.46), (-0.6, 0.26), (-0.68, 0.16), (-0.76, 0.2)], 0.16,
               coat.main, taper=0.42)  # fmt: skip
    pen.oval(-0.38, 0.7, 0.22, 0.22, coat.main)
    pen.blob([(-0.48, 0.52), (-0.6, 0.44), (-0.7, 0.46), (-0.58, 0.5), (-0.5, 0.57)], coat.pale)
    pen.blob(
        [(-0.3, 0.82), (-0.12, 0.94), (0.08, 0.84), (0.08, 0.62), (-0.08, 0.46), (-0.24, 0.56)],
        coat.dark,
    )
    pen.blob([(-0.25, 0.79), (-0.1, 0.87), (0.03, 0.79), (0.02, 0.64), (-0.08, 0.53), (-0.2, 0.6)],
             ear)  # fmt: skip
    pen.oval(-0.44, 0.74, 0.032, 0.036, coat.ink)
    pen.oval(-0.45, 0.755, 0.011, 0.011, WHITE)
    for step in range(3):
        y = 0.44 - step * 0.07
        pen.stroke([(-0.64, y), (-0.56, y + 0.012)], 0.012, coat.dark)


def horse(pen: Pen, coat: Tones) -> None:
    _walker(pen, coat, mane=mix(coat.ink, coat.dark, 0.25), muzzle=mix(coat.dark, coat.ink, 0.3))
    for step in range(7):
        share = step / 6
        x, y = -0.3 + 0.16 * share, 1.0 - 0.3 * share
        pen.oval(x, y, 0.06, 0.055, mix(coat.ink, coat.dark, 0.25))


def unicorn(pen: Pen, coat: Tones) -> None:
    """White, with a gold horn and a mane of all colours."""
    pastel: Sequence[Rgb] = ((246, 150, 180), (250, 206, 120), (150, 214, 170), (140, 180, 240))
    _walker(pen, coat, mane=(196, 150, 230), muzzle=mix(coat.pale, (246, 190, 200), 0.6))
    for step in range(9):
        share = step / 8
        pen.oval(-0.33 + 0.2 * share, 1.02 - 0.34 * share, 0.065, 0.058, pastel[step % 4])
    pen.poly([(-0.43, 0.99), (-0.36, 1.0), (-0.52, 1.26)], (246, 206, 100))
    pen.stroke([(-0.45, 1.04), (-0.4, 1.06)], 0.012, WHITE)
    pen.stroke([(-0.475, 1.1), (-0.435, 1.12)], 0.01, WHITE)


def deer(pen: Pen, coat: Tones) -> None:
    """A stag with its antlers and spots."""
    _walker(pen, coat, mane=coat.pale, muzzle=coat.ink, slim=0.8)
    for x, y in ((0.0, 0.66), (0.1, 0.6), (0.2, 0.67), (0.28, 0.58), (0.06, 0.54)):
        pen.oval(x, y, 0.018, 0.016, coat.pale)
    horn = mix(coat.pale, (150, 106, 70), 0.6)
    for lean in (-0.02, 0.1):
        beam = [(-0.38, 0.98), (-0.36 + lean, 1.12), (-0.28 + lean * 2, 1.3)]
        pen.stroke(beam, 0.034, horn, taper=0.6)
        pen.stroke([(-0.36 + lean, 1.12), (-0.46 + lean, 1.24)], 0.026, horn, taper=0.6)
        pen.stroke([(-0.33 + lean * 1.5, 1.2), (-0.2 + lean * 1.5, 1.24)], 0.024, horn, taper=0.6)


def _walker(pen: Pen, coat: Tones, *, mane: Rgb, muzzle: Rgb, slim: float = 1.0) -> None:
    """A body on four legs with a neck and a long head, walking left."""
    tail: list[Point] = [(0.4, 0.66), (0.52, 0.6), (0.55, 0.42), (0.5, 0.3)]
    pen.stroke(tail if slim == 1 else tail[:2], 0.085, mane, taper=0.5)
    hoof = mix(coat.ink, coat.dark, 0.2)
    far = ([(-0.1, 0.48), (-0.02, 0.3), (-0.04, 0.05)], [(0.24, 0.48), (0.22, 0.3), (0.28, 0.05)])
    near = ([(-0.16, 0.48), (-0.2, 0.28), (-0.18, 0.05)], [(0.34, 0.5), (0.4, 0.3), (0.37, 0.05)])
    for legs, colour in ((far, coat.dark), (near, coat.main)):
        for leg in legs:
            pen.stroke(leg, 0.115 * slim, colour, taper=0.62)
            pen.poly([(leg[2][0] - 0.045, 0.0), (leg[2][0] - 0.035, 0.06),
                      (leg[2][0] + 0.035, 0.06), (leg[2][0] + 0.045, 0.0)], hoof)  # fmt: skip
        if colour is coat.dark:
            pen.blob(
                [(-0.26, 0.58), (-0.22, 0.72), (0, 0.72), (0.22, 0.75), (0.4, 0.68), (0.43, 0.52),
                 (0.3, 0.43), (0.05, 0.42), (-0.18, 0.44)],
                coat.main,
            )  # fmt: skip
            pen.blob([(-0.16, 0.46), (0.05, 0.43), (0.3, 0.44), (0.42, 0.52), (0.1, 0.52)],
                     coat.dark)  # fmt: skip
    pen.blob(
        [(-0.26, 0.56), (-0.33, 0.78), (-0.42, 0.92), (-0.3, 1.0), (-0.16, 0.86), (-0.06, 0.68)],
        coat.main,
    )
    pen.poly([(-0.36, 0.97), (-0.34, 1.1), (-0.28, 0.98)], coat.dark)
    pen.blob(
        [(-0.3, 1.0), (-0.4, 1.01), (-0.52, 0.9), (-0.64, 0.78), (-0.62, 0.7), (-0.52, 0.7),
         (-0.42, 0.8), (-0.3, 0.84)],
        coat.main,
    )  # fmt: skip
    pen.blob([(-0.56, 0.83), (-0.65, 0.77), (-0.62, 0.7), (-0.53, 0.72)], muzzle)
    pen.oval(-0.43, 0.915, 0.026, 0.03, coat.ink)
    pen.oval(-0.438, 0.927, 0.009, 0.009, WHITE)
    pen.oval(-0.61, 0.76, 0.011, 0.011, coat.ink)
