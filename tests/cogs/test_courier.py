"""By which route a finished job reaches its asker, and what each wall on the way means."""

import asyncio
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import discord
import pytest
from simcord.backend.models import Overwrite
from simcord.enums import OverwriteType

from bot.domain.errors import CourierError
from bot.domain.job import Card, Job, JobStatus, Outcome, Route, Verdict
from bot.engine.courier import Delivered, Delivery, File, Progress, Receipt
from cogs.courier import DiscordCourier
from storage import moves
from tests.cogs.house import House

PICTURE = File(name="limner-1-1.png", data=b"bytes of a picture", description="A red fox")
TOKEN_PATH = "/webhooks/*/*/messages/*"
MESSAGE_PATH = "/channels/*/messages/*"
CHANNEL_PATH = "/channels/{}/messages"


@dataclass
class Notes:
    """What the engine commits before a new message: the time of the first try."""

    first_try_at: datetime | None = None
    begun: int = 0

    async def begin(self) -> datetime | None:
        self.begun += 1
        return self.first_try_at


@dataclass
class Way:
    """A job whose card stands in the channel, and a courier to carry its result."""

    house: House
    courier: DiscordCourier
    job: Job
    card: Card
    notes: Notes = field(default_factory=Notes)
    files: tuple[File, ...] = (PICTURE,)

    @property
    def delivery(self) -> Delivery:
        outcome = Outcome(verdict=Verdict.PICTURES, received=1)
        return Delivery(
            job=replace(self.job, status=JobStatus.SETTLED, outcome=outcome),
            card=self.card,
            files=self.files,
            receipt=Receipt(charged=1, left_today=9),
        )

    async def deliver(self, delivery: Delivery | None = None) -> Delivered:
        delivered = await self.courier.deliver(delivery or self.delivery, self.notes.begin)
        await self.house.env.settle()
        return delivered

    async def being_painted(self) -> Progress:
        """What there is to say when the vendor has been asked."""
        now = self.house.clock.now()
        async with self.house.bot.database.transaction() as tx:
            self.job = await moves.submitting(tx, self.job, now=now, deadline_at=now)
        return Progress(job=self.job, card=self.card)

    def token_is_over(self) -> None:
        self.house.clock.advance(15 * 60)

    def no_card(self) -> None:
        """The token is over, and nobody knows which message the card is."""
        self.token_is_over()
        self.card = replace(self.card, message_id=None)

    def fails(self, method: str, path: str, status: int, code: int = 0, times: int = 99) -> None:
        self.house.env.inject_error(method, path, status=status, code=code, times=times)

    def channel_fails(self, status: int, code: int = 0) -> None:
        self.fails("POST", CHANNEL_PATH.format(self.house.channel.id), status, code)

    @property
    def said(self) -> list[discord.Message]:
        """What stands in the channel, without the first card."""
        return [
            message
            for message in self.house.channel.history()
            if message.id != self.card.message_id and not message.flags.ephemeral
        ]

    @property
    def whispers(self) -> list[str]:
        return [
            message.content
            for message in self.house.channel.history(viewer=self.house.ana)
            if message.flags.ephemeral and message.id != self.card.message_id
        ]

    @property
    def letters(self) -> list[discord.Message]:
        """Direct messages to the asker."""
        return self.house.ana.user.dm_channel.history()


async def a_way(house: House, **options: Any) -> Way:
    await house.asks("a red fox", **options)
    return Way(house=house, courier=house.courier(), job=await house.job(), card=await house.card())


@pytest.fixture
async def way(house: House) -> Way:
    with house.env.time_context():
        return await a_way(house)


async def private(house: House) -> Way:
    return await a_way(house, private=True)


def labels(message: discord.Message) -> list[str]:
    return [
        child.label or ""
        for row in message.components
        if isinstance(row, discord.ActionRow)
        for child in row.children
        if isinstance(child, discord.Button)
    ]


def ids(message: discord.Message) -> list[str]:
    return [
        child.custom_id or ""
        for row in message.components
        if isinstance(row, discord.ActionRow)
        for child in row.children
        if isinstance(child, discord.Button)
    ]


async def test_first_the_token_edits_the_card(way: Way) -> None:
    delivered = await way.deliver()

    assert delivered == Delivered(route=Route.REPLY, message_id=way.card.message_id)
    assert not way.said
    last = way.house.last
    assert [file.filename for file in last.attachments] == ["limner-1-1.png"]
    assert ids(last) == [
        "upscale:1:1", "vary:1:1", "reroll:1:0", "remix:1:0", "details:1:0", "delete:1:0",
    ]  # fmt: skip
    assert last.flags.suppress_embeds, "an edit leaves that as it was"
    assert not way.notes.begun, "an edit may be repeated and needs no note"


async def test_a_repeated_edit_leaves_one_set_of_files(way: Way) -> None:
    await way.deliver()
    await way.deliver()

    assert len(way.house.last.attachments) == 1
    assert len(way.house.channel.history()) == 1


async def test_after_the_token_the_bot_edits_the_card_itself(way: Way) -> None:
    way.token_is_over()

    delivered = await way.deliver()

    assert delivered == Delivered(route=Route.REPLY, message_id=way.card.message_id)
    assert way.house.last.attachments
    assert way.house.calls("PATCH", f"/channels/{way.house.channel.id}/messages/")


@pytest.mark.parametrize(("status", "code"), [(401, 50027), (404, 10015), (404, 10062)])
async def test_a_token_that_ends_early_is_followed_by_the_next_route(
    way: Way, status: int, code: int
) -> None:
    way.fails("PATCH", TOKEN_PATH, status, code)

    delivered = await way.deliver()

    assert delivered.route is Route.REPLY
    assert way.house.last.attachments


async def test_without_a_card_a_new_message_comes_into_the_channel(way: Way) -> None:
    way.no_card()

    delivered = await way.deliver()

    assert delivered == Delivered(route=Route.CHANNEL, message_id=way.house.last.id)
    assert way.notes.begun == 1
    assert way.house.last.attachments
    (call,) = way.house.calls("POST", f"/channels/{way.house.channel.id}/messages")
    assert call.json is not None
    assert call.json["nonce"] == "1:card"
    assert call.json["enforce_nonce"] is True
    assert call.json["allowed_mentions"] == {"parse": []}
    assert call.json["flags"] == 4


async def test_a_message_of_an_earlier_try_is_found_and_not_repeated(way: Way) -> None:
    way.no_card()
    first = await way.deliver()
    way.notes.first_try_at = way.house.env.now()

    second = await way.deliver()

    assert second == first
    assert len(way.house.channel.history()) == 2, "the old card and one new message"


async def test_an_earlier_try_that_never_arrived_is_made_again(way: Way) -> None:
    way.no_card()
    way.notes.first_try_at = way.house.env.now()

    delivered = await way.deliver()

    assert delivered.route is Route.CHANNEL
    assert way.house.last.attachments


async def test_where_nobody_can_look_nothing_is_posted_twice(way: Way) -> None:
    way.no_card()
    way.notes.first_try_at = way.house.env.now()
    await forbid(way.house, read_message_history=False)

    delivered = await way.deliver()

    assert delivered == Delivered(route=Route.KEPT)
    assert len(way.house.channel.history()) == 1, "nothing new"
    (letter,) = way.letters
    assert "may not look there" in letter.content
    assert not letter.attachments


async def test_before_the_servers_are_known_nobody_is_given_up(
    way: Way, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed while it posted, the bot delivers again once it is logged in, which is sooner."""
    way.no_card()
    way.notes.first_try_at = way.house.env.now()
    monkeypatch.setattr(discord.Client, "is_ready", lambda _: False)
    monkeypatch.setattr(discord.Client, "get_guild", lambda *_: None)

    with pytest.raises(CourierError):
        await way.deliver()

    assert way.letters == []
    assert len(way.house.channel.history()) == 1, "nothing new"
    monkeypatch.undo()
    delivered = await way.deliver()
    assert delivered.route is Route.CHANNEL
    assert way.house.last.attachments


async def test_a_letter_of_an_earlier_try_is_found_where_the_channel_is_closed(way: Way) -> None:
    way.no_card()
    way.channel_fails(403, 50013)
    first = await way.deliver()
    assert first.route is Route.DIRECT
    way.notes.first_try_at = way.house.env.now()
    await forbid(way.house, view_channel=False)

    assert await way.deliver() == first
    assert len(way.letters) == 1


@pytest.mark.parametrize(("status", "code"), [(404, 10003), (403, 50001), (403, 50013)])
async def test_where_the_channel_is_closed_it_comes_directly(
    way: Way, status: int, code: int
) -> None:
    way.token_is_over()
    way.fails("PATCH", MESSAGE_PATH, status, code)

    delivered = await way.deliver()

    (letter,) = way.letters
    assert delivered == Delivered(route=Route.DIRECT, message_id=letter.id)
    assert letter.attachments
    assert letter.content.endswith(f"\nAsked for in <#{way.house.channel.id}>.")
    assert not letter.components, "buttons would not know their server there"
    assert not way.said


async def test_a_letter_is_not_sent_twice_either(way: Way) -> None:
    way.no_card()
    way.channel_fails(403, 50013)
    first = await way.deliver()
    way.notes.first_try_at = way.house.env.now()

    assert await way.deliver() == first
    assert len(way.letters) == 1


async def test_what_reaches_nobody_is_kept(way: Way) -> None:
    way.no_card()
    way.fails("POST", "/channels/*/messages", 403, 50007)

    assert await way.deliver() == Delivered(route=Route.KEPT)


async def test_a_member_who_takes_no_letters_is_no_error(way: Way) -> None:
    way.no_card()
    way.channel_fails(403, 50001)
    way.fails("POST", "/users/@me/channels", 403, 50007)

    assert await way.deliver() == Delivered(route=Route.KEPT)


async def test_a_card_that_was_removed_is_never_posted_again(way: Way) -> None:
    way.house.env.backend.delete_message(way.house.channel.id, way.card.message_id or 0)

    delivered = await way.deliver()

    assert delivered == Delivered(route=Route.REMOVED)
    assert not way.said
    (whisper,) = way.whispers
    assert "Your card was removed" in whisper


async def test_removed_and_late_the_asker_is_told_directly(way: Way) -> None:
    way.token_is_over()
    way.house.env.backend.delete_message(way.house.channel.id, way.card.message_id or 0)

    assert (await way.deliver()).route is Route.REMOVED
    assert not way.said
    (letter,) = way.letters
    assert "Your card was removed" in letter.content


async def test_a_private_job_is_edited_by_its_token(house: House) -> None:
    way = await private(house)

    assert (await way.deliver()).route is Route.REPLY
    (card,) = house.channel.history(viewer=house.ana)
    assert card.flags.ephemeral
    assert card.attachments


async def test_a_private_job_never_comes_into_the_channel(house: House) -> None:
    way = await private(house)
    way.token_is_over()

    delivered = await way.deliver()

    assert delivered.route is Route.DIRECT
    assert not house.channel.history(viewer=house.bob)
    assert not house.calls("POST", f"/channels/{house.channel.id}/messages")
    assert not house.calls("PATCH", f"/channels/{house.channel.id}/messages")


async def test_a_private_job_that_cannot_be_told_is_kept(house: House) -> None:
    way = await private(house)
    way.token_is_over()
    way.fails("POST", "/channels/*/messages", 403, 50007)

    assert (await way.deliver()).route is Route.KEPT
    assert not house.channel.history(viewer=house.bob)


@pytest.mark.parametrize(("status", "code"), [(413, 40005), (400, 40005)])
async def test_files_that_are_too_large_leave_the_words(way: Way, status: int, code: int) -> None:
    way.fails("PATCH", TOKEN_PATH, status, code, times=1)

    delivered = await way.deliver()

    assert delivered.route is Route.REPLY
    assert not way.house.last.attachments
    assert "Discord did not take the picture files" in way.house.last.content


@pytest.mark.parametrize(
    ("refusals", "sent", "said"),
    [
        (1, ["small.webp"], "It was made smaller."),
        (2, [], "Discord did not take the picture files"),
    ],
)
async def test_files_that_are_too_large_are_made_smaller_once(
    way: Way, refusals: int, sent: list[str], said: str
) -> None:
    whole, small = way.delivery, replace(PICTURE, name="small.webp")

    async def smaller() -> Delivery:
        return replace(whole, files=(small,), notes=("It was made smaller.",))

    way.fails("PATCH", TOKEN_PATH, 413, 40005, times=refusals)

    delivered = await way.deliver(replace(whole, smaller=smaller))

    assert delivered.route is Route.REPLY
    assert [file.filename for file in way.house.last.attachments] == sent
    assert said in way.house.last.content
    assert ("made smaller" in way.house.last.content) == bool(sent)


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_while_discord_is_unwell_the_engine_is_asked_to_come_again(
    way: Way, status: int
) -> None:
    way.fails("PATCH", TOKEN_PATH, status)

    with pytest.raises(CourierError):
        await way.deliver()

    assert not way.said
    assert not way.letters


@pytest.mark.parametrize("status", [401, 403])
async def test_a_refused_bot_token_keeps_nothing_from_coming_later(way: Way, status: int) -> None:
    way.token_is_over()
    way.fails("PATCH", MESSAGE_PATH, status, code=0)

    with pytest.raises(CourierError):
        await way.deliver()


async def test_a_broken_connection_is_an_error_to_come_again_for(
    way: Way, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: Any, **__: Any) -> Any:
        raise ConnectionResetError(104, "reset")

    monkeypatch.setattr(way.house.env._webhook_adapter, "request", broken, raising=False)

    with pytest.raises(CourierError, match="ConnectionResetError"):
        await way.deliver()


async def test_a_long_wait_is_passed_on(way: Way, monkeypatch: pytest.MonkeyPatch) -> None:
    async def wait(*_: Any, **__: Any) -> Any:
        raise discord.RateLimited(90.0)

    monkeypatch.setattr(way.house.env._webhook_adapter, "request", wait, raising=False)

    with pytest.raises(CourierError) as caught:
        await way.deliver()

    assert caught.value.retry_after_s == 90


async def test_spoilers_and_alt_texts_reach_discord(way: Way) -> None:
    way.files = (replace(PICTURE, spoiler=True, description="fox " * 400),)

    await way.deliver()

    (file,) = way.house.last.attachments
    assert file.filename == "SPOILER_limner-1-1.png"
    assert file.is_spoiler()
    assert len(file.description or "") == 1024


async def test_progress_edits_the_card_at_a_bearable_pace(way: Way) -> None:
    progress = await way.being_painted()

    await way.courier.progress(progress)
    await way.courier.progress(progress)
    assert len(way.house.calls("PATCH", "/messages/")) == 1
    assert "Being painted" in way.house.last.content
    assert ids(way.house.last) == ["cancel:1:0"]

    way.house.clock.advance(3.1)
    await way.courier.progress(progress)
    assert len(way.house.calls("PATCH", "/messages/")) == 2


async def test_a_change_of_the_way_back_is_late_rather_than_left_out(
    way: Way, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A card that still says Cancel when the vendor has the job promises too much."""
    waits: list[float] = []

    async def wait(seconds: float) -> None:
        waits.append(seconds)
        way.house.clock.advance(seconds)

    await way.courier.progress(Progress(job=way.job, card=way.card))
    assert labels(way.house.last) == ["Cancel"]
    progress = await way.being_painted()
    way.house.clock.advance(1)
    monkeypatch.setattr(asyncio, "sleep", wait)

    await way.courier.progress(progress)

    assert waits == [pytest.approx(2, abs=0.5)]
    assert labels(way.house.last) == ["Don't post"]


async def test_progress_says_what_is_so_now_not_what_was_when_it_was_written(way: Way) -> None:
    progress = await way.being_painted()
    async with way.house.bot.database.transaction() as tx:
        await moves.withhold(tx, progress.job)

    await way.courier.progress(progress)

    assert "Being painted; will not be posted" in way.house.last.content
    assert not ids(way.house.last)


async def test_progress_never_follows_the_result(way: Way) -> None:
    progress = Progress(job=replace(way.job, status=JobStatus.WAITING), card=way.card)
    await way.house.bot.client.parts.withdrawals.unplaced(1)

    await way.courier.progress(progress)

    assert not way.house.calls("PATCH", "/messages/")


@pytest.mark.parametrize("status", [404, 429, 500])
async def test_progress_never_raises(way: Way, status: int) -> None:
    way.fails("PATCH", "/*", status)

    await way.courier.progress(Progress(job=way.job, card=way.card))


async def test_writers_of_one_card_wait_for_each_other_and_leave_no_lock(
    way: Way, monkeypatch: pytest.MonkeyPatch
) -> None:
    adapter, inside, most = way.house.env._webhook_adapter, 0, 0
    real = adapter.request

    async def slow(*args: Any, **kwargs: Any) -> Any:
        nonlocal inside, most
        inside += 1
        most = max(most, inside)
        await asyncio.sleep(0.01)
        inside -= 1
        return await real(*args, **kwargs)

    monkeypatch.setattr(adapter, "request", slow, raising=False)

    await asyncio.gather(
        *(way.courier.progress(Progress(job=way.job, card=way.card)) for _ in range(3)),
        *(way.courier.deliver(way.delivery, way.notes.begin) for _ in range(3)),
    )

    assert most == 1
    assert len(way.courier._writing) == 0
    assert not way.courier._edited


async def test_a_ping_mentions_the_asker_and_nobody_else(way: Way) -> None:
    delivered = await way.deliver()

    await way.courier.ping(way.delivery, delivered)

    ping = way.house.last
    assert ping.content == f"{way.house.ana.mention} your picture is ready · job 1"
    assert ping.reference is not None
    assert ping.reference.message_id == way.card.message_id
    (call,) = way.house.calls("POST", f"/channels/{way.house.channel.id}/messages")
    assert call.json is not None
    assert call.json["allowed_mentions"] == {
        "parse": [],
        "users": [way.house.ana.id],
    }
    assert call.json["message_reference"]["fail_if_not_exists"] is False


async def test_nobody_is_pinged_about_a_private_job(house: House) -> None:
    way = await private(house)
    delivered = await way.deliver()

    await way.courier.ping(way.delivery, delivered)

    assert not house.channel.history(viewer=house.bob)


async def test_a_ping_that_fails_is_no_error(way: Way) -> None:
    delivered = await way.deliver()
    way.channel_fails(403, 50013)

    await way.courier.ping(way.delivery, delivered)


async def test_the_owner_is_told_once_in_ten_minutes(house: House) -> None:
    office = house.guild.create_text_channel("office")
    courier = house.courier(owner_channel_id=office.id)

    for _ in range(3):
        await courier.tell_owner("No credits left.")
    await courier.tell_owner("The key was refused.")
    house.clock.advance(601)
    await courier.tell_owner("No credits left.")

    assert [message.content for message in office.history()] == [
        "No credits left.",
        "The key was refused.",
        "No credits left.",
    ]


async def test_without_a_channel_every_owner_gets_a_letter(house: House) -> None:
    courier = house.courier(owner_ids=frozenset({house.ana.id, house.bob.id}))

    await courier.tell_owner("No credits left.")

    for owner in (house.ana, house.bob):
        assert [letter.content for letter in owner.user.dm_channel.history()] == [
            "No credits left."
        ]


async def test_an_owner_who_cannot_be_reached_is_no_error(house: House) -> None:
    house.env.inject_error("*", "/*", status=403, code=50007, times=None)

    await house.courier(owner_ids=frozenset({house.ana.id}), owner_channel_id=5).tell_owner("Oh.")


async def test_before_the_login_everything_waits(way: Way) -> None:
    """The runner may start before Discord has answered."""
    nobody = discord.Client(intents=discord.Intents.none())
    courier = DiscordCourier(nobody, records=way.house.bot.records, default_model="sdxl")

    await courier.progress(Progress(job=way.job, card=way.card))
    await courier.tell_owner("No credits left.")
    with pytest.raises(CourierError):
        await courier.deliver(way.delivery, way.notes.begin)
    assert not way.notes.begun


async def forbid(house: House, **denied: bool | None) -> None:
    """Take permissions from the bot in the channel."""
    _, deny = discord.PermissionOverwrite(**denied).pair()
    house.env.backend.edit_channel(
        house.channel.id,
        {},
        overwrites=[Overwrite(target_id=house.me.id, type=OverwriteType.MEMBER, deny=deny.value)],
    )
    await house.env.settle()
