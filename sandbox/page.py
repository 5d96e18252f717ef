"""SimCord's preview page as the chat in a browser: always fresh, and it loses no click.

Knows no bot. By itself the page is refreshed by hand, stays where it is when something new comes,
and refuses clicks made on what is one edit old. The private names of SimCord's that change this
are `_actions.ACTION_SPECS`, `_action` and `_pages`; tests/browser holds them.
"""

import asyncio
import itertools
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import simcord
from simcord.preview import _actions

from bot.domain.errors import LimnerError
from sandbox.chat import Chat

log = logging.getLogger(__name__)

LOOK_S = 0.25
#: The page reads its state every 0.5 s: a target must stand for longer than that.
LOOKS_A_MOVE = 3


class NoPage(LimnerError):
    """The page could not be opened; the text says why."""


@asynccontextmanager
async def open_page(chat: Chat, *, port: int = 0) -> AsyncIterator[simcord.Preview]:
    """The chat as a page on loopback, for both people. Its `url` carries a token: show it whole.

    Raises NoPage where the port is taken.
    """
    page = chat.env.preview(
        chat.channel,
        viewers=[chat.ana, chat.bob],
        layout="channel",
        timezone=_time_zone(),
        port=port,
    )
    _take_every_click(page, chat.turn)
    async with AsyncExitStack() as stack:
        try:
            await stack.enter_async_context(page)
        except simcord.SetupError as error:
            raise NoPage(str(error)) from error
        following = asyncio.create_task(_follow(chat, page))
        try:
            yield page
        finally:
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)


def _take_every_click(page: simcord.Preview, turn: asyncio.Lock) -> None:
    """Let clicks wait for their turn, and count also where an edit came in between.

    A click names its message and its button, and both are checked when it is run.
    """
    _actions.ACTION_SPECS = {
        kind: replace(spec, revision_bound=False) for kind, spec in _actions.ACTION_SPECS.items()
    }
    act = page._action

    async def act_in_turn(context_id: str | None, body: Mapping[str, Any]) -> dict[str, Any]:
        async with turn:
            return await act(context_id, body)

    page._action = act_in_turn  # type: ignore[method-assign]


async def _follow(chat: Chat, page: simcord.Preview) -> None:
    """Show what the bot did, soon after it did something; rest while it rests."""
    calls_shown = 0
    followed: dict[str, tuple[str, int]] = {}
    for look in itertools.count():
        await asyncio.sleep(LOOK_S)
        calls = len(chat.env.http_requests)
        try:
            async with chat.turn:
                moved = look % LOOKS_A_MOVE == 0 and _move(page, followed)
                if moved or calls != calls_shown:
                    await page.refresh()
            calls_shown = calls
        except TimeoutError as error:
            log.warning("page.slow error=%s", error)


def _move(page: simcord.Preview, followed: dict[str, tuple[str, int]]) -> bool:
    """Bring the newest message into view when it, or its pictures, are new; whether anything moved.

    A tab scrolls when its target changes, so each target is taken back once the tab has seen it.
    """
    moved = False
    for tab in page._pages.values():
        newest = _newest(tab.snapshot)
        if tab.target_id is not None:
            tab.target_id, moved = None, True
        elif newest is not None and followed.get(tab.id) != newest:
            tab.target_id = tab.window_end_id = int(newest[0])
            followed[tab.id], moved = newest, True
    return moved


def _newest(snapshot: Mapping[str, Any]) -> tuple[str, int] | None:
    """The newest message that a tab shows, and how many files it has."""
    shown: Mapping[str, Any] = snapshot["messages"]
    return max(((key, len(shown[key]["attachments"])) for key in shown), default=None)


def _time_zone() -> str:
    """The machine's zone by a name that SimCord takes; UTC where it is no whole hours away."""
    hours, rest = divmod(
        datetime.now(UTC).astimezone().utcoffset() or timedelta(), timedelta(hours=1)
    )
    return "UTC" if rest else f"Etc/GMT{-hours:+d}"
