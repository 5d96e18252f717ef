"""The doctor's judgements alone: values in, findings out."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.doctor import Voice
from bot.domain.checkup import Finding, Mark, clock, clock_ahead_s, sick
from bot.modelslab.checkup import base, plan, queue, trouble, wallet
from bot.modelslab.complaint import Reason
from bot.modelslab.questions import Learned
from bot.modelslab.wire import Balance, Refused, Unclear, read_count
from bot.web.checkup import look
from cogs.permissions import (
    INVITED,
    NEEDED,
    Membership,
    Overwrite,
    invitation,
    missing,
)
from storage.checkup import room

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 3, 1, 12, 0, 10, tzinfo=UTC)
VIEW, SEND, ATTACH, HISTORY = 1 << 10, 1 << 11, 1 << 15, 1 << 16
ALL_NEEDED = VIEW | SEND | ATTACH | HISTORY
ADMINISTRATOR = 1 << 3
SERVER, ROLE, OTHER_ROLE, BOT = 1, 2, 3, 4


def granted(*overwrites: Overwrite, everyone: int = ALL_NEEDED, role: int = 0) -> int:
    own = Membership(
        user_id=BOT,
        guild_id=SERVER,
        role_ids=frozenset({ROLE}),
        role_permissions={SERVER: everyone, ROLE: role, OTHER_ROLE: ADMINISTRATOR},
    )
    return own.within(overwrites)


def test_no_secret_is_said_whole_or_in_pieces() -> None:
    said: list[str] = []
    voice = Voice(said.append, secrets=("MARKED-key", "MARKED-key-and-more", "a b"))
    long = "x" * 70

    voice.tell(sick("MARKED-key", f"{long} a b MARKED-key-and-more", "?key=MARKED%2Dkey&x"))
    voice.line("one\x1b[31m line\nonly: marked-KEY")
    voice.report(Learned("MARKED-key", ("MARKED-key",), ""))

    text = "\n".join(said)
    assert "MARKED" not in text.upper()
    assert "a b" not in text
    assert "more" not in text
    assert "one [31m line only: [redacted]" in said


def test_the_invitation_asks_for_five_permissions_and_no_more() -> None:
    assert NEEDED.value == ALL_NEEDED == 1024 + 2048 + 32768 + 65536
    assert INVITED.value == ALL_NEEDED + (1 << 38) == 274878008320
    assert missing(0) == ("View Channels", "Send Messages", "Attach Files", "Read Message History")
    assert invitation(17) == (
        "https://discord.com/oauth2/authorize?client_id=17"
        "&scope=bot+applications.commands&permissions=274878008320"
    )


def test_the_readme_tells_the_same_invitation() -> None:
    link = invitation(17).replace("=17&", "=APPLICATION_ID&")

    assert link in (ROOT / "README.md").read_text()


@pytest.mark.parametrize(
    ("has", "lacks"),
    [
        (granted(), ()),
        (granted(everyone=ALL_NEEDED & ~ATTACH), ("Attach Files",)),
        (granted(everyone=ALL_NEEDED & ~ATTACH, role=ATTACH), ()),
        (granted(everyone=0, role=ADMINISTRATOR), ()),
        (granted(Overwrite(BOT, 0, ALL_NEEDED), everyone=0, role=ADMINISTRATOR), ()),
        (granted(Overwrite(SERVER, 0, HISTORY)), ("Read Message History",)),
        (granted(Overwrite(SERVER, 0, HISTORY), Overwrite(ROLE, HISTORY, 0)), ()),
        (granted(Overwrite(ROLE, 0, HISTORY), Overwrite(SERVER, HISTORY, 0)), missing(~HISTORY)),
        (granted(Overwrite(BOT, ATTACH, 0), Overwrite(ROLE, 0, ATTACH)), ()),
        (granted(Overwrite(OTHER_ROLE, 0, ALL_NEEDED)), ()),
        (granted(Overwrite(SERVER, 0, VIEW)), missing(0)),
        (granted(Overwrite(SERVER, 0, SEND)), ("Send Messages", "Attach Files")),
    ],
)
def test_permissions_are_added_up_as_discord_does(has: int, lacks: tuple[str, ...]) -> None:
    assert missing(has) == lacks


def test_a_member_in_time_out_may_only_read() -> None:
    own = Membership(
        user_id=BOT,
        guild_id=SERVER,
        role_ids=frozenset(),
        role_permissions={SERVER: ALL_NEEDED},
        timed_out=True,
    )
    assert missing(own.within([Overwrite(BOT, ALL_NEEDED, 0)])) == ("Send Messages", "Attach Files")


@pytest.mark.parametrize(
    ("header", "ahead_s"),
    [
        ("Sun, 01 Mar 2026 12:00:00 GMT", 10),
        ("Sun, 01 Mar 2026 13:00:00 GMT", -3590),
        ("Sun, 01 Mar 2026 12:00:00 -0000", 10),
        ("Sun, 01 Mar 2026 13:00:00 +0100", 10),
        ("yesterday", None),
        ("", None),
        (None, None),
    ],
)
def test_the_clock_is_held_against_the_answers_date(
    header: str | None, ahead_s: float | None
) -> None:
    assert clock_ahead_s(header, NOW) == ahead_s


@pytest.mark.parametrize(
    ("ahead_s", "mark", "what"),
    [
        (4.9, Mark.OK, "within 5 s of Discord's"),
        (-4.9, Mark.OK, "within 5 s of Discord's"),
        (5.4, Mark.SICK, "5 s ahead of Discord's"),
        (-600, Mark.SICK, "10 minutes behind Discord's"),
        (-timedelta(days=1).total_seconds(), Mark.SICK, "24 hours behind Discord's"),
        (None, Mark.OPEN, "nobody answered to compare it with"),
    ],
)
def test_a_clock_may_be_five_seconds_off(ahead_s: float | None, mark: Mark, what: str) -> None:
    found = clock(ahead_s, compared_with="Discord")

    assert (found.mark, found.what) == (mark, what)


@pytest.mark.parametrize(
    ("free_mib", "mark", "what"),
    [
        (10_240, Mark.OK, "10.0 GiB free"),
        (1024, Mark.NOTE, "only 1.0 GiB free"),
        (100, Mark.SICK, "only 0.1 GiB free: pictures will soon find no place"),
    ],
)
def test_a_full_disk(free_mib: int, mark: Mark, what: str) -> None:
    found = room(free_mib * 1024**2)

    assert (found.mark, found.what) == (mark, what)


@pytest.mark.parametrize(
    ("found", "mark", "what"),
    [
        (wallet(Balance(1.0), price_usd=0.01), Mark.OK, "1.00 USD left, about 100 pictures"),
        (wallet(Balance(0.5), price_usd=0.01), Mark.NOTE, "0.50 USD left, about 50 pictures"),
        (wallet(Balance(0.5), price_usd=0), Mark.OK, "0.50 USD left"),
        (wallet(Balance(0), price_usd=0), Mark.SICK, "0.00 USD left: ModelsLab will refuse"),
        (wallet(Balance(None), price_usd=1), Mark.OPEN, "ModelsLab did not say"),
        (queue(None, 5), Mark.OPEN, "ModelsLab did not say"),
        (queue(5, 5), Mark.OK, "5 requests in ModelsLab's queue now"),
        (queue(6, 5), Mark.NOTE, "6 requests in it, more than MODELSLAB_MAX_QUEUED (5)"),
        (plan(16), Mark.NOTE, "16 at once"),
        (trouble(Refused(Reason.CREDITS)), Mark.SICK, "nothing left"),
        (trouble(Refused(Reason.BUSY)), Mark.OPEN, "ModelsLab is too busy to say"),
        (trouble(Unclear("")), Mark.SICK, "ModelsLab cannot be reached: it says nothing"),
        (
            trouble(Refused(Reason.DOWN, "its name is not found")),
            Mark.SICK,
            "ModelsLab cannot be reached: its name is not found",
        ),
    ],
)
def test_what_the_account_answers(found: Finding, mark: Mark, what: str) -> None:
    assert found.mark is mark
    assert found.what.startswith(what)
    assert bool(found.fix) == (mark in (Mark.SICK, Mark.NOTE))


@pytest.mark.parametrize(
    ("url", "mark"),
    [
        ("https://modelslab.com/api", Mark.OK),
        ("https://modelslab.com/api/", Mark.OK),
        ("https://modelslab.com", Mark.SICK),
        ("https://modelslab.com/api/v6", Mark.SICK),
        ("https://www.modelslab.com/api/v7/images", Mark.SICK),
        ("https://proxy.example/v7/", Mark.SICK),
        ("http://127.0.0.1:8000/api", Mark.NOTE),
    ],
)
def test_the_base_of_the_api(url: str, mark: Mark) -> None:
    assert base(url).mark is mark


@pytest.mark.parametrize(
    ("status", "body", "count"),
    [
        (200, b'{"status":"success","processing_count":3}', 3),
        (200, b'{"processing_count":"3"}', 3),
        (200, b'{"status":"error","processing_count":3}', None),
        (429, b'{"processing_count":3}', None),
        (200, b'{"processing_count":-1}', None),
        (200, b'{"processing_count":true}', None),
        (200, b"[]", None),
        (200, b"<html>", None),
    ],
)
def test_the_count_of_requests(status: int, body: bytes, count: int | None) -> None:
    assert read_count(status, body) == count


@pytest.mark.parametrize(
    ("host", "what"),
    [
        ("192.0.2.1", "METRICS_HOST is no address of this machine"),
        ("no-such-host.invalid", "METRICS_HOST is a name that nobody knows"),
        ("..", "METRICS_HOST is a name that nobody knows"),
    ],
)
async def test_a_metrics_host_that_cannot_be(host: str, what: str) -> None:
    found = await look(host, 9090)

    assert (found.mark, found.what) == (Mark.SICK, what)
