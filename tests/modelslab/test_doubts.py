"""Whatever the vendor sends: nothing raises, nothing doubtful is posted again, nothing leaks."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.job import VendorTicket
from bot.domain.request import Kind
from bot.modelslab import wire
from bot.modelslab.address import fetch_url, own_fetch_url
from bot.modelslab.wire import Reason
from tests.modelslab.oddities import (
    BASE_URL,
    asked_by,
    assert_brought,
    assert_clean,
    bodies,
    calm,
    codes,
    kinds,
    likely,
    submitted,
)

# Reasons after which a job is posted again.
AGAIN = {Reason.BUSY, Reason.KEY, Reason.CREDITS, Reason.DOWN}


@calm
@given(codes, bodies, kinds)
def test_a_submission_answered_with_anything(status: int, body: bytes, kind: Kind) -> None:
    got = submitted(status, body, kind)
    assert_clean(got)
    if isinstance(got, wire.Accepted):
        asked_by(got)
    if isinstance(got, wire.Finished):
        assert_brought(got, kind)


@calm
@given(codes, bodies, kinds)
def test_a_fetch_answered_with_anything(status: int, body: bytes, kind: Kind) -> None:
    got = wire.read_fetch(status, body, kind=kind)
    assert_clean(got)
    if isinstance(got, wire.Finished):
        assert_brought(got, kind)
    if isinstance(got, wire.Refused):
        assert got.reason in {
            Reason.FAILED, Reason.CONTENT, Reason.BUSY, Reason.KEY, Reason.CREDITS,
        }  # fmt: skip


@calm
@given(codes, bodies)
def test_a_question_about_the_wallet_answered_with_anything(status: int, body: bytes) -> None:
    assert_clean(wire.read_balance(status, body))


@calm
@given(codes, bodies)
def test_an_upload_answered_with_anything(status: int, body: bytes) -> None:
    got = wire.read_upload(status, body)
    assert_clean(got)
    if isinstance(got, wire.Uploaded):
        assert got.url.isascii()
        assert got.url.lower().startswith(("http://", "https://"))
        assert status < 400


@calm
@given(st.integers(500, 599), st.text())
def test_a_page_with_5xx_is_never_a_refusal(status: int, text: str) -> None:
    for body in (f"<html>{text}</html>", f"<!DOCTYPE html>{text} rate limit invalid api key"):
        assert isinstance(submitted(status, body.encode(errors="replace")), wire.Unclear)


@calm
@given(
    codes,
    likely.filter(lambda body: body["status"] in ("success", "processing", "queued")),
    kinds,
)
def test_a_job_that_seems_taken_is_never_posted_again(
    status: int, body: dict[str, Any], kind: Kind
) -> None:
    got = submitted(status, json.dumps({**body, "id": 17}).encode(), kind)
    assert isinstance(got, wire.Accepted | wire.Finished)


@calm
@given(codes, likely)
def test_an_answer_with_an_id_is_never_posted_again(status: int, body: dict[str, Any]) -> None:
    got = submitted(status, json.dumps({**body, "id": 17}).encode())
    assert not (isinstance(got, wire.Refused) and got.reason in AGAIN)


@calm
@given(
    st.integers(500, 599).filter(lambda status: status != 503),
    likely.filter(lambda body: body["status"] not in ("error", "failed", False)),
)
def test_a_crash_half_way_is_never_posted_again(status: int, body: dict[str, Any]) -> None:
    assert not isinstance(submitted(status, json.dumps(body).encode()), wire.Refused)


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 100_000,
        b'{"status":' + b"[" * 100_000,
        b'{"id": ' + b"9" * 10_000 + b"}",
        b'{"status":"success","output":'
        + b"[" * 900
        + b'"https://a.example/b"'
        + b"]" * 900
        + b"}",
        b"\xff\xfe{\x00}\x00",
        b'{"eta": NaN, "retry_after": Infinity, "status": "processing", "id": true}',
        b"null",
    ],
)
def test_bodies_made_to_break_a_reader(body: bytes) -> None:
    for kind in Kind:
        assert isinstance(submitted(200, body, kind), wire.Unclear)
        assert isinstance(wire.read_fetch(200, body, kind=kind), wire.Unclear | wire.StillRunning)
    assert isinstance(wire.read_upload(200, body), wire.Unclear)


@pytest.mark.parametrize(
    ("url", "base_url", "kept"),
    [
        ("https://modelslab.com/api/v6/images/fetch/1", BASE_URL, True),
        ("https://MODELSLAB.com:443/api/v6/realtime/fetch/a-1", BASE_URL, True),
        ("http://127.0.0.1:8000/api/v7/images/fetch/1", "http://127.0.0.1:8000/api/", True),
        ("https://proxy.example/ml/v7/images/fetch/1", "https://proxy.example/ml", True),
        ("http://modelslab.com/api/v6/images/fetch/1", BASE_URL, False),
        ("https://modelslab.com:8443/api/v6/images/fetch/1", BASE_URL, False),
        ("https://evil.example/api/v6/images/fetch/1", BASE_URL, False),
        ("https://modelslab.com@evil.example/api/v6/images/fetch/1", BASE_URL, False),
        ("https://evil@modelslab.com/api/v6/images/fetch/1", BASE_URL, False),
        ("//evil.example/api/v6/images/fetch/1", BASE_URL, False),
        ("https://modelslab.com/api/v6/images/text2img", BASE_URL, False),
        ("https://modelslab.com/api/wallet_balance", BASE_URL, False),
        ("https://modelslab.com/api/v6/images/fetch/1?key=x", BASE_URL, False),
        ("https://modelslab.com/api/v6/images/fetch/1#x", BASE_URL, False),
        ("https://modelslab.com/api/v6/images/fetch/../../../x", BASE_URL, False),
        ("https://modelslab.com/api/v6/../open/fetch/1", BASE_URL, False),
        ("https://modelslab.com/api/v6/images/fetch/..", BASE_URL, False),
        ("https://modelslab.com/api/v6/images/fetch/%2e%2e", BASE_URL, False),
        ("https://modelslab.com/other/v6/images/fetch/1", BASE_URL, False),
        ("https://modelslab.com/apiv6/images/fetch/1", BASE_URL, False),
        ("https://modelslab.com:x/api/v6/images/fetch/1", BASE_URL, False),
        ("https://[/api/v6/images/fetch/1", BASE_URL, False),
        ("ftp://modelslab.com/api/v6/images/fetch/1", BASE_URL, False),
        ("", BASE_URL, False),
    ],
)
def test_only_the_bases_own_fetch_addresses_are_asked(url: str, base_url: str, kept: bool) -> None:
    own = own_fetch_url(url, base_url)
    assert (own is not None) == kept
    if own is not None:
        assert own.startswith(base_url.rstrip("/") + "/v")


@calm
@given(st.text())
def test_any_text_as_an_address(text: str) -> None:
    assert own_fetch_url(text, BASE_URL) is None


def test_where_a_ticket_is_asked_about() -> None:
    kept = VendorTicket(
        family="v6/images",
        remote_id="1",
        fetch_url="https://modelslab.com/api/v6/images/fetch/2",
    )
    assert fetch_url(kept, BASE_URL) == "https://modelslab.com/api/v6/images/fetch/2"
    # Kept under another base: the key is not sent there.
    assert fetch_url(kept, "https://other.example/api") == (
        "https://other.example/api/v6/images/fetch/1"
    )
    assert fetch_url(VendorTicket(family="v7/images", remote_id=None), BASE_URL) is None


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("no secret here", "no secret here"),
        ("Invalid key sk-1+a/b=", "Invalid key [redacted]"),
        ("url %73 sk-1%2Ba%2Fb%3D end", "url %73 [redacted] end"),
        ("lower sk-1%2ba%2fb%3d", "lower [redacted]"),
        ("GET /models?key=other&x=1", "GET /models?key=[redacted]&x=1"),
        ("api_key=other", "api_key=[redacted]"),
        ('{"key": "other", "a": 1}', '{"key": "[redacted]", "a": 1}'),
        ("monkey=banana", "monkey=banana"),
    ],
)
def test_the_key_is_struck_out(text: str, clean: str) -> None:
    assert wire.redact(text, "sk-1+a/b=") == clean


def test_without_a_key_there_is_nothing_to_strike_out() -> None:
    assert wire.redact("abc", "") == "abc"


@calm
@given(st.text(), st.text(min_size=8, alphabet=st.characters(codec="utf-8")))
def test_the_key_is_struck_out_of_anything(text: str, key: str) -> None:
    assert key not in wire.redact(f"{text}{key}{text}", key).replace("[redacted]", "")
