"""Threads of its own for what is done while others wait for their turn to write. Knows no work.

In the loop's own threads names are looked up, and a network that is away keeps all of them busy for
half a minute at a time: whoever waited there within a transaction held up everybody.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Final, ParamSpec, TypeVar

# One writes at a time, and one more may have been given up in the middle of its work.
AT_ONCE: Final = 2

P = ParamSpec("P")
T = TypeVar("T")

_threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="storage")


async def apart(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """What `work` returns or raises, done in one of these threads."""
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_threads, partial(work, *args, **kwargs))
