"""Lets something happen at an exact moment of something else."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest


def before(
    monkeypatch: pytest.MonkeyPatch,
    room: type[Any],
    name: str,
    act: Callable[[], Awaitable[object]],
) -> None:
    """`act` happens just before that is done, the first time."""
    real, done = getattr(room, name), False

    async def later(self: object, *args: Any, **kwargs: Any) -> Any:
        nonlocal done
        if not done:
            done = True
            await act()
        return await real(self, *args, **kwargs)

    monkeypatch.setattr(room, name, later)
