"""The stand-in's painter: pictures that depend on words, seed and size. Asks nobody."""

from sandbox.modelslab.painter.captions import describe
from sandbox.modelslab.painter.cutout import cut_out
from sandbox.modelslab.painter.paint import cover, paint, sketch
from sandbox.modelslab.painter.plan import Plan, make_plan
from sandbox.modelslab.painter.prints import Print, look_at
from sandbox.modelslab.painter.rework import blend, enlarge, repaint

__all__ = [
    "Plan",
    "Print",
    "blend",
    "cover",
    "cut_out",
    "describe",
    "enlarge",
    "look_at",
    "make_plan",
    "paint",
    "repaint",
    "sketch",
]
