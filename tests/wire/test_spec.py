"""The judge itself: Discord's OpenAPI file and the rules beside it catch what is wrong."""

import json
from typing import Any

import aiohttp
import discord
import pytest

from . import account
from .bare_bot import BareBot, Inter, as_file, buttons, picture
from .commands import command_problems
from .server import WireDiscord
from .spec import discord_spec

OPTION = {"type": 3, "name": "prompt", "description": "What to draw"}


def command(**more: Any) -> dict[str, Any]:
    return {"name": "imagine", "description": "Draw", "type": 1, **more}


def option(**more: Any) -> dict[str, Any]:
    return {**OPTION, **more}


def row(*components: dict[str, Any]) -> dict[str, Any]:
    return {"type": 1, "components": list(components)}


@pytest.mark.parametrize(
    ("template", "body", "told"),
    [
        ("/channels/1/messages", {"content": "x", "colour": 1}, "colour: no schema knows"),
        ("/channels/1/messages", {"embeds": [{"title": "x" * 257}]}, "embeds[0].title"),
        ("/channels/1/messages", {"embeds": [{"titel": "x"}]}, "embeds[0].titel"),
        ("/channels/1/messages", {"nonce": "x" * 26}, "nonce"),
        (
            "/channels/1/messages",
            {"components": [row({"type": 2, "style": 1, "label": "x" * 81})]},
            "components[0].components[0].label",
        ),
        (
            "/interactions/1/t/callback",
            {"type": 4, "data": {"content": "x" * 2001}},
            "data.content",
        ),
        ("/interactions/1/t/callback", {"type": 4, "data": {"contents": "x"}}, "data.contents"),
        ("/interactions/1/t/callback", {"type": 9, "data": {"title": "x"}}, "data"),
        ("/interactions/1/t/callback", None, "a body is required"),
        ("/users/@me/channels", {"recipient_id": "ana"}, "recipient_id"),
    ],
)
def test_wrong_requests_are_caught(template: str, body: Any, told: str) -> None:
    spec = discord_spec()
    operation = spec.match("POST", template)
    assert operation is not None
    problems = spec.request_problems(operation, body)
    assert told in "; ".join(map(str, problems))


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/channels/1/messages", {"content": "x", "nonce": 1, "enforce_nonce": True}),
        ("PATCH", "/channels/1/messages/2", {"attachments": [{"id": 5, "spoiler": False}]}),
        ("POST", "/interactions/1/t/callback", {"type": 5, "data": None}),
        ("POST", "/interactions/1/t/callback", {"type": 7, "data": {"tts": False}}),
    ],
)
def test_what_real_clients_send_is_taken(method: str, path: str, body: Any) -> None:
    operation = discord_spec().match(method, path)
    assert operation is not None
    assert discord_spec().request_problems(operation, body) == []


def test_a_literal_path_wins_over_a_placeholder() -> None:
    operation = discord_spec().match("PATCH", "/webhooks/1/token/messages/@original")
    assert operation is not None
    assert operation.template.endswith("/@original")
    assert discord_spec().match("PATCH", "/no/such/path") is None


def test_wrong_answers_of_the_stand_in_are_caught() -> None:
    operation = discord_spec().match("GET", "/users/@me")
    assert operation is not None
    told = discord_spec().answer_problems(operation, 200, {"id": "1"})
    assert "username" in " ".join(problem.message for problem in told)
    assert discord_spec().answer_problems(operation, 204, None)


@pytest.mark.parametrize(
    ("commands", "told"),
    [
        ([command(name="Imagine")], "lower-case"),
        ([command(name="two words")], "lower-case"),
        ([command(), command()], "twice"),
        ([command(description="")], "required"),
        ([command(options=[option(), option()])], "unique"),
        ([command(options=[option(), option(name="b", required=True)])], "before non-required"),
        (
            [command(options=[option(autocomplete=True, choices=[{"name": "a", "value": "a"}])])],
            "exclude each other",
        ),
        ([command(options=[option(choices=[{"name": "a", "value": "a"}] * 2)])], "unique"),
        ([command(options=[option(type=4, min_value=4, max_value=1)])], "above"),
        ([command(options=[option(), option(type=1, name="b")])], "alone"),
        (
            [
                command(
                    options=[
                        option(
                            name=f"o{n}",
                            choices=[{"name": f"{m:05}", "value": f"{m:020}"} for m in range(25)],
                        )
                        for n in range(25)
                    ]
                )
            ],
            "8000",
        ),
        ([command(name=f"c{n}") for n in range(101)], "over 100"),
        ([{"name": f"M{n}", "type": 3} for n in range(16)], "over 15"),
    ],
)
def test_commands_that_discord_would_refuse(commands: list[dict[str, Any]], told: str) -> None:
    assert told in "; ".join(map(str, command_problems(commands)))


def test_names_in_any_script_are_fine() -> None:
    names = ("imagine", "zeichne-ü", "рисуй", "วาด", "चित्र", "画")
    assert command_problems([command(name=name) for name in names]) == []


@pytest.mark.expect_violations
@pytest.mark.parametrize(
    ("message", "told"),
    [
        ({"content": "x" * 2001}, "content: Must be 2000 or fewer"),
        ({"content": "", "embeds": []}, "Cannot send an empty message"),
        ({"content": "x", "view": buttons("A", "a")}, "custom_id cannot be duplicated"),
        (
            {"embeds": [discord.Embed(description="x" * 4000) for _ in range(2)]},
            "Embed size exceeds",
        ),
        (
            {"embed": discord.Embed().set_image(url="attachment://gone.png")},
            "attachment://gone.png is not among the files",
        ),
    ],
)
async def test_wrong_messages_of_a_real_client_are_caught(
    wire_discord: WireDiscord, bot: BareBot, message: dict[str, Any], told: str
) -> None:
    with pytest.raises(discord.HTTPException) as refusal:
        await bot.get_partial_messageable(wire_discord.general.id).send(**message)
    assert refusal.value.status == 400
    assert told in "; ".join(wire_discord.violations)
    assert wire_discord.general.messages == []


@pytest.mark.expect_violations
async def test_a_wrong_key_is_caught_on_its_way(wire_discord: WireDiscord, bot: BareBot) -> None:
    route = discord.http.Route(
        "POST", "/channels/{channel_id}/messages", channel_id=wire_discord.general.id
    )
    wrong: dict[str, Any] = {"content": "x", "colour": 1, "attachments": [{"id": 0, "titel": "x"}]}
    file = as_file(picture())
    form = [
        {"name": "payload_json", "value": json.dumps(wrong)},
        {"name": "files[0]", "value": file.fp, "filename": "a.png"},
    ]
    for body in ({"json": wrong}, {"form": form, "files": [file]}):
        with pytest.raises(discord.HTTPException) as refusal:
            await bot.http.request(route, **body)
        assert (refusal.value.status, refusal.value.code) == (400, 50035)
    told = (
        "POST /channels/{channel_id}/messages: colour: no schema knows this key; "
        "attachments[0].titel: no schema knows this key"
    )
    assert wire_discord.violations == [told, told]
    assert wire_discord.general.messages == []


async def test_a_wrong_answer_of_the_stand_in_is_caught_on_its_way(
    wire_discord: WireDiscord, bot: BareBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(account, "own_user_shape", lambda bot: {"id": str(bot.id)})
    await bot.http.request(discord.http.Route("GET", "/users/@me"))
    assert "own answer 200 to GET /users/@me" in wire_discord.violations[0]
    wire_discord.violations.clear()


@pytest.mark.expect_violations
async def test_unknown_routes_are_caught(wire_discord: WireDiscord, bot: BareBot) -> None:
    with pytest.raises(discord.NotFound):
        await bot.http.request(discord.http.Route("GET", "/no/such/thing"))
    with pytest.raises(discord.NotFound):
        await bot.http.request(discord.http.Route("GET", "/voice/regions"))
    assert wire_discord.violations == [
        "GET /no/such/thing: not one of Discord's",
        "GET /voice/regions: not one this stand-in has",
    ]


@pytest.mark.expect_violations
async def test_files_must_be_listed(wire_discord: WireDiscord, bot: BareBot) -> None:
    form = aiohttp.FormData()
    form.add_field("payload_json", '{"content": "x"}', content_type="application/json")
    form.add_field("files[0]", picture(), filename="a.png", content_type="image/png")
    url = f"{wire_discord.api_url}/channels/{wire_discord.general.id}/messages"
    headers = {"Authorization": f"Bot {wire_discord.token}"}
    async with (
        aiohttp.ClientSession(headers=headers) as session,
        session.post(url, data=form) as answer,
    ):
        body = await answer.json()
    assert (answer.status, body["code"]) == (400, 50035)
    assert body["errors"]["attachments"]["_errors"][0]["message"] == "files[0] is not listed."


@pytest.mark.expect_violations
async def test_a_modal_of_six_is_caught(wire_discord: WireDiscord, bot: BareBot) -> None:
    async def crowd(interaction: Inter, **given: Any) -> None:
        modal = discord.ui.Modal(title="Crowd", custom_id="crowd")
        for number in range(5):
            modal.add_item(discord.ui.TextInput(label=str(number), custom_id=str(number)))
        payload = modal.to_dict()
        payload["components"] += [{**payload["components"][0]}]
        modal.to_dict = lambda: payload  # type: ignore[method-assign]
        await interaction.response.send_modal(modal)

    bot.on_imagine = crowd
    await wire_discord.slash(wire_discord.ana, wire_discord.general, "imagine", prompt="x")
    await wire_discord.until(lambda: bot.failures)
    assert "Must be between 1 and 5" in wire_discord.violations[0]
    assert "cannot be duplicated" in wire_discord.violations[0]


async def test_ten_files_are_fine(wire_discord: WireDiscord, bot: BareBot) -> None:
    files = [as_file(picture()) for _ in range(10)]
    await bot.get_partial_messageable(wire_discord.general.id).send(files=files)
    assert len(wire_discord.general.messages[0].attachments) == 10


@pytest.mark.expect_violations
async def test_a_text_message_cannot_become_a_card_and_keep_its_text(
    wire_discord: WireDiscord, bot: BareBot
) -> None:
    sent = await bot.get_partial_messageable(wire_discord.general.id).send("text")
    card = discord.ui.LayoutView(timeout=None)
    card.add_item(discord.ui.TextDisplay("card"))
    with pytest.raises(discord.HTTPException):
        await sent.edit(view=card)
    await sent.edit(content=None, view=card)
    assert wire_discord.general.messages[0].content == ""
