"""Aliases: who used a quota, once nobody may know any more who it was. Pure."""

import hashlib
import hmac

_BYTES = 7


def alias_of(user_id: int, *, key: str) -> int:
    """A number that stands for a Discord user: always the same, and of no use without the key.

    Below zero, where no id of Discord's is.
    """
    digest = hmac.digest(key.encode(), f"quota:{user_id}".encode(), hashlib.sha256)
    return -1 - int.from_bytes(digest[:_BYTES])
