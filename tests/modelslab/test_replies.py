"""The vendor's answers in every shape that is documented or was met, and what each must mean."""

import json
from pathlib import Path
from typing import Any

import pytest

from bot.modelslab import wire

BASE_URL = "https://modelslab.com/api"
REPLIES = Path(__file__).parent / "replies"
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
