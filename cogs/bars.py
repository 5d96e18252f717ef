"""Bars made of signs: how much of a limit is used, at a glance. Pure."""

CELLS = 10
_USED, _FREE = "▰", "▱"


def bar(used: int, limit: int) -> str:
    """Ten cells, as many filled as there is used of the limit.

    The first is filled as soon as anything is used, and the last only when nothing is left.
    """
    if used >= limit:
        return _USED * CELLS
    filled = 0 if used <= 0 else min(max(round(used / limit * CELLS), 1), CELLS - 1)
    return _USED * filled + _FREE * (CELLS - filled)
