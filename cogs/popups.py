"""The pop-up of Remix: how it looks, and what was written into it. Remembers nothing.

discord.py would keep every pop-up in memory, mix up those that two people have open for the same
picture, and forget them all at a restart. Ours are never kept: what is submitted is recognised by
the custom_id alone.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import discord
from discord import ui

from bot.domain.request import PROMPT_MAX_CHARS

PROMPT, STRENGTH = "prompt", "strength"
TITLE = "Remix"
STRENGTH_MAX_CHARS = 8

NOT_A_STRENGTH = (
    "**That strength cannot work.** It is a number from 0 (keep the picture) to 1 (change all of "
    "it), such as 0.7. Nothing was charged."
)
NO_WORDS = "**I need a prompt:** what the new picture shows. Nothing was charged."


def remix_popup(custom_id: str, *, prompt: str, strength: float | None) -> ui.Modal:
    """A pop-up with the old words in it; no `strength` where the model hears of none."""
    popup = ui.Modal(title=TITLE, custom_id=custom_id)
    words: ui.TextInput[Any] = ui.TextInput(
        custom_id=PROMPT,
        style=discord.TextStyle.paragraph,
        default=prompt[:PROMPT_MAX_CHARS] or None,
        min_length=1,
        max_length=PROMPT_MAX_CHARS,
    )
    number: ui.TextInput[Any] = ui.TextInput(
        custom_id=STRENGTH,
        default=None if strength is None else f"{strength:g}",
        required=False,
        max_length=STRENGTH_MAX_CHARS,
    )
    popup.add_item(ui.Label(text="Prompt", description="What it is to show.", component=words))
    popup.add_item(
        ui.Label(
            text="Strength",
            description="0 keeps the picture, 1 changes all of it.",
            component=number,
        )
    )
    # What has ended is not kept.
    popup.stop()
    return popup


def written(interaction: discord.Interaction) -> Mapping[str, str]:
    """What was written into a pop-up, by the custom_ids of its fields."""
    data: Any = interaction.data or {}
    return {
        field["custom_id"]: str(field["value"])
        for field in _fields(data.get("components", ()))
        if "custom_id" in field and "value" in field
    }


def strength_of(text: str) -> float | str | None:
    """The number that was written, None for nothing, or a sentence for what is no number."""
    text = text.strip().replace(",", ".")
    if not text:
        return None
    try:
        strength = float(text)
    except ValueError:
        return NOT_A_STRENGTH
    if not 0 <= strength <= 1:
        return NOT_A_STRENGTH
    return strength


def _fields(rows: Iterable[Any]) -> Iterable[Mapping[str, Any]]:
    for row in rows:
        inner = row.get("component")
        yield from row.get("components", ()) if inner is None else (inner,)
