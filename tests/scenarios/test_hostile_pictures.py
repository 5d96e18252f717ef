"""Links and files made to hurt: each is refused by a sentence in private, and nothing is reserved.

No socket of the private network hears of them: some listen here, and must not be called.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from sandbox.modelslab import Mood
from tests.pictures.pictures import jpeg_claiming, png_claiming, webp_claiming
from tests.scenarios.photos import a_photo, lying_jpeg, png
from tests.scenarios.town import Row, Town
from tests.wire.interactions import Interaction

pytestmark = pytest.mark.asyncio(loop_scope="module")

PHOTO = png(a_photo())
LYING = lying_jpeg(a_photo())
MIB = 2**20
#: More than Discord takes by default.
UPLOAD_LIMIT_BYTES = 64 * MIB
#: What the bot takes at most for all of it; a single bomb would be gigabytes.
PEAK_MIB = 400


@dataclass
class Secret:
    """Something inside the network: counts whoever calls, and never answers."""

    port: int
    port_v6: int
    calls: list[object] = field(default_factory=list)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def secret() -> AsyncIterator[Secret]:
    def called(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        found.calls.append(writer.get_extra_info("sockname"))
        writer.close()

    server = await asyncio.start_server(called, "127.0.0.1", 0)
    found = Secret(server.sockets[0].getsockname()[1], 0)
    try:
        other = await asyncio.start_server(called, "::1", 0)
    except OSError:
        # A machine without IPv6: the refusals are tried all the same.
        other = server
    found.port_v6 = other.sockets[0].getsockname()[1]
    yield found
    # It would have noticed.
    reader, writer = await asyncio.open_connection("127.0.0.1", found.port)
    assert await reader.read() == b""
    writer.close()
    assert len(found.calls) == 1
    for each in (server, other):
        each.close()


@pytest.fixture(autouse=True)
def _nothing_happens(shared_town: Town, secret: Secret) -> Iterator[None]:
    """Whatever is sent here reserves nothing, buys nothing, and reaches no private address."""
    town = shared_town
    town.vendor.default_mood = Mood.AT_ONCE
    town.discord.upload_limit_bytes = UPLOAD_LIMIT_BYTES
    before = state(town)
    yield
    assert state(town) == before
    assert secret.calls == []


def state(town: Town) -> tuple[list[Row], list[Row], int, int, int]:
    public = len([m for m in town.general.messages if m.author is town.discord.world.bot])
    vendor = town.vendor
    return town.jobs(), town.rows("SELECT * FROM ledger"), vendor.posts, len(vendor.uploads), public


async def use(town: Town, command: str, **given: Any) -> Interaction:
    return await town.discord.slash(town.ana, town.general, command, prompt="a fox", **given)


async def assert_refused(town: Town, asked: Interaction, *said: str) -> None:
    words = await town.refused(asked)
    assert any(each in words for each in said), words
    assert words.endswith("Nothing was charged.")


PRIVATE = [
    "https://127.0.0.1:{port}/a.png",
    "https://localhost:{port}/a.png",
    "https://localhost.:{port}/a.png",
    "https://ip6-localhost:{port}/a.png",
    "https://2130706433:{port}/a.png",
    "https://0x7f000001:{port}/a.png",
    "https://0x7f.0.0.1:{port}/a.png",
    "https://0177.0.0.1:{port}/a.png",
    "https://127.1:{port}/a.png",
    "https://0.0.0.0:{port}/a.png",
    "https://127.255.255.254:{port}/a.png",
    "https://①②⑦.0.0.1:{port}/a.png",
    "https://[::1]:{port_v6}/a.png",
    "https://[::]:{port_v6}/a.png",
    "https://[::ffff:127.0.0.1]:{port}/a.png",
    "https://[::ffff:7f00:1]:{port}/a.png",
    "https://[64:ff9b::7f00:1]:{port}/a.png",
    "https://[fe80::1]:{port_v6}/a.png",
    "https://[fd00::1]:{port_v6}/a.png",
    "https://169.254.169.254/latest/meta-data/",
    "https://10.0.0.1/a.png",
    "https://192.168.0.1/a.png",
    "https://172.16.0.1/a.png",
    "https://100.64.0.1/a.png",
    "https://224.0.0.1/a.png",
]
NOT_FETCHED = [
    "http://127.0.0.1:{port}/a.png",
    "http://[::1]:{port_v6}/a.png",
    "http://169.254.169.254/latest/meta-data/",
    "http://example.org/a.png",
    "http://2130706433:{port}/a.png",
    "file:///etc/passwd",
    "ftp://127.0.0.1:{port}/a.png",
    "gopher://127.0.0.1:{port}/_a",
    "data:image/png;base64,AAAA",
    "//127.0.0.1:{port}/a.png",
    "/etc/passwd",
    "javascript:alert(1)",
    "https://me:secret@127.0.0.1:{port}/a.png",
    "https://127.0.0.1:99999/a.png",
    "https://[::1/a.png",
    "https://",
    "just words",
]


@pytest.mark.parametrize("links", [PRIVATE, NOT_FETCHED], ids=["private", "not fetched"])
@pytest.mark.parametrize("command", ["remix", "inpaint"])
async def test_links_that_must_lead_nowhere(
    shared_town: Town, secret: Secret, command: str, links: list[str]
) -> None:
    named = [link.format(port=secret.port, port_v6=secret.port_v6) for link in links]
    sent = [await use(shared_town, command, link=link) for link in named]
    for link, asked in zip(named, sent, strict=True):
        words = await shared_town.refused(asked)
        assert "**That link gave no picture.**" in words, link
        assert words.endswith("Nothing was charged.")
        assert "secret" not in words


async def test_the_stand_ins_neighbours_are_not_trusted(shared_town: Town, secret: Secret) -> None:
    """Only the exact host and port of the settings may be private, however they are spelt."""
    town = shared_town
    posted = town.discord.say(town.ben, town.general, "look", files=(("a.png", PHOTO),))
    link = town.discord.signed_url(posted.attachments[0])
    port = link.split(":")[2].partition("/")[0]
    for wrong in (
        link.replace(port, str(secret.port), 1),
        link.replace("127.0.0.1", "127.0.0.2", 1),
        link.replace("127.0.0.1", "2130706433", 1),
        link.replace("127.0.0.1", "localhost", 1),
        link.replace("http://127.0.0.1:", "https://127.0.0.1:", 1).replace(port, str(secret.port)),
        link.replace("127.0.0.1", f"127.0.0.1:{port}@127.0.0.1", 1),
    ):
        asked = await use(town, "remix", link=wrong)
        await assert_refused(town, asked, "That link gave no picture")


HURTFUL: dict[str, tuple[str, bytes]] = {
    "png bomb": ("bomb.png", png_claiming(50_000, 50_000)),
    "jpeg bomb": ("bomb.jpg", jpeg_claiming(60_000, 60_000)),
    "webp bomb": ("bomb.webp", webp_claiming(16_000, 16_000)),
    "truncated png": ("half.png", PHOTO[: len(PHOTO) // 2]),
    "truncated jpeg": ("half.jpg", LYING[: len(LYING) // 2]),
    "page": ("page.png", b"<!doctype html><title>Sign in</title>"),
    "script": ("script.png", b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>"),
    "archive": ("zip.png", b"PK\x03\x04" + b"\0" * 200),
    "text": ("text.png", b"@everyone **bold** [a](https://e.vil)"),
    "signature alone": ("head.png", PHOTO[:8]),
    "too narrow": ("line.png", png(a_photo((20, 400)))),
    "too small": ("dot.png", png(a_photo((8, 8)))),
    "nothing but zeros": ("zeros.png", b"\0" * MIB),
    "empty": ("empty.png", b""),
}
hurtful = pytest.mark.parametrize("name", HURTFUL)


@hurtful
async def test_files_that_are_no_good_pictures(shared_town: Town, name: str) -> None:
    """As an attachment, as a link, as a mask, and from a menu: the same sentence, in private."""
    town, file = shared_town, HURTFUL[name]
    posted = town.discord.say(town.ben, town.general, "look", files=(file,))
    link = town.discord.signed_url(posted.attachments[0])
    sent = [
        await use(town, "remix", image=file),
        await use(town, "inpaint", image=file, area="centre"),
        await use(town, "remix", link=link),
        await use(town, "inpaint", image=("photo.png", PHOTO), mask=file),
        await town.discord.message_menu(town.ana, posted, "Upscale"),
        await town.discord.message_menu(town.ana, posted, "Edit area"),
    ]
    for asked in sent:
        await assert_refused(
            town,
            asked,
            "That picture cannot be used",
            "That link gave no picture",
            "Discord did not give me that file",
        )


async def test_files_that_are_too_large(shared_town: Town) -> None:
    town = shared_town
    large = ("large.png", PHOTO + b"\0" * 21 * MIB)
    given = {"image": ("photo.png", PHOTO), "mask": large}
    for asked in (await use(town, "remix", image=large), await use(town, "inpaint", **given)):
        await assert_refused(town, asked, "**That file is too large:** 21 MiB, at most 20 MiB")
    huge = (("huge.png", PHOTO + b"\0" * 33 * MIB),)
    posted = town.discord.say(town.ben, town.general, "look", files=huge)
    link = town.discord.signed_url(posted.attachments[0])
    await assert_refused(town, await use(town, "remix", link=link), "has more than 33554432 bytes")
    asked = await town.discord.message_menu(town.ana, posted, "Cut out")
    await assert_refused(town, asked, "That file is too large")


async def test_the_bot_is_none_the_worse_for_it(
    shared_town: Town, record_property: Callable[[str, object], None]
) -> None:
    town = shared_town
    assert (await town.health("readyz"))[0] == 200
    assert town.process is not None
    status = Path(f"/proc/{town.process.pid}/status")
    if not status.exists():
        pytest.skip("this system does not tell what a process takes")
    peak_mib = int(status.read_text().split("VmHWM:")[1].split()[0]) // 1024
    record_property("peak_mib", peak_mib)
    assert peak_mib < PEAK_MIB
