"""Discord's bad days: the picture is safe with us, and comes later, once, or is told about."""

import io
import random
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import pytest_asyncio
from PIL import Image

from bot.domain.request import PROMPT_MAX_CHARS
from sandbox.modelslab import Mood
from sandbox.modelslab.painter import sketch
from tests.scenarios.town import Row, Town
from tests.wire.faults import Status
from tests.wire.interactions import Interaction
from tests.wire.messages import Message
from tests.wire.world import Channel, User

pytestmark = pytest.mark.asyncio(loop_scope="module")

PROGRAM = "tests.scenarios.impatient"
SETTINGS = {"DEFAULT_SERVER_DAY": "1000", "MODELSLAB_MAX_QUEUED": "20"}
CALLBACK = r"/callback$"
PAST_TOKEN_S = 16 * 60.0
AN_HOUR_S = 3600.0


@pytest_asyncio.fixture(autouse=True, loop_scope="module")
async def _around(shared_town: Town) -> AsyncIterator[None]:
    """After each day everybody is served again, and no job is without an end."""
    town = shared_town
    town.vendor.max_queued = 20
    town.vendor.desk.studio.paint = sketch
    yield
    town.discord.faults.clear()
    town.vendor.release()
    town.discord.upload_limit_bytes = TEN_MIB
    town.vendor.desk.studio.paint = sketch
    assert "Traceback" not in town.log
    await came_once(town, await town.asks("the day after", where=a_channel(town)))
    assert [job for job in town.jobs() if job["status"] != "delivered"] == []


TEN_MIB = 10 * 1024 * 1024


def a_channel(town: Town) -> Channel:
    """One of its own for each job, so that no other can be taken for it."""
    name = f"room-{len(town.discord.home.channels)}"
    return town.discord.add_channel(town.discord.home, name)


async def under_way(
    town: Town, *, who: User | None = None, where: Channel | None = None
) -> Interaction:
    """A request that the vendor works on, and will until it is released."""
    town.vendor.hold()
    asked = await town.asks("a red fox", who=who, where=where or a_channel(town))
    await town.card(asked)
    await town.stands(asked, "waiting")
    return asked


def assert_kept(town: Town, asked: Interaction) -> Row:
    """Bought once, charged once, and safe with us."""
    job = town.job(asked)
    assert town.entries(asked) == [("reserve", 1), ("settle", 0)]
    assert len(town.bought(asked)) == 1
    assert len(town.rows("SELECT * FROM pictures WHERE job_id = ?", job["id"])) == 1
    return job


def assert_once(town: Town, asked: Interaction, message: Message) -> Message:
    job = assert_kept(town, asked)
    assert town.carriers(job["id"]) == [message]
    assert len(message.attachments) == 1
    return message


async def came_once(town: Town, asked: Interaction) -> Message:
    """The card itself carries the picture."""
    return assert_once(town, asked, await town.pictures(asked))


# The ways to the asker, each with the same faults on it


@dataclass(frozen=True)
class Way:
    """A job under way of which all other ways are closed, and the requests of the one left."""

    route: str
    asked: Interaction
    place: Channel
    method: str
    path: str

    def came(self, town: Town) -> Message:
        """What arrived, exactly once."""
        job = town.job(self.asked)
        assert job["route"] == self.route
        found = [message for message in town.carriers(job["id"]) if message.channel is self.place]
        assert len(found) == 1
        return assert_once(town, self.asked, found[0])


def token_is_over(town: Town, asked: Interaction) -> None:
    town.discord.faults.next("PATCH", asked.token, status=401, code=50027, times=99)


async def by_token(town: Town, who: User) -> Way:
    asked = await under_way(town, who=who)
    return Way("reply", asked, asked.channel, "PATCH", f"{asked.token}/messages/")


async def by_bot(town: Town, who: User) -> Way:
    asked = await under_way(town, who=who)
    token_is_over(town, asked)
    return Way("reply", asked, asked.channel, "PATCH", f"/channels/{asked.channel.id}/messages/")


async def by_message(town: Town, who: User) -> Way:
    """Its card never came to be."""
    town.vendor.hold()
    channel = a_channel(town)
    town.discord.faults.next("POST", CALLBACK, status="reset", times=2)
    asked = await town.asks("a red fox", who=who, where=channel)
    await town.discord.until(lambda: town.find_job(asked).get("status") == "waiting")
    return Way("channel", asked, channel, "POST", f"/channels/{channel.id}/messages$")


async def directly(town: Town, who: User) -> Way:
    asked = await under_way(town, who=who)
    token_is_over(town, asked)
    town.discord.forbid(asked.channel, view=False, send=False)
    return Way("direct", asked, who.dm, "POST", f"/channels/{who.dm.id}/messages$")


WAYS = {"token": by_token, "bot": by_bot, "message": by_message, "direct": directly}


async def all_ways(town: Town) -> list[Way]:
    return [await by(town, town.ana) for by in WAYS.values()]


@pytest.mark.parametrize("took_effect", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("status", ["reset", 502, 503])
async def test_the_result_is_lost_on_its_way(
    shared_town: Town, status: Status, took_effect: bool
) -> None:
    town = shared_town
    ways = await all_ways(town)
    faults = [
        town.discord.faults.next(way.method, way.path, status=status, after_processing=took_effect)
        for way in ways
    ]
    town.vendor.release()
    for way in ways:
        await town.over(way.asked)
        way.came(town)
    assert [fault.hits for fault in faults] == [1] * len(faults)


@pytest.mark.parametrize("via", [True, False], ids=["via", "no-via"])
async def test_a_rate_limit_is_waited_for(shared_town: Town, via: bool) -> None:
    """Without `Via` it is the network in front of Discord that bans us for a while."""
    town = shared_town
    ways = await all_ways(town)
    faults = [
        town.discord.faults.next(
            way.method, way.path, status=429, via=via, retry_after=0.3, times=2
        )
        for way in ways
    ]
    town.vendor.release()
    for way in ways:
        await town.over(way.asked)
        way.came(town)
    assert [fault.hits for fault in faults] == [2] * len(faults)


async def test_discord_is_silent_and_does_it_all_the_same(shared_town: Town) -> None:
    """Two tries are given up, and take effect long after the third."""
    town = shared_town
    ways = await all_ways(town)
    holds = [town.discord.faults.hold(way.path, method=way.method) for way in ways]
    town.vendor.release()
    await town.discord.until(lambda: min(hold.count for hold in holds) >= 2, timeout_s=20)
    for hold in holds:
        hold.release()
    for way in ways:
        await town.over(way.asked)
        way.came(town)


async def test_a_message_of_long_ago_is_found_and_not_sent_again(shared_town: Town) -> None:
    """Discord remembers a nonce for some minutes only."""
    town = shared_town
    ways = [await by(town, town.ana) for by in (by_message, directly)]
    looks = []
    for way in ways:
        town.discord.faults.next(way.method, way.path, status="reset", after_processing=True)
        looks.append(town.discord.faults.hold(way.path, method="GET"))
    town.vendor.release()
    for look in looks:
        await look.arrived()
    town.discord.clock.advance(10 * 60.0)
    for look in looks:
        look.release()
    for way in ways:
        await town.over(way.asked)
        way.came(town)


async def test_a_limit_of_an_hour_on_the_token_ends_with_the_token(shared_town: Town) -> None:
    town = shared_town
    asked = await under_way(town)
    fault = town.discord.faults.next(
        "PATCH", asked.token, status=429, retry_after=AN_HOUR_S, times=2
    )
    town.vendor.release()
    await town.discord.until(lambda: fault.hits == 2, timeout_s=20)
    town.discord.clock.advance(PAST_TOKEN_S)
    await came_once(town, asked)


# Walls: what will not mend by waiting, and which way is taken instead


@dataclass(frozen=True)
class Wall:
    """A refusal on one of the ways, and what comes of the job then."""

    way: str
    status: int
    code: int
    route: str

    def __str__(self) -> str:
        return f"{self.way}-{self.code or self.status}"


WALLS = [
    Wall("token", 401, 50027, "reply"),
    Wall("token", 404, 10015, "reply"),
    Wall("token", 404, 10008, "removed"),
    Wall("token", 403, 50001, "direct"),
    Wall("token", 400, 50083, "reply"),
    Wall("bot", 404, 10008, "removed"),
    Wall("bot", 404, 10003, "direct"),
    Wall("bot", 403, 50001, "direct"),
    Wall("bot", 403, 50013, "direct"),
    Wall("bot", 400, 30046, "channel"),
    Wall("bot", 400, 50035, "channel"),
    # The thread has been archived; a new message opens it again.
    Wall("bot", 400, 50083, "channel"),
    Wall("message", 403, 50013, "direct"),
    Wall("message", 404, 10003, "direct"),
    # The thread is locked.
    Wall("message", 400, 160005, "direct"),
    Wall("direct", 403, 50007, "kept"),
    Wall("direct", 400, 50033, "kept"),
]
Met = dict[Wall, Way]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def walls(shared_town: Town) -> Met:
    """A job of its own for each wall, all of them delivered as far as that goes."""
    town = shared_town
    town.vendor.max_queued = 20
    met: Met = {}
    for wall in WALLS:
        way = await WAYS[wall.way](town, town.discord.user(f"asker of {wall}"))
        town.discord.faults.next(way.method, way.path, status=wall.status, code=wall.code, times=9)
        met[wall] = way
    town.vendor.release()
    for way in met.values():
        await town.over(way.asked)
    town.discord.faults.clear()
    return met


@pytest.mark.parametrize("wall", WALLS, ids=str)
async def test_a_way_is_closed(shared_town: Town, walls: Met, wall: Wall) -> None:
    town, asked = shared_town, walls[wall].asked
    job = assert_kept(town, asked)
    assert job["route"] == wall.route
    carriers = town.carriers(job["id"])
    told = [*town.discord.ephemerals(asked.user), *asked.user.dms]
    match wall.route:
        case "reply" | "channel":
            [message] = carriers
            assert message.channel is asked.channel
            assert told == []
        case "direct":
            assert carriers == told == asked.user.dms
            assert told[0].content.endswith(f"\nAsked for in <#{asked.channel.id}>.")
        case "removed":
            [said] = told
            assert (carriers, said.attachments) == ([], [])
            assert f"job {job['id']}" in said.content
        case "kept":
            assert carriers == told == []


async def test_files_that_are_too_large_leave_the_words(shared_town: Town) -> None:
    """Discord allows less now than it said when the requests were made."""
    town = shared_town
    ways = await all_ways(town)
    town.discord.upload_limit_bytes = 100
    town.vendor.release()
    for way in ways:
        job = await town.over(way.asked)
        assert job["route"] == way.route
        assert_kept(town, way.asked)
        assert town.carriers(job["id"]) == []
        [message] = [m for m in town.standing(job["id"]) if m.channel is way.place]
        words = "Discord did not take the picture files; they are kept in this job's history."
        assert words in message.content.splitlines()
        assert "1 picture" in message.content


async def test_files_that_are_too_large_after_all_are_sent_smaller(shared_town: Town) -> None:
    """They stayed behind, in the history, although Discord would have taken smaller ones."""
    town = shared_town
    town.vendor.desk.studio.paint = some_noise
    ways = await all_ways(town)
    town.discord.upload_limit_bytes = 40_000
    town.vendor.release()
    for way in ways:
        await town.over(way.asked)
        message = way.came(town)
        assert 0 < len(message.attachments[0].bytes) <= 40_000
        words = "Picture 1 was too large for Discord and was made smaller."
        assert words in message.content.splitlines()


def some_noise(prompt: str, *, seed: int, **_: object) -> bytes:
    """About 74 kB."""
    return noise(prompt, seed=seed, width_px=192, height_px=128)


def noise(prompt: str, *, seed: int, width_px: int, height_px: int, **_: str) -> bytes:
    """What no PNG makes small."""
    bytes_ = random.Random(seed).randbytes(width_px * height_px * 3)
    file = io.BytesIO()
    Image.frombytes("RGB", (width_px, height_px), bytes_).save(file, "PNG", compress_level=1)
    return file.getvalue()


async def test_a_server_that_takes_less_gets_smaller_pictures(shared_town: Town) -> None:
    town = shared_town
    town.vendor.desk.studio.paint = noise
    town.discord.upload_limit_bytes = 500_000
    card = await came_once(town, await town.asks("a red fox", aspect="3:2"))
    assert len(card.attachments[0].bytes) <= 500_000
    words = "Picture 1 was too large for Discord and was made smaller."
    assert words in card.content.splitlines()


async def test_no_prompt_makes_a_message_too_long(shared_town: Town) -> None:
    town = shared_town
    for sign in ("*", "@everyone ", "🦊", "\u0301", "a\n", "`||"):
        prompt = (sign * PROMPT_MAX_CHARS)[:PROMPT_MAX_CHARS].strip() or sign
        card = await came_once(town, await town.asks(prompt, negative=prompt[:900]))
        assert len(card.content) <= 2000
        assert set(card.mentioned) <= {town.ana.mention}
        # Its worst card is one that says why there is nothing.
        town.vendor.next(Mood.MODERATION)
        failed = await town.ending(await town.asks(prompt))
        assert "Nothing was charged." in failed.content


# Cards and channels that go


async def test_a_removed_card_is_never_posted_again(shared_town: Town) -> None:
    town = shared_town
    asked = await under_way(town)
    assert asked.message is not None
    town.discord.remove_message(asked.message)
    town.vendor.release()
    job = await town.over(asked)
    assert job["route"] == "removed"
    assert asked.channel.messages == []
    told = town.discord.ephemerals(town.ana)[-1]
    assert "Your card was removed" in told.content
    assert f"job {job['id']}" in told.content
    assert town.discord.ephemerals(town.ben) == []
    # It was made, and is kept.
    assert_kept(town, asked)


async def test_a_card_removed_long_ago_is_told_by_direct_message(shared_town: Town) -> None:
    town = shared_town
    asked = await under_way(town)
    assert asked.message is not None
    town.discord.clock.advance(PAST_TOKEN_S)
    town.discord.remove_message(asked.message)
    town.vendor.release()
    job = await town.over(asked)
    assert job["route"] == "removed"
    assert asked.channel.messages == []
    letter = town.ana.dms[-1]
    assert "Your card was removed" in letter.content
    assert f"job {job['id']}" in letter.content
    assert letter.attachments == []


@pytest.mark.parametrize("loss", ["forbidden", "deleted"], ids="channel-{}".format)
async def test_a_lost_channel_means_a_direct_message(shared_town: Town, loss: str) -> None:
    town = shared_town
    asked = await under_way(town)
    town.discord.clock.advance(PAST_TOKEN_S)
    if loss == "forbidden":
        town.discord.forbid(asked.channel, view=False, send=False)
    else:
        town.discord.delete_channel(asked.channel)
    town.vendor.release()
    job = await town.over(asked)
    assert job["route"] == "direct"
    letter = assert_once(town, asked, town.ana.dms[-1])
    assert f"<#{asked.channel.id}>" in letter.content


async def test_a_channel_deleted_while_the_token_lives_is_told_about(shared_town: Town) -> None:
    town = shared_town
    asked = await under_way(town)
    town.discord.delete_channel(asked.channel)
    town.vendor.release()
    job = await town.over(asked)
    assert job["route"] in ("direct", "removed")
    assert f"job {job['id']}" in town.ana.dms[-1].content
    assert_kept(town, asked)


async def test_without_any_way_the_result_is_kept(shared_town: Town) -> None:
    town = shared_town
    hermit = town.discord.user("hermit")
    hermit.accepts_dms = False
    asked = await under_way(town, who=hermit)
    town.discord.clock.advance(PAST_TOKEN_S)
    town.discord.delete_channel(asked.channel)
    town.vendor.release()
    job = await town.over(asked)
    assert job["route"] == "kept"
    assert hermit.dms == []
    assert_kept(town, asked)


@pytest.mark.parametrize(
    ("denied", "named"),
    [("view", "View Channel"), ("send", "Send Messages"), ("attach", "Attach Files")],
    ids=["may-not-view", "may-not-send", "may-not-attach"],
)
async def test_where_the_bot_may_not_speak_nothing_is_reserved(
    shared_town: Town, denied: str, named: str
) -> None:
    town = shared_town
    channel = a_channel(town)
    town.discord.forbid(channel, **{denied: False})
    before = (town.jobs(), town.rows("SELECT * FROM ledger"), town.vendor.posts)
    words = await town.refused(await town.asks("a red fox", where=channel))
    assert named in words
    assert "Nothing was charged." in words
    assert (town.jobs(), town.rows("SELECT * FROM ledger"), town.vendor.posts) == before
    # A private card needs no channel.
    private = await town.pictures(await town.asks("a red fox", where=channel, private=True))
    assert private.ephemeral


# Cards of jobs that wait


async def test_a_card_that_cannot_be_edited_delays_no_job(shared_town: Town) -> None:
    town = shared_town
    several = [await under_way(town) for _ in range(3)]
    statuses: tuple[Status, ...] = ("reset", 503, 429)
    faults = []
    for asked, status in zip(several, statuses, strict=True):
        path = f"{asked.token}|/channels/{asked.channel.id}/"
        faults.append(town.discord.faults.next("PATCH", path, status=status, via=False, times=999))
    # The vendor takes longer than it usually does, and their cards are to say so.
    await town.discord.until(lambda: all(fault.hits for fault in faults))
    town.vendor.release()
    for asked in several:
        await town.stands(asked, "settled")
    town.discord.faults.clear()
    for asked in several:
        await came_once(town, asked)


async def test_kicked_with_jobs_in_line(shared_town: Town) -> None:
    town = shared_town
    server = town.discord.guild("Short-lived").channel("general")
    elsewhere = town.discord.guild("Elsewhere").channel("general")
    running = await under_way(town, where=server)
    # What is asked for now waits behind a gate.
    town.vendor.next(Mood.NO_CREDITS)
    town.vendor.balance = 0.0
    waiting = [await town.asks("a crow", where=server)]
    await town.gate_closes()
    waiting += [await town.asks("a crow", where=server) for _ in range(2)]
    others = await town.asks("a crow", where=elsewhere)
    for asked in (*waiting, others):
        await town.card(asked)
    assert server.guild is not None
    town.discord.kick_bot(server.guild)
    for asked in waiting:
        job = await town.over(asked)
        assert (job["verdict"], job["route"]) == ("cancelled", "kept")
        assert town.entries(asked) == [("reserve", 1), ("refund", -1)]
        # What was cancelled was never bought.
        assert town.bought(asked) == []
    town.vendor.balance = 100.0
    town.vendor.release()
    await came_once(town, others)
    await town.over(running)
    assert_kept(town, running)
