"""What a vendor could send that nobody expects, for whoever draws examples, and what must hold."""

import json
import math
import re
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from bot.domain.request import Kind
from bot.modelslab import wire
from bot.modelslab.address import fetch_url
from cogs.echo import echo

BASE_URL = "https://modelslab.com/api"
#: What Discord would act on: mentions, named links, addresses.
LIVE = re.compile(r"@everyone|@here|(?<!\\)<[@#:]|(?<!\\)\]\(|://")

# A slow machine is no failure.
calm = settings(suppress_health_check=[HealthCheck.too_slow])
# Where much is drawn at once, a hundred examples miss what a thousand find.
thorough = settings(calm, max_examples=400)

codes = st.sampled_from([100, 200, 201, 204, 302, 400, 401, 402, 403, 404, 408, 413, 422, 429]) | (
    st.integers(500, 599)
)
words = st.sampled_from(
    [
        "The prompt field is required.",
        "Invalid API key",
        "Insufficient credits.",
        "Rate limit exceeded",
        "Service temporarily unavailable.",
        "Internal server error",
        "try again in 99999 hours",
        "blocked by policy",
        "Model not found: x",
    ]
)
scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(-(10**400), 10**400)
    | st.floats()
    | st.text()
    | words
    | st.sampled_from(["https://a.example/b.png", "https://[", "5", "success", "1e999", "\ud800"])
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
FIELDS = [
    "caption", "description", "text",
    "id", "request_id", "message", "messege", "error", "errors", "error_message", "detail",
    "output", "proxy_links", "data", "result", "meta", "eta", "retry_after", "fetch_result",
    "nsfw_content_detected",
]  # fmt: skip
statuses = st.sampled_from(["success", "processing", "error", "failed", "queued", ""]) | values
likely = st.builds(
    lambda fields, status: {**fields, "status": status},
    st.dictionaries(st.sampled_from(FIELDS), values, max_size=6),
    statuses,
)
bodies = (
    st.binary()
    | (values | likely).map(lambda value: json.dumps(value).encode())
    | st.text().map(lambda text: f"<html><body>{text}</body></html>".encode())
)


kinds = st.sampled_from(Kind)


def submitted(status: int, body: bytes, kind: Kind = Kind.IMAGINE) -> Any:
    return wire.read_submission(status, body, family="v7/images", base_url=BASE_URL, kind=kind)


def asked_by(got: wire.Accepted) -> str:
    """The address that an accepted job is asked for at: always one of the vendor's own."""
    address = fetch_url(got.ticket, BASE_URL)
    assert address is not None
    assert address.startswith(f"{BASE_URL}/v")
    assert address.isascii()
    return address


def assert_brought(got: wire.Finished, kind: Kind) -> None:
    """Words where a picture was described, links elsewhere: never both, never none."""
    if kind is Kind.DESCRIBE:
        assert got.text
        assert got.text.isprintable()
        assert len(got.text) <= 2000
        assert got.text.strip() == got.text
        assert got.ticket.links == ()
    else:
        assert got.text is None
        assert got.ticket.links
        assert all(link.lower().startswith(("http://", "https://")) for link in got.ticket.links)


def assert_clean(got: Any) -> None:
    """Values that can be kept in a database and shown to people."""
    ticket = getattr(got, "ticket", None)
    texts = [getattr(got, "message", ""), getattr(got, "currency", "")]
    if ticket is not None:
        texts += [ticket.remote_id or "", ticket.fetch_url or "", *ticket.links]
        assert isinstance(ticket.flagged, bool)
        assert len(ticket.links) <= 16
    for text in texts:
        text.encode()
        assert text.isprintable()
    assert len(texts[0]) <= 300
    # As members get to read it.
    assert LIVE.search(echo(texts[0], limit=240)) is None
    for name, most_s in (("eta_s", 86_400), ("retry_after_s", 3600)):
        seconds = getattr(got, name, None)
        assert seconds is None or (math.isfinite(seconds) and 0 <= seconds <= most_s)
