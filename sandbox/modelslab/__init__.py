"""A stand-in for ModelsLab over real HTTP, with scripted moods and its own painter.

Imports nothing of the bot, so that it cannot share the bot's mistakes.
"""

from sandbox.modelslab.bells import Rung
from sandbox.modelslab.moods import Bell, Mood, Tale, Turn
from sandbox.modelslab.reply import Bend, Reply
from sandbox.modelslab.server import Vendor

__all__ = ["Bell", "Bend", "Mood", "Reply", "Rung", "Tale", "Turn", "Vendor"]
