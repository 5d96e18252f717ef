"""The buttons themselves. They hold nothing in memory: all they know stands in their custom_id.

Views are made of DynamicItems only. In discord.py 2.7 a view that also holds an ordinary button
takes the whole template with it when it ends, and every old button of that kind is dead.
"""

import re
from collections.abc import Iterable
from typing import Any, Protocol, Self, cast

import discord
from discord import ui

from cogs.faces import Action, Button, Pick, Turn

# The cog that does what the buttons say.
PRESSER = "Buttons"

_ACTIONS = "|".join(Action)
JOB_ID = re.compile(rf"(?P<action>{_ACTIONS}):(?P<job>[0-9]{{1,18}}):(?P<index>[0-9]{{1,2}})")
PICK_ID = re.compile(
    rf"pick:(?P<pick>[0-9]{{1,19}}):(?P<action>{_ACTIONS}):(?P<position>[0-9]{{1,2}})"
)
# A search of 50 signs and the largest ids leave one of Discord's 100 signs to spare.
TURN_ID = re.compile(
    r"past:(?P<member>[0-9]{1,19}):(?P<kind>[a-z]{0,8}):"
    r"(?P<way>[<>])(?P<anchor>[0-9]{1,12}):(?P<search>.{0,50})",
    re.DOTALL,
)

_STYLES = {
    Action.REROLL: discord.ButtonStyle.primary,
    Action.DELETE: discord.ButtonStyle.danger,
}


class Presser(Protocol):
    """What happens when a button is pressed."""

    async def pressed(
        self, interaction: discord.Interaction, action: Action, job_id: int, index: int
    ) -> None: ...

    async def picked(
        self, interaction: discord.Interaction, action: Action, pick_id: int, position: int
    ) -> None: ...

    async def turned(self, interaction: discord.Interaction, turn: Turn) -> None: ...


class JobButton(ui.DynamicItem[ui.Button[Any]], template=JOB_ID):
    """Any button of any job's card."""

    def __init__(self, face: Button) -> None:
        super().__init__(_button(face), row=face.row)
        self.face = face

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        return cls(
            Button(
                action=Action(match["action"]),
                job_id=int(match["job"]),
                label=_label(item) or match["action"],
                index=int(match["index"]),
            )
        )

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        presser = _presser(interaction)
        await presser.pressed(interaction, self.face.action, self.face.job_id, self.face.index)


class PickButton(ui.DynamicItem[ui.Button[Any]], template=PICK_ID):
    """A button for one of some pictures that were kept for a while."""

    def __init__(self, face: Pick) -> None:
        super().__init__(_button(face), row=face.row)
        self.face = face

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        return cls(
            Pick(
                action=Action(match["action"]),
                pick_id=int(match["pick"]),
                position=int(match["position"]),
                label=_label(item) or match["position"],
            )
        )

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        presser = _presser(interaction)
        await presser.picked(interaction, self.face.action, self.face.pick_id, self.face.position)


class TurnButton(ui.DynamicItem[ui.Button[Any]], template=TURN_ID):
    """A button that turns the page of a history."""

    def __init__(self, face: Turn) -> None:
        super().__init__(_button(face), row=face.row)
        self.item.disabled = not face.enabled
        self.face = face

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        return cls(turn_named(match, label=_label(item)))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        await _presser(interaction).turned(interaction, self.face)


def turn_named(match: re.Match[str], *, label: str | None = None) -> Turn:
    """The page that a button's custom_id names."""
    newer = match["way"] == ">"
    return Turn(
        member_id=int(match["member"]),
        kind=match["kind"],
        newer=newer,
        anchor=int(match["anchor"]),
        search=match["search"],
        label=label or ("Newer" if newer else "Older"),
    )


def view_of(buttons: Iterable[Button | Pick | Turn]) -> ui.View | None:
    """The rows under a message; None where there are none."""
    items = [_item(button) for button in buttons]
    if not items:
        return None
    view = ui.View(timeout=None)
    for item in items:
        view.add_item(item)
    return view


def _item(face: Button | Pick | Turn) -> JobButton | PickButton | TurnButton:
    match face:
        case Button():
            return JobButton(face)
        case Pick():
            return PickButton(face)
        case Turn():
            return TurnButton(face)


def _button(face: Button | Pick | Turn) -> ui.Button[Any]:
    style = discord.ButtonStyle.secondary
    if not isinstance(face, Turn):
        style = _STYLES.get(face.action, style)
    return ui.Button(label=face.label, style=style, custom_id=face.custom_id)


def _label(item: ui.Item[Any]) -> str | None:
    return item.label if isinstance(item, ui.Button) else None


def _presser(interaction: discord.Interaction[Any]) -> Presser:
    """The only way from a message of long ago to the living parts."""
    return cast(Presser, interaction.client.get_cog(PRESSER))
