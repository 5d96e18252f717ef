"""Details that many figures share. Draws no figure of its own."""

from sandbox.modelslab.painter.canvas import Pen
from sandbox.modelslab.painter.colours import BLACK, WHITE, Rgb, mix


def eyes(pen: Pen, ink: Rgb, *, spread: float, height: float, size: float) -> None:
    """Two dark eyes with a spark in each."""
    for side in (-spread, spread):
        pen.oval(side, height, size, size * 1.15, mix(ink, BLACK, 0.5))
        pen.oval(side - size * 0.3, height + size * 0.4, size * 0.36, size * 0.36, WHITE)
