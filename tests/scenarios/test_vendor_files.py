"""Whatever lies behind the links of a result: it is fetched safely, and charged as it arrives."""

import base64
import io
import re
import struct
import zlib
from collections.abc import AsyncIterator, Awaitable

import pytest
import pytest_asyncio
from PIL import Image

from bot.download import MAX_BYTES
from sandbox.modelslab import Bend, Mood, Reply, Turn
from sandbox.modelslab.reply import Json
from tests.scenarios.days import (
    HURRIED,
    PAGE,
    Bad,
    a_day,
    cut,
    for_a_while,
    links,
    named,
    plays_bad,
    plays_good,
    rewritten,
    says,
    spent_micros,
    together,
)
from tests.scenarios.days import SETTINGS as SETTINGS
from tests.scenarios.town import Town
from tests.wire.messages import Message

pytestmark = pytest.mark.asyncio(loop_scope="module")

PROGRAM = HURRIED


@pytest_asyncio.fixture(autouse=True, loop_scope="module")
async def _around(shared_town: Town) -> AsyncIterator[None]:
    async with a_day(shared_town):
        yield


def saved(kind: str) -> Bend:
    """The same picture as a file of that kind, whatever the link calls it."""

    def bend(reply: Reply, _: int) -> Reply:
        assert isinstance(reply.body, bytes)
        file = io.BytesIO()
        Image.open(io.BytesIO(reply.body)).convert("RGB").save(file, kind)
        return Reply(200, file.getvalue(), "image/png")

    return bend


def half(reply: Reply, _: int) -> Reply:
    assert isinstance(reply.body, bytes)
    return Reply(200, reply.body[: len(reply.body) // 2], "image/png")


def in_base64(reply: Reply, _: int) -> Reply:
    assert isinstance(reply.body, bytes)
    return Reply(200, b"data:image/png;base64," + base64.b64encode(reply.body), "image/png")


def to_itself(reply: Reply, times: int) -> Reply:
    """Elsewhere on its own host, which is the same place."""
    return Reply(302, b"", "", {"Location": f"?try={times}"}) if times == 1 else reply


def first(bend: Bend) -> Turn:
    return Mood.AT_ONCE(file=for_a_while(bend))


WHOLE: dict[str, Mood | Turn] = {
    "not-there-yet": Mood.RESULT_404_FOR_A_WHILE(times=2),
    "forbidden-yet": first(says(b"<Error/>", 403, "application/xml")),
    "busy-yet": first(says(b"", 429)),
    "crash-yet": first(says(b"", 500)),
    "page-yet": first(says(PAGE)),
    "page-called-a-picture-yet": first(says(PAGE.encode(), 200, "image/png")),
    "empty-yet": first(says(b"", 200, "image/png")),
    "half-yet": first(half),
    "cut-yet": first(cut),
    "rubbish-yet": first(says(b"not a picture at all", 200, "image/png")),
    "redirect-at-home": Mood.AT_ONCE(file=to_itself),
    "no-type": Mood.AT_ONCE(file=named(200, "application/octet-stream")),
    "type-of-another-picture": Mood.AT_ONCE(file=named(200, "image/gif")),
    "picture-called-a-page": Mood.RESULT_LIES_TYPE(),
    "type-of-text": Mood.AT_ONCE(file=named(200, "text/plain")),
    "jpeg-called-png": Mood.AT_ONCE(file=saved("JPEG")),
    "webp-called-png": Mood.AT_ONCE(file=saved("WEBP")),
}


@pytest.mark.parametrize("day", WHOLE)
async def test_a_whole_picture_is_taken_whatever_it_is_called(
    played: dict[str, Awaitable[object]], day: str
) -> None:
    card = await played[day]
    assert isinstance(card, Message)
    [file] = card.attachments
    assert Image.open(io.BytesIO(file.bytes)).size[0] > 0


def bomb(side_px: int) -> bytes:
    """A PNG of some kilobytes that claims, and would fill, gigabytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    head = struct.pack(">IIBBBBB", side_px, side_px, 8, 2, 0, 0, 0)
    rows = zlib.compress(bytes(2**22), 9)
    end = chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + end


def to(place: str) -> Bend:
    return says(b"", 302, "", Location=place)


def lost(turn: Turn, words: str) -> Bad:
    # So that nobody takes an address for the number of a list.
    words = re.sub(r"^(\d+)\.", r"\1\\.", words)
    return Bad(
        turn=turn,
        verdict="lost",
        told="**Result lost.** The image service finished, but what it made could not be "
        f"downloaded. “{words}”",
        accepted=True,
        paid=1,
    )


def behind(bend: Bend, words: str) -> Bad:
    return lost(Mood.AT_ONCE(file=bend), words)


def linked(link: str, words: str) -> Bad:
    """The answer names one link, and that is it."""
    return lost(
        Mood.AT_ONCE(first=rewritten(lambda _: {"output": [link], "proxy_links": [link]})), words
    )


CUT_OFF = "The picture is cut off: part of the file is missing."
NO_PICTURE = "This is not a PNG, JPEG, WebP or GIF picture."
HOME = "127.0.0.1"
NOT_PUBLIC = "{} is not a public address"
ONLY_HTTPS = "only https links are fetched"

LOST = {
    "never-there": lost(Mood.RESULT_404(), f"{HOME} answered 404"),
    "gone": behind(says(b"", 410), f"{HOME} answered 410"),
    "page": lost(Mood.RESULT_HTML(), f"{HOME} sent a web page instead of a file"),
    "page-called-a-picture": behind(
        says(PAGE.encode(), 200, "image/png"), f"{HOME} sent a web page instead of a file"
    ),
    "words-called-a-page": behind(says("wait", 200, "text/html"), NO_PICTURE),
    "half": lost(Mood.RESULT_TRUNCATED(), CUT_OFF),
    "cut": lost(Mood.RESULT_CUT_OFF(), f"the file from {HOME} was cut off"),
    "empty": behind(says(b"", 200, "image/png"), f"{HOME} sent an empty file"),
    "endless": lost(Mood.RESULT_TOO_BIG(), f"the file from {HOME} has more than {MAX_BYTES} bytes"),
    "packed": behind(
        says(b"\x1f\x8b", 200, "image/png", Content_Encoding="gzip"), f"{HOME} sent a packed file"
    ),
    "rubbish": behind(says(b"\x89PNG\r\n\x1a\nrubbish", 200, "image/png"), CUT_OFF),
    "drawing": behind(says(b"<svg/>", 200, "image/svg+xml"), NO_PICTURE),
    "json": behind(says({"status": "success"}), NO_PICTURE),
    "base64": behind(in_base64, NO_PICTURE),
    "bomb": behind(
        says(bomb(30_000), 200, "image/png"),
        "The picture is too large: 30000 × 30000 px, at most 50 million pixels are read.",
    ),
    "redirect-to-a-neighbour": behind(
        to("https://10.0.0.7/secret.png"), NOT_PUBLIC.format("10.0.0.7")
    ),
    "redirect-to-metadata": behind(to("http://169.254.169.254/latest"), ONLY_HTTPS),
    "redirect-to-a-file": behind(to("file:///etc/passwd"), ONLY_HTTPS),
    "redirect-in-circles": behind(to("?"), f"{HOME} redirects too often"),
    "redirect-to-nowhere": behind(says(b"", 302), f"{HOME} redirects to nowhere"),
    "link-to-a-neighbour": linked("https://192.168.1.1/x.png", NOT_PUBLIC.format("192.168.1.1")),
    "link-to-ipv6-loopback": linked("https://[::1]/x.png", NOT_PUBLIC.format("::1")),
    "link-to-metadata": linked("http://169.254.169.254/latest/meta-data", ONLY_HTTPS),
    "link-without-tls": linked("http://pictures.example/x.png", ONLY_HTTPS),
    "link-with-a-password": linked(
        "https://ana:secret@pictures.example/x.png", "a link may not carry a user or password"
    ),
}


@pytest.mark.parametrize("day", LOST)
async def test_what_is_no_picture_is_given_up_and_not_charged(
    played: dict[str, Awaitable[object]], day: str
) -> None:
    await played[day]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def played(shared_town: Town) -> dict[str, Awaitable[object]]:
    """The days that do not disturb each other, all in one go."""
    return together(
        {day: plays_good(shared_town, turn) for day, turn in WHOLE.items()},
        {day: plays_bad(shared_town, bad) for day, bad in LOST.items()},
    )


async def test_a_link_to_a_neighbour_of_the_trusted_host_is_not_followed(
    shared_town: Town,
) -> None:
    """Same address, another port: the one in the settings is trusted, and no other."""
    link = f"{shared_town.vendor.stranger_url}/x.png"
    await plays_bad(shared_town, linked(link, ONLY_HTTPS))
    away = behind(to(link), ONLY_HTTPS)
    await plays_bad(shared_town, away)


def one_dead(body: Json) -> Json:
    found = links(body)
    return {"output": [found[0], "https://10.0.0.7/2.png", *found[2:]]}


PARTLY: dict[str, tuple[Turn, int]] = {
    "fewer-pictures": (Mood.FEWER_PICTURES(), 2),
    "one-link-dead": (Mood.AT_ONCE(first=rewritten(one_dead)), 3),
}


@pytest.mark.parametrize("day", PARTLY)
async def test_what_did_not_come_is_not_charged(shared_town: Town, day: str) -> None:
    turn, paid = PARTLY[day]
    shared_town.vendor.next(turn)
    asked = await shared_town.asks("three owls", count=3)
    card = await shared_town.pictures(asked)
    assert len(card.attachments) == 2
    assert "Of 3 pictures, 1 did not arrive and was not charged." in card.content
    assert "2 pictures" in card.content
    assert shared_town.entries(asked) == [("reserve", 3), ("settle", -1)]
    assert spent_micros(shared_town, shared_town.job(asked)["id"]) == paid * 4700
