"""What members post, and small questions about what they got back."""

from typing import Any

import discord
from simcord import ChannelHandle, InteractionResult, MemberActor

from tests.cogs.house import House
from tests.pictures.pictures import painting, saved

PHOTO = saved(painting(width_px=96, height_px=64), "PNG")
OTHER_PHOTO = saved(painting(width_px=64, height_px=96), "PNG")
JPEG = saved(painting(width_px=96, height_px=64), "JPEG")
NO_PICTURE = b"just words, whatever the name says"


async def remix(
    house: House,
    *,
    who: MemberActor | None = None,
    where: ChannelHandle | None = None,
    **options: Any,
) -> InteractionResult:
    given = {"prompt": "a fox", "image": ("photo.png", PHOTO), **options}
    return await (who or house.ana).slash(where or house.channel, "remix", **_said(given))


async def inpaint(
    house: House, *, who: MemberActor | None = None, **options: Any
) -> InteractionResult:
    given = {"prompt": "a fox", "image": ("photo.png", PHOTO), **options}
    return await (who or house.ana).slash(house.channel, "inpaint", **_said(given))


def _said(options: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in options.items() if value is not None}


def whispered(result: InteractionResult) -> str:
    """What the asker was told in private, first or after a deferral; and nothing was told else."""
    if result.response is not None:
        assert not result.followups
        assert result.ephemeral
        return result.response.content
    (told,) = result.followups
    assert told.ephemeral
    return told.content


def promised(house: House) -> bool:
    """Whether the latest first answer was a promise alone."""
    first = house.calls("POST", "/callback")[-1]
    assert first.json is not None
    return bool(first.json["type"] == 5)


def controls(result: InteractionResult) -> list[dict[str, Any]]:
    """The buttons of a private answer."""
    answer = result.response or result.followups[0]
    return [child for row in answer.components for child in row["components"]]


def fields(result: InteractionResult) -> dict[str, Any]:
    """The fields of a pop-up, with what is in them."""
    assert result.modal is not None, "no pop-up was shown"
    rows = [row["component"] for row in result.modal["components"]]
    return {field["custom_id"]: field.get("value") for field in rows}


def payload_of(house: House, name: str, kind: int = 1) -> dict[str, Any]:
    """A command as Discord is told of it."""
    (found,) = (
        each
        for each in house.client.command_payload()
        if each["name"] == name and each.get("type", 1) == kind
    )
    return found


async def a_result(house: House, **options: Any) -> discord.Message:
    await house.asks("a red fox", **options)
    await house.until_done()
    return house.last
