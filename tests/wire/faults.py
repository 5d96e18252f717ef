"""Bad days on demand: a route that fails, drops its answer, or waits. Decides for no request
that a test did not name."""

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

Status = int | Literal["reset"]


@dataclass
class Fault:
    """What happens instead of an answer, `times` times, to requests of a matching route.

    `after_processing`: the effect happens first, so that only the answer is lost. `code` is
    Discord's own, which says more than the status.
    """

    method: str
    route: re.Pattern[str]
    status: Status
    via: bool
    retry_after_s: float
    after_processing: bool
    is_global: bool
    times: int
    code: int = 0
    hits: int = 0


@dataclass
class Hold:
    """Matching requests wait until `release()`; `await arrived()` for the first of them."""

    method: str | None
    route: re.Pattern[str]
    after_processing: bool
    count: int = 0
    _arrived: asyncio.Event = field(default_factory=asyncio.Event)
    _released: asyncio.Event = field(default_factory=asyncio.Event)

    async def arrived(self, timeout_s: float = 10.0) -> None:
        await asyncio.wait_for(self._arrived.wait(), timeout_s)

    def release(self) -> None:
        self._released.set()

    async def pass_through(self) -> None:
        self.count += 1
        self._arrived.set()
        await self._released.wait()


class Faults:
    """Routes are matched by regular expression, searched for in the path below /api/v10."""

    def __init__(self, changed: Callable[[], None]) -> None:
        self._faults: list[Fault] = []
        self._holds: list[Hold] = []
        self._changed = changed

    def next(
        self,
        method: str,
        route: str,
        *,
        status: Status = 500,
        code: int = 0,
        via: bool = True,
        retry_after: float = 0.2,
        after_processing: bool = False,
        is_global: bool = False,
        times: int = 1,
    ) -> Fault:
        """Let the next request to such a route fail; "reset" breaks the connection."""
        pattern = re.compile(route)
        fault = Fault(
            method, pattern, status, via, retry_after, after_processing, is_global, times, code
        )
        self._faults.append(fault)
        return fault

    def hold(
        self, route: str, *, method: str | None = None, after_processing: bool = False
    ) -> Hold:
        """Let requests to such a route wait, before or after their effect."""
        hold = Hold(method, re.compile(route), after_processing)
        self._holds.append(hold)
        return hold

    def clear(self) -> None:
        """End all faults and let everybody go who waits."""
        self._faults.clear()
        for hold in self._holds:
            hold.release()
        self._holds.clear()

    def strike(self, method: str, path: str, *, after_processing: bool) -> Fault | None:
        """The fault that this request meets now, used up by one."""
        for fault in self._faults:
            if (
                fault.hits < fault.times
                and fault.method == method
                and fault.after_processing == after_processing
                and fault.route.search(path)
            ):
                fault.hits += 1
                self._changed()
                return fault
        return None

    async def wait(self, method: str, path: str, *, after_processing: bool) -> None:
        for hold in list(self._holds):
            if (
                hold.method in (None, method)
                and hold.after_processing == after_processing
                and hold.route.search(path)
            ):
                self._changed()
                await hold.pass_through()
