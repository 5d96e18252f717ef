"""The stand-in's painter: pictures that depend on words, seed and size. Asks nobody."""

from sandbox.modelslab.painter.paint import cover, paint, sketch
from sandbox.modelslab.painter.plan import Plan, make_plan

__all__ = ["Plan", "cover", "make_plan", "paint", "sketch"]
