"""People, seen from the front: feet at (0, 0), one high. Know no place or light."""

import math
from dataclasses import dataclass

from sandbox.modelslab.painter.canvas import Pen
from sandbox.modelslab.painter.colours import WHITE, Rgb, mix
from sandbox.modelslab.painter.figures.features import eyes
from sandbox.modelslab.painter.tones import Tones

GOLD: Rgb = (240, 196, 84)


@dataclass(frozen=True, kw_only=True)
class Head:
    """What a person's head looks like."""

    skin: Rgb
    hair: Rgb
    eyes: Rgb
    beard: bool = False


def person(pen: Pen, coat: Tones, head: Head) -> None:
    """A wanderer in a coat and scarf."""
    _legs(pen, coat.ink)
    _arms(pen, coat, head)
    pen.blob(
        [(-0.17, 0.2), (-0.13, 0.44), (-0.14, 0.62), (0, 0.68), (0.14, 0.62), (0.13, 0.44),
         (0.17, 0.2), (0, 0.18)],
        coat.main,
    )  # fmt: skip
    pen.blob([(0.02, 0.19), (0.17, 0.2), (0.13, 0.44), (0.14, 0.62), (0.04, 0.6)], coat.dark)
    _face(pen, coat, head)
    _short_hair(pen, head)
    scarf = mix(coat.pale, (232, 180, 70), 0.8)
    pen.stroke([(-0.11, 0.65), (0, 0.62), (0.11, 0.65)], 0.07, scarf)
    pen.stroke([(0.08, 0.64), (0.22, 0.6), (0.32, 0.66)], 0.06, scarf, taper=0.6)


def woman(pen: Pen, coat: Tones, head: Head) -> None:
    """In a long dress, with long hair."""
    pen.blob([(0, 0.96), (-0.16, 0.88), (-0.17, 0.7), (-0.14, 0.5), (0, 0.46), (0.14, 0.5),
              (0.17, 0.7), (0.16, 0.88)], head.hair)  # fmt: skip
    for side in (-0.05, 0.05):
        pen.oval(side, 0.03, 0.055, 0.03, coat.ink)
    _arms(pen, coat, head)
    pen.blob(
        [(-0.25, 0.05), (-0.1, 0.42), (-0.12, 0.62), (0, 0.67), (0.12, 0.62), (0.1, 0.42),
         (0.25, 0.05), (0.1, 0.03), (-0.1, 0.03)],
        coat.main,
    )  # fmt: skip
    pen.blob([(0.06, 0.04), (0.25, 0.05), (0.1, 0.42), (0.12, 0.62), (0.05, 0.58), (0.04, 0.4)],
             coat.dark)  # fmt: skip
    pen.stroke([(-0.09, 0.44), (0, 0.425), (0.09, 0.44)], 0.04, coat.pale)
    _face(pen, coat, head, beardless=True)
    pen.blob([(-0.13, 0.78), (-0.12, 0.9), (0, 0.95), (0.13, 0.89), (0.13, 0.77), (0.07, 0.87),
              (-0.04, 0.88)], head.hair)  # fmt: skip


def man(pen: Pen, coat: Tones, head: Head) -> None:
    """In trousers and a jacket."""
    _legs(pen, mix(coat.ink, (62, 74, 104), 0.5))
    _arms(pen, coat, head)
    pen.blob([(-0.15, 0.32), (-0.17, 0.58), (-0.1, 0.66), (0.1, 0.66), (0.17, 0.58), (0.15, 0.32)],
             coat.main)  # fmt: skip
    pen.blob([(0.04, 0.32), (0.06, 0.64), (0.1, 0.66), (0.17, 0.58), (0.15, 0.32)], coat.dark)
    pen.poly([(-0.06, 0.67), (0, 0.52), (0.06, 0.67)], coat.pale)
    pen.poly([(-0.016, 0.64), (0.016, 0.64), (0.024, 0.5), (0, 0.46), (-0.024, 0.5)], coat.ink)
    _face(pen, coat, head)
    _short_hair(pen, head)


def child(pen: Pen, coat: Tones, head: Head) -> None:
    """Small, with a large head and a balloon on a string."""
    small = Pen(pen.canvas, pen.x, pen.y, pen.size * 0.72, pen.flip)
    _legs(small, mix(coat.ink, (72, 92, 140), 0.6))
    small.stroke([(0.12, 0.54), (0.24, 0.66), (0.28, 0.76)], 0.085, coat.dark)
    small.oval(0.28, 0.77, 0.045, 0.045, head.skin)
    small.stroke([(0.28, 0.78), (0.34, 1.0), (0.3, 1.16)], 0.01, coat.ink)
    small.oval(0.3, 1.34, 0.15, 0.18, (232, 82, 92))
    small.oval(0.25, 1.41, 0.035, 0.05, (250, 170, 176))
    small.stroke([(-0.12, 0.54), (-0.22, 0.4)], 0.085, coat.main)
    small.oval(-0.23, 0.38, 0.045, 0.045, head.skin)
    small.blob([(-0.16, 0.24), (-0.15, 0.54), (0, 0.62), (0.15, 0.54), (0.16, 0.24)], coat.main)
    for y in (0.34, 0.45):
        small.stroke([(-0.14, y), (0.14, y)], 0.045, coat.pale)
    large = Pen(pen.canvas, pen.x, small.place((0, -0.42))[1], pen.size * 0.9, pen.flip)
    _face(large, coat, head, beardless=True)
    _short_hair(large, head)


def knight(pen: Pen, coat: Tones, head: Head) -> None:
    """In armour, with sword, shield and a plume in the asked colour."""
    steel, shade = mix(coat.pale, (150, 162, 182), 0.75), mix(coat.pale, (96, 106, 128), 0.85)
    _legs(pen, shade)
    pen.stroke([(0.3, 0.3), (0.3, 0.98)], 0.035, mix(steel, WHITE, 0.5), taper=0.5)
    pen.stroke([(0.22, 0.42), (0.38, 0.42)], 0.035, GOLD)
    pen.stroke([(0.12, 0.58), (0.26, 0.46), (0.29, 0.36)], 0.1, shade)
    pen.blob([(-0.16, 0.24), (-0.18, 0.56), (-0.1, 0.67), (0.1, 0.67), (0.18, 0.56), (0.16, 0.24)],
             steel)  # fmt: skip
    pen.blob([(0.03, 0.24), (0.05, 0.66), (0.1, 0.67), (0.18, 0.56), (0.16, 0.24)], shade)
    pen.stroke([(-0.15, 0.36), (0.15, 0.36)], 0.04, GOLD)
    shield = [(-0.36, 0.6), (-0.08, 0.6), (-0.1, 0.36), (-0.22, 0.2), (-0.34, 0.36)]
    pen.poly(shield, GOLD)
    pen.poly([(-0.22 + (x + 0.22) * 0.84, 0.42 + (y - 0.42) * 0.84) for x, y in shield], coat.main)
    pen.stroke([(-0.22, 0.55), (-0.22, 0.29)], 0.03, coat.pale)
    pen.stroke([(-0.31, 0.46), (-0.13, 0.46)], 0.03, coat.pale)
    pen.stroke([(0.0, 0.95), (0.06, 1.06), (0.2, 1.02), (0.24, 0.9)], 0.1, coat.main, taper=0.5)
    pen.blob([(0, 0.65), (-0.13, 0.7), (-0.14, 0.86), (0, 0.96), (0.14, 0.86), (0.13, 0.7)], steel)
    pen.blob([(0.03, 0.66), (0.13, 0.7), (0.14, 0.86), (0.03, 0.95), (0.05, 0.8)], shade)
    pen.stroke([(-0.1, 0.82), (0.1, 0.82)], 0.04, coat.ink)
    for x in (-0.04, 0, 0.04):
        pen.stroke([(x, 0.76), (x, 0.7)], 0.012, coat.ink)
    for side in (-0.045, 0.045):
        pen.oval(side, 0.82, 0.013, 0.013, head.eyes)


def wizard(pen: Pen, coat: Tones, head: Head) -> None:
    """Robe, staff, hat, and a beard whatever was said."""
    _robe(pen, coat)
    pen.stroke([(0.3, 0.0), (0.28, 0.9)], 0.036, mix(coat.ink, (130, 88, 54), 0.8))
    pen.glow(0.28, 0.95, 0.2, (150, 220, 255), 0.8)
    pen.oval(0.28, 0.95, 0.05, 0.05, (214, 244, 255))
    pen.stroke([(0.12, 0.56), (0.22, 0.48), (0.28, 0.5)], 0.1, coat.dark)
    pen.oval(0.29, 0.5, 0.04, 0.04, head.skin)
    _face(pen, coat, head, beardless=True)
    beard = mix(head.hair, (226, 228, 232), 0.85)
    pen.blob([(-0.12, 0.77), (-0.1, 0.6), (0, 0.4), (0.1, 0.6), (0.12, 0.77), (0.05, 0.71),
              (-0.05, 0.71)], beard)  # fmt: skip
    pen.blob([(-0.23, 0.87), (0, 0.82), (0.23, 0.87), (0, 0.93)], coat.dark)
    pen.blob([(-0.14, 0.88), (-0.04, 1.14), (0.1, 1.26), (0.06, 1.08), (0.14, 0.88), (0, 0.85)],
             coat.main)  # fmt: skip
    pen.stroke([(-0.13, 0.905), (0, 0.88), (0.13, 0.905)], 0.035, GOLD)
    for x, y in ((-0.02, 1.0), (0.05, 1.08)):
        pen.oval(x, y, 0.02, 0.02, GOLD)


def royal(pen: Pen, coat: Tones, head: Head) -> None:
    """With a crown and an ermine collar."""
    pen.blob([(-0.14, 0.86), (-0.16, 0.66), (0, 0.58), (0.16, 0.66), (0.14, 0.86)], head.hair)
    _robe(pen, coat)
    _arms(pen, coat, head)
    pen.stroke([(-0.15, 0.62), (0, 0.57), (0.15, 0.62)], 0.1, WHITE)
    for x, y in ((-0.12, 0.62), (-0.04, 0.58), (0.05, 0.6), (0.13, 0.61)):
        pen.oval(x, y, 0.01, 0.016, coat.ink)
    _face(pen, coat, head)
    _short_hair(pen, head)
    pen.poly([(-0.13, 0.89), (-0.15, 1.04), (-0.07, 0.97), (0, 1.07), (0.07, 0.97), (0.15, 1.04),
              (0.13, 0.89)], GOLD)  # fmt: skip
    for x, colour in ((-0.07, (206, 60, 80)), (0, (70, 130, 210)), (0.07, (206, 60, 80))):
        pen.oval(x, 0.925, 0.018, 0.018, colour)


def astronaut(pen: Pen, coat: Tones, head: Head) -> None:
    """In a white suit; the asked colour is that of its stripes."""
    suit, shade = mix(coat.pale, WHITE, 0.3), mix(coat.pale, (150, 160, 186), 0.55)
    pen.poly([(-0.19, 0.3), (-0.19, 0.66), (0.19, 0.66), (0.19, 0.3)], shade)
    for side, colour in ((-0.08, suit), (0.08, shade)):
        pen.stroke([(side, 0.32), (side * 1.2, 0.08)], 0.13, colour)
        pen.oval(side * 1.3, 0.035, 0.085, 0.04, coat.dark)
        pen.stroke([(side * 1.2 - 0.055, 0.14), (side * 1.2 + 0.055, 0.14)], 0.03, coat.main)
    pen.stroke([(0.13, 0.58), (0.26, 0.68), (0.3, 0.8)], 0.11, shade)
    pen.stroke([(-0.13, 0.58), (-0.25, 0.46), (-0.24, 0.36)], 0.11, suit)
    pen.oval(0.3, 0.82, 0.06, 0.06, coat.main)
    pen.oval(-0.24, 0.33, 0.06, 0.06, coat.main)
    pen.blob([(-0.18, 0.28), (-0.19, 0.54), (-0.1, 0.64), (0.1, 0.64), (0.19, 0.54), (0.18, 0.28),
              (0, 0.25)], suit)  # fmt: skip
    pen.blob([(0.08, 0.26), (0.18, 0.28), (0.19, 0.54), (0.1, 0.64), (0.1, 0.44)], shade)
    pen.poly([(-0.09, 0.38), (-0.09, 0.5), (0.08, 0.5), (0.08, 0.38)], shade)
    for x, colour in ((-0.05, (226, 84, 74)), (0, (250, 206, 90)), (0.045, (96, 200, 140))):
        pen.oval(x, 0.45, 0.016, 0.016, colour)
    pen.oval(0, 0.79, 0.2, 0.19, suit)
    pen.oval(0, 0.785, 0.155, 0.14, coat.ink)
    pen.oval(0, 0.78, 0.14, 0.125, mix((52, 74, 122), coat.ink, 0.2))
    pen.oval(0, 0.755, 0.085, 0.09, head.skin)
    pen.blob([(-0.085, 0.76), (-0.06, 0.84), (0.06, 0.84), (0.085, 0.76), (0, 0.81)], head.hair)
    eyes(pen, coat.ink, spread=0.035, height=0.755, size=0.013)
    pen.stroke([(-0.02, 0.715), (0, 0.708), (0.02, 0.715)], 0.009, mix(head.skin, coat.ink, 0.5))
    pen.stroke([(-0.11, 0.82), (-0.08, 0.87), (-0.03, 0.89)], 0.022, WHITE)


def helmet(pen: Pen, coat: Tones) -> None:
    """A glass bowl over a person's head, for where there is no air."""
    glass = mix(coat.pale, (150, 210, 240), 0.4)
    bowl = [(0.19 * math.cos(step / 6), 0.8 + 0.19 * math.sin(step / 6)) for step in range(39)]
    pen.stroke(bowl, 0.022, glass)
    pen.stroke([(-0.13, 0.84), (-0.1, 0.9), (-0.05, 0.935)], 0.026, WHITE)
    pen.stroke([(-0.13, 0.635), (0, 0.61), (0.13, 0.635)], 0.05, coat.pale)


def _legs(pen: Pen, colour: Rgb) -> None:
    for side in (-0.06, 0.06):
        pen.stroke([(side, 0.34), (side, 0.04)], 0.09, colour)
        pen.oval(side * 1.2, 0.02, 0.07, 0.03, mix(colour, (20, 16, 24), 0.5))


def _arms(pen: Pen, coat: Tones, head: Head) -> None:
    pen.stroke([(0.1, 0.58), (0.2, 0.42), (0.19, 0.32)], 0.09, coat.dark, taper=0.9)
    pen.stroke([(-0.1, 0.58), (-0.2, 0.42), (-0.19, 0.32)], 0.09, coat.main, taper=0.9)
    for side in (-0.19, 0.19):
        pen.oval(side, 0.29, 0.035, 0.035, head.skin)


def _robe(pen: Pen, coat: Tones) -> None:
    pen.blob([(-0.26, 0.02), (-0.15, 0.4), (-0.14, 0.6), (0, 0.68), (0.14, 0.6), (0.15, 0.4),
              (0.26, 0.02), (0, 0.0)], coat.main)  # fmt: skip
    pen.blob([(0.06, 0.0), (0.26, 0.02), (0.15, 0.4), (0.14, 0.6), (0.06, 0.6)], coat.dark)
    pen.stroke([(-0.02, 0.03), (0.0, 0.3), (0, 0.58)], 0.035, GOLD)


def _face(pen: Pen, coat: Tones, head: Head, *, beardless: bool = False) -> None:
    pen.oval(0, 0.79, 0.12, 0.13, head.skin)
    blush = mix(head.skin, (226, 96, 96), 0.3)
    for side in (-1, 1):
        pen.oval(side * 0.075, 0.745, 0.024, 0.016, blush)
        pen.oval(side * 0.042, 0.785, 0.022, 0.025, WHITE)
        pen.oval(side * 0.042, 0.785, 0.017, 0.021, head.eyes)
        pen.oval(side * 0.042, 0.785, 0.009, 0.012, coat.ink)
    if head.beard and not beardless:
        pen.blob([(-0.12, 0.79), (-0.1, 0.67), (0, 0.62), (0.1, 0.67), (0.12, 0.79), (0.06, 0.735),
                  (-0.06, 0.735)], head.hair)  # fmt: skip
    pen.stroke([(-0.03, 0.725), (0, 0.715), (0.03, 0.725)], 0.012, mix(head.skin, coat.ink, 0.55))


def _short_hair(pen: Pen, head: Head) -> None:
    pen.blob(
        [(-0.13, 0.78), (-0.12, 0.9), (0, 0.95), (0.12, 0.9), (0.13, 0.78), (0.09, 0.86),
         (-0.02, 0.88), (-0.1, 0.86)],
        head.hair,
    )  # fmt: skip
