"""The vendor's answers in every shape that is documented or was met, and what each must mean."""

import json
from pathlib import Path
from typing import Any

import pytest

from bot.domain.request import Kind
from bot.modelslab import wire

BASE_URL = "https://modelslab.com/api"
REPLIES = Path(__file__).parent / "replies"
EDITING = "v6/image_editing"
NESTED = ("remote_id", "fetch_url", "links", "flagged")


def recorded(name: str) -> list[Any]:
    replies = json.loads((REPLIES / f"{name}.json").read_text())
    return [pytest.param(reply, id=reply["name"]) for reply in replies]


def body_of(reply: dict[str, Any]) -> bytes:
    return reply["text"].encode() if "text" in reply else json.dumps(reply["body"]).encode()


def assert_means(got: object, means: dict[str, Any]) -> None:
    assert type(got).__name__ == means["is"], got
    for name, wanted in means.items():
        if name == "is":
            continue
        found = getattr(getattr(got, "ticket", got) if name in NESTED else got, name)
        assert found == (tuple(wanted) if isinstance(wanted, list) else wanted), (name, got)


@pytest.mark.parametrize("reply", recorded("submission"))
def test_an_answer_to_a_submission(reply: dict[str, Any]) -> None:
    got = wire.read_submission(
        reply["status"], body_of(reply), family="v7/images", base_url=BASE_URL
    )
    assert_means(got, reply["means"])
    if isinstance(got, wire.Accepted | wire.Finished):
        assert got.ticket.family == "v7/images"


@pytest.mark.parametrize("reply", recorded("fetch"))
def test_an_answer_to_a_fetch(reply: dict[str, Any]) -> None:
    assert_means(wire.read_fetch(reply["status"], body_of(reply)), reply["means"])


@pytest.mark.parametrize("reply", recorded("balance"))
def test_an_answer_about_the_wallet(reply: dict[str, Any]) -> None:
    assert_means(wire.read_balance(reply["status"], body_of(reply)), reply["means"])


@pytest.mark.parametrize("reply", recorded("description"))
def test_an_answer_about_a_description(reply: dict[str, Any]) -> None:
    status, body = reply["status"], body_of(reply)
    first = wire.read_submission(
        status, body, family=EDITING, base_url=BASE_URL, kind=Kind.DESCRIBE
    )
    assert_means(first, reply["means"])
    assert_means(wire.read_fetch(status, body, kind=Kind.DESCRIBE), reply["fetched"])


@pytest.mark.parametrize("reply", recorded("editing"))
def test_an_answer_about_an_edited_picture(reply: dict[str, Any]) -> None:
    status, body = reply["status"], body_of(reply)
    for kind in (Kind.UPSCALE, Kind.CUTOUT):
        first = wire.read_submission(status, body, family=EDITING, base_url=BASE_URL, kind=kind)
        assert_means(first, reply["means"])
        assert_means(wire.read_fetch(status, body, kind=kind), reply["fetched"])


@pytest.mark.parametrize("reply", recorded("upload"))
def test_an_answer_to_an_upload(reply: dict[str, Any]) -> None:
    assert_means(wire.read_upload(reply["status"], body_of(reply)), reply["means"])


def test_a_description_is_one_clean_line_of_bearable_length() -> None:
    words = "a\u202e fox\n\ton\x1b[31m ice\ud800 " + "x " * 9000
    body = json.dumps({"status": "success", "output": [words]}).encode()
    got = wire.read_fetch(200, body, kind=Kind.DESCRIBE)
    assert isinstance(got, wire.Finished)
    assert got.text is not None
    assert got.text.startswith("a fox on [31m ice x x")
    assert len(got.text) == 2000
    assert got.text.endswith("…")


def test_a_long_message_with_links_and_control_signs_becomes_one_short_line() -> None:
    words = (
        "see https://modelslab.com/models?key=sk-marked&x=1\n\x1b[31m\ud800\u202e now " + "x" * 900
    )
    body = json.dumps({"status": "error", "message": words}).encode()
    got = wire.read_submission(200, body, family="v7/images", base_url=BASE_URL)
    assert isinstance(got, wire.Refused)
    assert got.message.startswith("see https://modelslab.com/models [31m now xxx")
    assert len(got.message) == 300
    assert got.message.encode().isascii() is False  # ends with the sign for "cut off"
    assert "sk-marked" not in got.message
