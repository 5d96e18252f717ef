"""People from near: shoulders at (0, 0), one high to the crown. Know no place or light."""

from sandbox.modelslab.painter.canvas import Pen
from sandbox.modelslab.painter.colours import BLACK, WHITE, Rgb, mix
from sandbox.modelslab.painter.figures.people import GOLD, Head
from sandbox.modelslab.painter.tones import Tones


def man_bust(pen: Pen, coat: Tones, head: Head) -> None:
    _shoulders(pen, coat, head)
    pen.poly([(-0.16, 0.2), (0, -0.02), (0.16, 0.2), (0.1, 0.24), (-0.1, 0.24)], coat.pale)
    pen.poly([(-0.16, 0.22), (-0.24, 0.12), (-0.06, 0.0), (0, -0.06)], coat.dark)
    pen.poly([(0.16, 0.22), (0.24, 0.12), (0.06, 0.0), (0, -0.06)], coat.dark)
    _neck(pen, head)
    _head(pen, head, jaw=1.06)
    if head.beard:
        _beard(pen, head)
    _features(pen, coat, head, lashes=False)
    pen.blob(
        [(-0.26, 0.64), (-0.29, 0.8), (-0.22, 0.95), (0, 1.02), (0.22, 0.97), (0.29, 0.82),
         (0.26, 0.64), (0.22, 0.76), (0.12, 0.84), (-0.08, 0.82), (-0.2, 0.78)],
        head.hair,
    )  # fmt: skip
    pen.blob([(-0.18, 0.9), (0, 0.98), (0.18, 0.93), (0, 0.93)], mix(head.hair, WHITE, 0.18))


def woman_bust(pen: Pen, coat: Tones, head: Head) -> None:
    shade = mix(head.hair, BLACK, 0.25)
    pen.blob(
        [(0, 1.03), (-0.26, 0.96), (-0.35, 0.74), (-0.34, 0.4), (-0.42, 0.1), (-0.3, 0.0),
         (0, 0.1), (0.3, 0.0), (0.42, 0.1), (0.34, 0.4), (0.35, 0.74), (0.26, 0.96)],
        shade,
    )  # fmt: skip
    _shoulders(pen, coat, head)
    pen.blob([(-0.17, 0.22), (0, 0.06), (0.17, 0.22), (0, 0.3)], head.skin)
    _neck(pen, head)
    _head(pen, head, jaw=0.96)
    _features(pen, coat, head, lashes=True)
    pen.blob(
        [(0.02, 0.98), (-0.2, 0.96), (-0.3, 0.8), (-0.28, 0.56), (-0.36, 0.26), (-0.25, 0.3),
         (-0.22, 0.54), (-0.2, 0.7), (-0.06, 0.82), (0.04, 0.9)],
        head.hair,
    )  # fmt: skip
    pen.blob(
        [(0.0, 0.98), (0.2, 0.97), (0.3, 0.8), (0.28, 0.56), (0.36, 0.26), (0.25, 0.3),
         (0.22, 0.54), (0.21, 0.7), (0.12, 0.82), (0.0, 0.9)],
        head.hair,
    )  # fmt: skip
    gleam = mix(head.hair, WHITE, 0.28)
    pen.stroke([(-0.24, 0.82), (-0.13, 0.93), (0, 0.96)], 0.028, gleam, taper=0.5)
    pen.stroke([(0.26, 0.5), (0.31, 0.3)], 0.02, gleam, taper=0.5)
    for side in (-1, 1):
        pen.oval(side * 0.235, 0.5, 0.022, 0.026, GOLD)


def child_bust(pen: Pen, coat: Tones, head: Head) -> None:
    """A round face with freckles."""
    _shoulders(pen, coat, head)
    for y in (0.02, 0.12):
        pen.stroke([(-0.34, y), (0, y - 0.02), (0.34, y)], 0.05, coat.pale)
    _neck(pen, head)
    _head(pen, head, jaw=1.12)
    _features(pen, coat, head, lashes=False)
    freckle = mix(head.skin, (150, 80, 50), 0.5)
    for x, y in (
        (-0.16, 0.5),
        (-0.12, 0.47),
        (-0.19, 0.46),
        (0.16, 0.5),
        (0.12, 0.47),
        (0.19, 0.46),
    ):
        pen.oval(x, y, 0.009, 0.009, freckle)
    pen.blob(
        [(-0.27, 0.66), (-0.28, 0.86), (-0.14, 1.0), (0.02, 0.98), (0.1, 1.06), (0.14, 0.98),
         (0.28, 0.86), (0.27, 0.66), (0.18, 0.8), (0.06, 0.76), (-0.04, 0.82), (-0.18, 0.76)],
        head.hair,
    )  # fmt: skip


def royal_bust(pen: Pen, coat: Tones, head: Head) -> None:
    woman_bust(pen, coat, head)
    pen.stroke([(-0.4, 0.12), (-0.2, 0.16), (0, 0.02), (0.2, 0.16), (0.4, 0.12)], 0.11, WHITE)
    pen.poly([(-0.24, 0.9), (-0.28, 1.16), (-0.13, 1.03), (0, 1.2), (0.13, 1.03), (0.28, 1.16),
              (0.24, 0.9)], GOLD)  # fmt: skip
    pen.stroke([(-0.24, 0.92), (0, 0.89), (0.24, 0.92)], 0.04, mix(GOLD, (150, 90, 40), 0.35))
    for x, colour in ((-0.14, (206, 60, 80)), (0, (70, 130, 210)), (0.14, (206, 60, 80))):
        pen.oval(x, 0.975, 0.032, 0.032, colour)


def _shoulders(pen: Pen, coat: Tones, head: Head) -> None:
    pen.blob(
        [(-0.56, -0.5), (-0.52, 0.04), (-0.34, 0.17), (-0.14, 0.24), (0.14, 0.24), (0.34, 0.17),
         (0.52, 0.04), (0.56, -0.5)],
        coat.main,
    )  # fmt: skip
    pen.blob([(0.16, -0.5), (0.3, 0.0), (0.3, 0.18), (0.52, 0.04), (0.56, -0.5)], coat.dark)


def _neck(pen: Pen, head: Head) -> None:
    shade = _shade(head.skin)
    pen.blob([(-0.1, 0.44), (-0.11, 0.24), (0, 0.14), (0.11, 0.24), (0.1, 0.44)], head.skin)
    pen.blob([(-0.1, 0.38), (-0.08, 0.3), (0.06, 0.25), (0.11, 0.26), (0.1, 0.42)], shade)


def _head(pen: Pen, head: Head, *, jaw: float) -> None:
    for side in (-1, 1):
        pen.oval(side * 0.25, 0.6, 0.045, 0.07, _shade(head.skin))
    pen.blob(
        [(0, 0.32), (-0.12 * jaw, 0.36), (-0.22 * jaw, 0.5), (-0.25, 0.68), (-0.2, 0.86), (0, 0.94),
         (0.2, 0.86), (0.25, 0.68), (0.22 * jaw, 0.5), (0.12 * jaw, 0.36)],
        head.skin,
    )  # fmt: skip
    pen.blob([(0.08, 0.34), (0.12 * jaw, 0.36), (0.22 * jaw, 0.5), (0.25, 0.68), (0.2, 0.8),
              (0.19, 0.6), (0.14, 0.44)], mix(head.skin, _shade(head.skin), 0.6))  # fmt: skip


def _features(pen: Pen, coat: Tones, head: Head, *, lashes: bool) -> None:
    shade, brow = _shade(head.skin), mix(head.hair, BLACK, 0.3)
    for side in (-1, 1):
        x = side * 0.105
        pen.oval(side * 0.15, 0.5, 0.05, 0.03, mix(head.skin, (226, 96, 96), 0.28))
        pen.oval(x, 0.615, 0.056, 0.036, WHITE)
        pen.oval(x, 0.616, 0.034, 0.036, head.eyes)
        pen.oval(x, 0.616, 0.017, 0.019, coat.ink)
        pen.oval(x - 0.012, 0.63, 0.009, 0.009, WHITE)
        lid = [(x - side * 0.058, 0.612), (x, 0.656), (x + side * 0.062, 0.622)]
        pen.stroke(lid, 0.018 if lashes else 0.012, mix(coat.ink, BLACK, 0.4))
        if lashes:
            pen.stroke([(x + side * 0.05, 0.632), (x + side * 0.08, 0.652)], 0.012, coat.ink)
        arch = [(x - side * 0.055, 0.7), (x, 0.722), (x + side * 0.075, 0.694)]
        pen.stroke(arch, 0.02 if lashes else 0.028, brow)
    pen.stroke([(0.01, 0.6), (0.03, 0.52), (-0.015, 0.5)], 0.016, shade)
    lips = (206, 84, 92) if lashes else mix(head.skin, (172, 76, 72), 0.55)
    pen.blob(
        [(-0.08, 0.44), (-0.02, 0.445), (0, 0.438), (0.02, 0.445), (0.08, 0.44), (0, 0.396)], lips
    )
    pen.stroke([(-0.085, 0.444), (0, 0.42), (0.085, 0.444)], 0.008, mix(lips, BLACK, 0.35))


def _beard(pen: Pen, head: Head) -> None:
    pen.blob(
        [(-0.24, 0.62), (-0.22, 0.44), (-0.12, 0.28), (0, 0.24), (0.12, 0.28), (0.22, 0.44),
         (0.24, 0.62), (0.17, 0.5), (0.08, 0.49), (0, 0.475), (-0.08, 0.49), (-0.17, 0.5)],
        head.hair,
    )  # fmt: skip


def _shade(skin: Rgb) -> Rgb:
    return mix(skin, (120, 50, 40), 0.22)
