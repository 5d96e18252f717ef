"""Bytes in, bytes out: checks pictures, writes texts into them, makes them fit. Never does I/O.

Everything here takes a processor's time: on the event loop, use the twins in `threads`.
"""

from bot.pictures.fitting import Fitted, fit
from bot.pictures.texts import with_text
from bot.pictures.verification import MAX_BYTES, MAX_PIXELS, Verified, verify

__all__ = ["MAX_BYTES", "MAX_PIXELS", "Fitted", "Verified", "fit", "verify", "with_text"]
