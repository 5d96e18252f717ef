"""The vendor's real answers, nearly right: nothing raises, and a small change means little."""

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from bot.domain.request import Kind
from bot.modelslab import wire
from tests.modelslab.oddities import (
    BASE_URL,
    asked_by,
    assert_brought,
    assert_clean,
    calm,
    codes,
    kinds,
    submitted,
    thorough,
    values,
)

REPLIES = Path(__file__).parent / "replies"
RECORDED = [
    reply
    for file in sorted(REPLIES.glob("*.json"))
    for reply in json.loads(file.read_text())
    if isinstance(reply.get("body"), dict | list)
]
SPELLINGS = {"message": "messege", "messege": "message"}
#: What stands where something else should.
ODD = values | st.sampled_from(
    [
        float("nan"), float("inf"), -1, 0, 2**63, 10**4000, "", " ", "null", "yes", "\ud800",
        "@everyone <@1>", "\u202e", "x" * 10_000, [[[[[[[[]]]]]]]], {"message": {"message": {}}},
        "https://stranger.example/api/v6/images/fetch/1", "http://169.254.169.254/", "..", "%2e%2e",
    ]
)  # fmt: skip


def paths(value: object) -> list[tuple[Any, ...]]:
    """The way to each part of a JSON value, the whole excepted."""
    inner = value.items() if isinstance(value, dict) else enumerate(value)  # type: ignore[arg-type]
    found: list[tuple[Any, ...]] = []
    for name, part in inner:
        found.append((name,))
        if isinstance(part, dict | list):
            found += [(name, *rest) for rest in paths(part)]
    return found


@st.composite
def near_misses(draw: st.DrawFn) -> Any:
    """A real answer in which a few things are missing, swapped, renamed or wrapped."""
    body = deepcopy(draw(st.sampled_from(RECORDED))["body"])
    for _ in range(draw(st.integers(1, 4))):
        ways = paths(body)
        if not ways:
            break
        *way, last = draw(st.sampled_from(ways))
        holder = body
        for name in way:
            holder = holder[name]
        part = holder[last]
        match draw(st.sampled_from(["swap", "drop", "list", "object", "deep", "text", "rename"])):
            case "swap":
                holder[last] = deepcopy(draw(ODD))
            case "drop":
                del holder[last]
            case "list":
                holder[last] = [part]
            case "object":
                holder[last] = {draw(st.text(max_size=5)): part}
            case "deep":
                for _ in range(draw(st.sampled_from([4, 5, 6, 60]))):
                    part = [part]
                holder[last] = part
            case "text":
                holder[last] = str(part)
            case "rename" if isinstance(holder, dict):
                holder[draw(st.sampled_from([*SPELLINGS, "error", "ID", str(last).upper()]))] = part
                holder.pop(last, None)
    return body


def packed(body: object) -> st.SearchStrategy[bytes]:
    """As bytes: as they should be, in another alphabet, damaged, or with something around them."""
    text = json.dumps(body)
    whole = text.encode()
    return st.one_of(
        st.just(whole),
        st.sampled_from(["utf-8-sig", "utf-16", "utf-32-le"]).map(text.encode),
        st.integers(0, len(whole)).map(lambda length: whole[:length]),
        st.tuples(st.integers(0, len(whole) - 1), st.integers(0, 255)).map(
            lambda flip: whole[: flip[0]] + bytes([flip[1]]) + whole[flip[0] + 1 :]
        ),
        st.binary(max_size=9).map(lambda rest: whole + rest),
        st.just(json.dumps(text).encode()),
        st.just(json.dumps([body]).encode()),
    )


@st.composite
def letters(draw: st.DrawFn) -> bytes:
    return draw(packed(draw(near_misses())))


@thorough
@given(codes, letters(), kinds)
def test_a_submission_answered_nearly_right(status: int, body: bytes, kind: Kind) -> None:
    got = submitted(status, body, kind)
    assert_clean(got)
    match got:
        case wire.Accepted():
            asked_by(got)
        case wire.Finished():
            assert_brought(got, kind)
            assert got.ticket.family == "v7/images"


@thorough
@given(codes, letters(), kinds)
def test_a_fetch_answered_nearly_right(status: int, body: bytes, kind: Kind) -> None:
    got = wire.read_fetch(status, body, kind=kind)
    assert_clean(got)
    if isinstance(got, wire.Finished):
        assert_brought(got, kind)


@thorough
@given(codes, letters())
def test_everything_else_answered_nearly_right(status: int, body: bytes) -> None:
    for got in (wire.read_balance(status, body), wire.read_upload(status, body)):
        assert_clean(got)
    if isinstance(upload := wire.read_upload(status, body), wire.Uploaded):
        assert upload.url.isascii()
    count = wire.read_count(status, body)
    assert count is None or count >= 0
    bell = wire.read_bell(body)
    assert bell.remote_id is None or (bell.remote_id.isascii() and len(bell.remote_id) <= 128)
    assert bell.track_id is None or bell.track_id == bell.track_id.strip() != ""


@calm
@given(near_misses())
def test_a_ring_names_what_a_fetch_would(body: object) -> None:
    content = json.dumps(body).encode()
    got = wire.read_fetch(200, content)
    if isinstance(got, wire.Finished):
        assert wire.read_bell(content).remote_id == got.ticket.remote_id


def both(status: int, body: object) -> tuple[object, object]:
    content = json.dumps(body).encode()
    return submitted(status, content), wire.read_fetch(status, content)


@calm
@given(st.sampled_from(RECORDED), st.data())
def test_both_spellings_mean_the_same(reply: dict[str, Any], data: st.DataObject) -> None:
    body = reply["body"]
    assume(isinstance(body, dict) and len(SPELLINGS.keys() & body.keys()) == 1)
    other = {SPELLINGS.get(name, name): part for name, part in body.items()}
    status = data.draw(st.just(reply["status"]) | codes)
    assert both(status, other) == both(status, body)


@calm
@given(st.sampled_from(RECORDED), st.text(min_size=1), values)
@example(RECORDED[0], "tip", "Get faster generations")
def test_a_field_that_nobody_knows_changes_nothing(
    reply: dict[str, Any], name: str, part: object
) -> None:
    body = reply["body"]
    assume(isinstance(body, dict) and name not in KNOWN and name not in body)
    assert both(reply["status"], {name: part, **body}) == both(reply["status"], body)


KNOWN = {
    "status", "message", "messege", "error_message", "error", "detail", "errors", "id",
    "request_id", "output", "proxy_links", "data", "result", "meta", "eta", "retry_after",
    "fetch_result", "nsfw_content_detected",
}  # fmt: skip


@calm
@given(st.sampled_from(RECORDED))
def test_a_number_as_text_means_the_number(reply: dict[str, Any]) -> None:
    body = reply["body"]
    assume(isinstance(body, dict))
    texts = {name: str(part) if type(part) in (int, float) else part for name, part in body.items()}
    assert both(reply["status"], texts) == both(reply["status"], body)


@calm
@given(st.sampled_from(RECORDED), codes)
def test_words_in_an_object_mean_what_they_mean_alone(reply: dict[str, Any], status: int) -> None:
    body = reply["body"]
    assume(isinstance(body, dict) and isinstance(body.get("message"), str) and body["message"])
    for wrapped in ([body["message"]], {"prompt": [body["message"]]}, {"0": body["message"]}):
        assert both(status, {**body, "message": wrapped}) == both(status, body)


@calm
@given(st.text() | st.floats().map(str) | st.integers(-(10**400), 10**400).map(str) | st.none())
def test_any_header_is_a_bearable_wait_or_none(header: str | None) -> None:
    for refused in (
        wire.Refused(wire.Reason.BUSY),
        wire.Refused(wire.Reason.BUSY, "", 7.0),
        wire.Refused(wire.Reason.INVALID),
    ):
        wait_s = wire.wait_of(refused, header)
        assert wait_s is None or 0 <= wait_s <= wire.RETRY_AFTER_MAX_S
        if refused.reason is wire.Reason.INVALID:
            assert wait_s is None
        elif refused.retry_after_s is not None:
            assert wait_s == refused.retry_after_s


def test_the_recorded_answers_are_all_here() -> None:
    assert len(RECORDED) > 100
    assert {type(reply["body"]) for reply in RECORDED} == {dict, list}
    assert BASE_URL in json.dumps(RECORDED)


@pytest.mark.parametrize("status", [["success"], {"a": 1}, None, 5, True])
def test_a_count_with_any_status_is_no_trace(status: object) -> None:
    """A list there was looked up in a set of words, which raised."""
    body = json.dumps({"status": status, "processing_count": 3})
    assert wire.read_count(200, body.encode()) == 3


@pytest.mark.parametrize("name", ["id", "track_id", "eta", "retry_after", "seed"])
@pytest.mark.parametrize("number", [10**4299, -(10**4000), 2**64, 1e308, float("nan"), -0.0])
def test_numbers_beyond_all_measure(name: str, number: float) -> None:
    body = json.dumps({"status": "processing", "id": 17, name: number, "meta": {name: number}})
    for got in (submitted(200, body.encode()), wire.read_fetch(200, body.encode())):
        assert_clean(got)
    wire.read_bell(body.encode())
