"""Keeps the C library from giving each thread a heap of its own. Knows nothing of Limner.

glibc opens up to eight heaps a core. Each keeps what its threads once needed, so that the process
grew for as long as some thread had not met its own busiest moment yet: 14 MiB with a thousand
pictures a minute.
"""

import ctypes

HEAPS = 2
# From glibc's malloc.h.
_M_ARENA_MAX = -8


def share() -> bool:
    """Let all threads that begin from now on share a few heaps; False where that is not glibc."""
    try:
        choose = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):
        return False
    return bool(choose(_M_ARENA_MAX, HEAPS))
