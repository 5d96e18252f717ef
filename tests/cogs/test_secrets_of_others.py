"""Whatever somebody presses, types or forges: of jobs they may not see they learn nothing at all.

Not even that there are such jobs: each answer is the one that a number gets which nobody has.
"""

import itertools
import json
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from typing import Any

import discord
import pytest
from simcord import ChannelHandle, InteractionResult, MemberActor
from sqlalchemy import text

from bot.domain.request import PERSONAL, InputPicture, Kind
from cogs.buttons import JOB_ID, PICK_ID, TURN_ID, view_of
from cogs.children import KINDS
from cogs.faces import Action, Button
from cogs.pages import NOT_YOURS as NOT_YOUR_HISTORY
from cogs.privacy import ERASE_ID
from cogs.privacy import NOT_YOURS as NOT_YOURS_TO_ERASE
from cogs.queue import REFRESH_ID
from storage import results
from storage.database import Transaction
from tests.cogs.house import House
from tests.cogs.posted import PHOTO

settings_on = pytest.mark.parametrize("settings", [{"PERSONAL_PICTURES_DAY": "9"}])
NOBODYS = 987_654
#: Words that stand in hidden jobs alone, in what everybody may see never.
MARKS = ("marzipan", "submarine", "turnip")
#: The ways in that take somebody, words to find, or the address of a message.
FINDING = {
    ("history", "member"),
    ("history", "search"),
    ("remix", "link"),
    ("inpaint", "link"),
}
_USER = 6
KEPT = """
SELECT id, user_id, guild_id, request, verdict, outcome, withheld, erased,
       status = 'delivered' AS is_over
FROM jobs ORDER BY id
"""


@dataclass
class Plot:
    """Jobs of all sorts, and those who would like to know."""

    house: House
    elsewhere: ChannelHandle
    attackers: dict[str, tuple[MemberActor, ChannelHandle]]
    #: Numbers of jobs by who may not see them, under any name or in any place.
    hidden: dict[str, dict[str, int]]
    pick: int
    private_card: int
    foreign_card: discord.Message
    forged: dict[int, discord.Message] = field(default_factory=dict)

    async def press(self, name: str, custom_id: str) -> InteractionResult:
        """An attacker presses a button with these words behind it."""
        who, room = self.attackers[name]
        message = self.forged.get(room.id)
        if message is None:
            place = self.house.client.get_partial_messageable(room.id)
            face = Button(action=Action.DETAILS, job_id=1, label="x")
            view = view_of([face])
            assert view is not None
            await place.send("forged", view=view)
            message = room.last_message
            assert message is not None
            self.forged[room.id] = message
        stored = self.house.env.backend.get_message(room.id, message.id)
        stored.components[0]["components"][0]["custom_id"] = custom_id
        return await who.click(message, custom_id=custom_id)

    async def submit(self, name: str, custom_id: str) -> InteractionResult:
        """An attacker sends a pop-up that was opened for something of their own."""
        who, _ = self.attackers[name]
        own = self.hidden[name]["own"]
        shown = await self.press(name, f"{Action.REMIX}:{own}:1")
        assert shown.modal is not None
        shown._interaction.modal["custom_id"] = custom_id  # type: ignore[index]
        return await who.submit_modal(shown, {"prompt": "mine now", "strength": "0.5"})

    def targets(self, name: str) -> list[int]:
        return [number for what, number in self.hidden[name].items() if what != "own"]

    async def jobs(self) -> list[Any]:
        """What is kept of jobs, as far as people have a say in it."""
        async with self.house.bot.database.reading() as tx:
            return list((await tx.execute(text(KEPT))).all())


def everything(result: InteractionResult) -> str:
    """All that the answer to an interaction shows, in any way."""
    shown = [message for message in (result.response, *result.followups) if message is not None]
    return json.dumps(
        [
            result.modal,
            result.acknowledged,
            [
                [
                    message.content,
                    [embed.to_dict() for embed in message.embeds],
                    message.components,
                    [file.filename for file in message.attachments],
                ]
                for message in shown
                # A press without an answer of its own points at the forged message itself.
                if message.content != "forged"
            ],
        ],
        default=str,
    )


def without(number: int, words: str) -> str:
    """The same words, whichever number they speak of: in a custom_id, or as a job's."""
    return re.sub(rf"(?<=:){number}(?=:)|(?<=job ){number}\b", "#", words)


def assert_unmarked(words: str, *numbers: int) -> None:
    found = [mark for mark in MARKS if mark in words.casefold()]
    found += [str(number) for number in numbers if re.search(rf"\bjob {number}\b", words)]
    assert not found, words


async def kept_picture(tx: Transaction, job_id: int) -> InputPicture:
    """A job's picture, as somebody could start from it."""
    (first, *_) = await results.of_job(tx, job_id)
    return InputPicture(
        sha256=first.sha256,
        mime=first.mime,
        width_px=first.width_px,
        height_px=first.height_px,
        size_bytes=first.size_bytes,
    )


@pytest.fixture
async def plot(house: House) -> AsyncIterator[Plot]:
    guild = house.env.create_guild("Elsewhere")
    room = guild.create_text_channel("room")
    everything_allowed = discord.Permissions(administrator=True)
    boss = house.guild.create_role("boss", permissions=everything_allowed)
    chief = guild.create_role("chief", permissions=everything_allowed)
    mod = house.guild.add_member(house.env.create_user("mod"), roles=[boss])
    eve = guild.add_member(house.env.create_user("eve"), roles=[chief])
    ana_there = guild.add_member(house.ana.user)
    zoe = guild.add_member(house.env.create_user("zoe"))
    numbers = itertools.count(1)

    async def makes(asker: Any, *place: ChannelHandle, prompt: str, **options: Any) -> int:
        asked = await asker.slash(*place, "imagine", prompt=prompt, **options)
        cards.append(asked.response)
        return next(numbers)

    cards: list[Any] = []
    art, hidden = house.channel, {"negative": "turnip"}
    secret: dict[str, Any] = {"private": True, **hidden}
    private = await makes(house.ana, art, prompt="a marzipan submarine", count=2, **secret)
    public = await makes(house.ana, art, prompt="a red fox")
    foreign = await makes(zoe, room, prompt="a marzipan fleet", **hidden)
    direct = await makes(house.ana.user, prompt="a submarine below", **hidden)
    bobs = await makes(house.bob, art, prompt="a crow")
    mods = await makes(mod, art, prompt="a hammer")
    eves = await makes(eve, room, prompt="a gull")
    anas_there = await makes(ana_there, room, prompt="a heron")
    await house.until_done()
    # The last one never gets ready: it may be taken back, or looked at in the line.
    house.vendor.hold()
    live = await makes(house.ana, art, prompt="marzipan again", **secret)
    async with house.bot.database.reading() as tx:
        picture = await kept_picture(tx, private)
    pick = await house.client.parts.inputs.offer(
        [picture, picture], guild_id=house.guild.id, user_id=house.ana.id
    )
    here = {"private": private, "live": live, "direct": direct, "foreign": foreign}
    there = {"private": private, "live": live, "direct": direct, "public": public}
    yield Plot(
        house=house,
        elsewhere=room,
        attackers={
            "member": (house.bob, house.channel),
            "moderator": (mod, house.channel),
            "stranger": (eve, room),
            "asker elsewhere": (ana_there, room),
        },
        hidden={
            "member": {**here, "own": bobs},
            "moderator": {**here, "own": mods},
            "stranger": {**there, "own": eves},
            "asker elsewhere": {**there, "own": anas_there},
        },
        pick=pick,
        private_card=cards[private - 1].id,
        foreign_card=cards[foreign - 1].message,
    )
    house.vendor.release()


@settings_on
async def test_no_button_of_a_hidden_job_tells_more_than_one_of_nobodys(plot: Plot) -> None:
    for name in plot.attackers:
        before = await plot.jobs()
        for action, index in itertools.product(Action, (0, 1, 2)):
            nobodys = everything(await plot.press(name, f"{action}:{NOBODYS}:{index}"))
            for job_id in plot.targets(name):
                said = everything(await plot.press(name, f"{action}:{job_id}:{index}"))
                assert without(job_id, said) == without(NOBODYS, nobodys), (action, job_id)
                assert_unmarked(said, job_id)
        # Nothing was made of them, deleted or taken back either.
        assert await plot.jobs() == before


@settings_on
async def test_no_choice_of_somebody_elses_is_anybodys(plot: Plot) -> None:
    for name in plot.attackers:
        before = await plot.jobs()
        for action, position in itertools.product(Action, (1, 9)):
            nobodys = everything(await plot.press(name, f"pick:{NOBODYS}:{action}:{position}"))
            pressed = await plot.press(name, f"pick:{plot.pick}:{action}:{position}")
            said = everything(pressed)
            assert without(plot.pick, said) == without(NOBODYS, nobodys), action
            assert_unmarked(said)
        assert await plot.jobs() == before
        assert KINDS.keys() < set(Action)


@settings_on
async def test_no_forged_pop_up_starts_from_a_hidden_picture(plot: Plot) -> None:
    for name in plot.attackers:
        before = len(await plot.jobs())
        forged = [
            f"{Action.REMIX}:{{}}:1",
            f"{Action.DETAILS}:{{}}:0",
            f"pick:{{}}:{Action.REMIX}:1",
        ]
        for form in forged:
            nobodys = everything(await plot.submit(name, form.format(NOBODYS)))
            targets = [plot.pick] if form.startswith("pick") else plot.targets(name)
            for number in targets:
                said = everything(await plot.submit(name, form.format(number)))
                assert without(number, said) == without(NOBODYS, nobodys), form
                assert_unmarked(said, number)
        assert len(await plot.jobs()) == before


@settings_on
async def test_no_forged_page_shows_a_hidden_job(plot: Plot) -> None:
    for name in plot.attackers:
        ana = plot.house.ana.id
        for kind, turn, search in itertools.product(
            ("", "imagine"), ("<999999", ">0"), ("", "marzipan", "SUBmarine", "turnip", "%", "_")
        ):
            said = everything(await plot.press(name, f"past:{ana}:{kind}:{turn}:{search}"))
            if name == "member":
                assert NOT_YOUR_HISTORY in json.loads(said)[2][0][0]
            # What was searched for is said again.
            assert_unmarked(said.replace(search or "\0", ""), *plot.targets(name))


@settings_on
async def test_nobody_erases_for_somebody_else(plot: Plot) -> None:
    for name in plot.attackers:
        if name == "asker elsewhere":
            # It is their own.
            continue
        before = await plot.jobs()
        for where in ("all", "here"):
            pressed = await plot.press(name, f"erase:{where}:{plot.house.ana.id}")
            assert NOT_YOURS_TO_ERASE in everything(pressed)
        assert await plot.jobs() == before


@settings_on
async def test_the_line_names_no_hidden_job(plot: Plot) -> None:
    """That somebody waits is said, or no place in line would be true; not who, nor for what."""
    for name in plot.attackers:
        who, room = plot.attackers[name]
        refreshed = await plot.press(name, REFRESH_ID)
        for shown in (refreshed, await who.slash(room, "queue")):
            said = everything(shown)
            assert_unmarked(said, *plot.targets(name))
            assert plot.house.ana.mention not in said


@settings_on
async def test_no_option_finds_a_hidden_job(plot: Plot) -> None:
    for name in plot.attackers:
        who, room = plot.attackers[name]
        asked = [
            {},
            *({"search": word} for word in (*MARKS, "Marzipan SUBMARINE", "%", "_", "*")),
            *({"kind": kind.value} for kind in Kind),
        ]
        for options in asked:
            for whose in ({}, {"member": plot.house.ana}):
                if whose and room.id == plot.elsewhere.id:
                    whose = {"member": plot.attackers["asker elsewhere"][0]}
                found = everything(await who.slash(room, "history", **options, **whose))
                words = found.replace(options.get("search", "\0"), "")
                assert_unmarked(words, *plot.targets(name))
                if name == "member" and whose:
                    assert NOT_YOUR_HISTORY in json.loads(found)[2][0][0]
        for command in ("usage", "settings"):
            assert_unmarked(everything(await who.slash(room, command)), *plot.targets(name))
        exported = await who.slash(room, "privacy export")
        assert exported.response is not None
        (file,) = exported.response.attachments
        words = (await file.read()).decode()
        assert_unmarked(words)
        assert [job["job"] for job in json.loads(words)["jobs"]] == [plot.hidden[name]["own"]]


@settings_on
async def test_no_address_of_a_hidden_message_opens_it(plot: Plot) -> None:
    for name in plot.attackers:
        who, room = plot.attackers[name]
        house, before = plot.house, len(await plot.jobs())
        here, dm = room.id, house.ana.user.dm_channel
        home = house.guild.id if room.id == house.channel.id else plot.foreign_card.guild.id  # type: ignore[union-attr]
        assert dm.last_message is not None
        foreign = (
            plot.foreign_card if name in ("member", "moderator") else house.channel.last_message
        )
        assert foreign is not None
        assert foreign.guild is not None
        places = {
            # A private card is nothing that the bot itself could look up.
            f"{house.guild.id}/{house.channel.id}/{plot.private_card}": None,
            f"{foreign.guild.id}/{foreign.channel.id}/{foreign.id}": None,
            # Another server's message under the name of this one's.
            f"{home}/{foreign.channel.id}/{foreign.id}": f"{home}/{NOBODYS}/{foreign.id}",
            f"{home}/{here}/{foreign.id}": f"{home}/{here}/{NOBODYS}",
            f"{home}/{dm.id}/{dm.last_message.id}": f"{home}/{NOBODYS}/{NOBODYS}",
            f"@me/{dm.id}/{dm.last_message.id}": f"@me/{NOBODYS}/{NOBODYS}",
        }
        for command, (place, nobodys) in itertools.product(("remix", "inpaint"), places.items()):
            words = {"prompt": "a fox"} | ({"area": "centre"} if command == "inpaint" else {})
            link = f"https://discord.com/channels/{place}"
            said = everything(await who.slash(room, command, link=link, **words))
            assert_unmarked(said)
            if nobodys is not None:
                link = f"https://discord.com/channels/{nobodys}"
                assert said == everything(await who.slash(room, command, link=link, **words)), place
        assert len(await plot.jobs()) == before


@settings_on
async def test_no_name_of_a_file_makes_it_a_hidden_picture(plot: Plot) -> None:
    """The bot's own files are known by their names, in the bot's own messages alone."""
    for name in plot.attackers:
        who, room = plot.attackers[name]
        last = len(await plot.jobs())
        for job_id in plot.targets(name):
            posted = await who.send(room, "look", attachments=[(f"limner-{job_id}-1.png", PHOTO)])
            for menu in ("Upscale", "Cut out", "Describe"):
                said = everything(await who.context_menu(room, menu, posted))
                assert_unmarked(said, job_id)
        made = (await plot.jobs())[last:]
        assert made
        for job in made:
            request = json.loads(job.request)
            assert (request["parent_job"], request["parent_picture"]) == (None, None)
            assert request["source"]["width_px"] == 96


async def test_every_button_and_every_way_of_finding_is_among_those_tried(house: House) -> None:
    """A new kind of button, or an option that could find something, is to be tried above."""
    known = {JOB_ID, PICK_ID, TURN_ID, ERASE_ID, re.compile(re.escape(REFRESH_ID))}
    assert set(house.client._connection._view_store._dynamic_items) == known
    found = {
        (name, option["name"])
        for name, option in every_option(house.client.command_payload())
        if option["type"] == _USER
        or re.search("^(member|user|job|pick|search|link|message)$|_id$", option["name"])
    }
    assert found == FINDING


def every_option(commands: Any, above: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    for command in commands:
        name = f"{above} {command['name']}".strip()
        inner = command.get("options", [])
        groups = [option for option in inner if option["type"] in (1, 2)]
        yield from every_option(groups, name)
        yield from ((name, option) for option in inner if option not in groups)


@settings_on
async def test_nobodys_number_is_nobodys(plot: Plot) -> None:
    """The measure itself: the numbers are right, for whoever may see them."""
    jobs = {job.id: job for job in await plot.jobs()}
    assert NOBODYS not in jobs
    for numbers in plot.hidden.values():
        assert jobs[numbers["private"]].user_id == plot.house.ana.id
        assert json.loads(jobs[numbers["private"]].request)["private"]
        assert not jobs[numbers["live"]].is_over
    assert jobs[plot.hidden["member"]["direct"]].guild_id == PERSONAL
    for name in plot.attackers:
        own = plot.hidden[name]["own"]
        said = everything(await plot.press(name, f"{Action.DETAILS}:{own}:0"))
        assert f"Job {own}" in said
