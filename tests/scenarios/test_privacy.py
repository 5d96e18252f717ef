"""What is erased is in no byte of the bot's files, whenever it is killed; and what is exported."""

import asyncio
import json
from pathlib import Path

from sandbox.modelslab import Mood
from tests.scenarios.photos import a_photo, png
from tests.scenarios.town import Town
from tests.wire.interactions import Interaction
from tests.wire.messages import Message

MARK = "MARKED-PROMPT-of-somebody"
NEGATIVE = "MARKED-NEGATIVE-of-somebody"
SLICE = slice(-160, -60)


async def marked(town: Town, **options: object) -> Interaction:
    """A remix whose every text and picture would be known again."""
    return await town.discord.slash(
        town.ana,
        town.general,
        "remix",
        prompt=f"{MARK}, in oil",
        negative=NEGATIVE,
        model="sdxl",
        image=("photo.png", png(a_photo())),
        **options,
    )


def files_below(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


async def marks_of_pictures(town: Town) -> list[bytes]:
    """What each picture would be known by: its name, and a piece of what is in it."""
    files = await asyncio.to_thread(files_below, town.database.parent / "pictures")
    assert files
    return [
        mark for name, data in files.items() for mark in (data[SLICE], Path(name).name.encode())
    ]


async def places_of(town: Town, marks: list[bytes]) -> list[str]:
    """Every file of the bot's in which one of the marks is found."""
    files = await asyncio.to_thread(files_below, town.database.parent)
    assert str(town.database) in files
    return [name for name, data in files.items() for mark in marks if mark in data]


async def erases(town: Town, label: str = "Erase everything") -> Message:
    asked = await town.discord.slash(town.ana, town.general, "privacy erase")
    question = await asked.answered()
    assert question.ephemeral
    pressed = await town.discord.click(town.ana, question, label=label)
    await pressed.acked()
    await town.discord.until(lambda: question.content.startswith("**Erased:**"))
    assert question.labels == []
    return question


async def test_no_byte_is_left_of_what_was_erased(town: Town) -> None:
    """One job delivered, one for its asker alone, one under way, one in line, and Ben's."""
    bens = await town.asks("a postcard", who=town.ben)
    await town.pictures(bens)
    [kept] = town.rows("SELECT sha256 FROM pictures")
    done = await marked(town, count=2)
    public = await town.pictures(done)
    alone = await marked(town, private=True)
    private = await town.pictures(alone)
    await town.bot_stops()
    town.vendor.hold()
    await town.bot_starts(MODELSLAB_MAX_QUEUED="1")
    under_way = await marked(town)
    painting = await town.is_painting(under_way)
    in_line = await marked(town)
    waiting = await town.card(in_line)
    await town.stands(in_line, "queued")
    await town.discord.until(lambda: "job" in waiting.content)
    number = town.job(under_way)["id"]
    ids = [town.job(each)["id"] for each in (done, alone, under_way, in_line)]
    everything = [MARK.encode(), MARK.lower().encode(), NEGATIVE.encode()]
    everything += [
        mark
        for mark in await marks_of_pictures(town)
        if mark != kept["sha256"].encode() and not await is_bens(town, mark)
    ]
    # The probe can see.
    assert len(await places_of(town, everything)) > 3

    told = await erases(town)
    assert told.content == (
        "**Erased:** 4 jobs, 3 pictures; 4 messages are being deleted; "
        "2 jobs on the way were withdrawn."
    )
    await town.discord.until(
        lambda: all(each.deleted for each in (public, private, painting, waiting))
    )
    assert await places_of(town, everything) == []
    await town.bot_crashes()
    assert await places_of(town, everything) == []

    # The live one ends cleanly.
    await town.bot_starts()
    [left] = town.rows("SELECT * FROM jobs WHERE user_id = ?", town.ana.id)
    assert (left["id"], left["erased"], left["withheld"]) == (number, 1, 1)
    assert len(town.rows("SELECT * FROM slots")) == 1
    town.vendor.release()
    await town.discord.until(
        lambda: not town.rows("SELECT * FROM jobs WHERE user_id = ?", town.ana.id)
    )
    assert town.rows("SELECT * FROM slots") == []
    assert [job["track_id"] for job in (each.body for each in town.vendor.book)].count(
        str(number)
    ) == 1
    for each in ids:
        assert town.carriers(each) == town.standing(each) == []
    await town.bot_crashes()
    assert await places_of(town, everything) == []

    # What was used stays used, and nobody can read by whom.
    entries = town.rows("SELECT * FROM ledger WHERE user_id != ?", town.ben.id)
    assert {entry["job_id"] for entry in entries} == set(ids)
    [alias] = {entry["user_id"] for entry in entries}
    assert alias < 0
    assert sum(entry["pictures"] for entry in entries) == 2 + 1 + 1
    assert town.rows("SELECT * FROM totals WHERE user_id = ?", town.ana.id) == []
    # Ben's are his.
    assert town.job(bens)["user_id"] == town.ben.id
    assert town.rows("SELECT sha256 FROM pictures") == [kept]


async def is_bens(town: Town, mark: bytes) -> bool:
    """Whether a mark is of a picture that only Ben's job has."""
    bens = {
        row["sha256"]
        for table in ("pictures", "inputs", "thumbnails")
        for row in town.rows(
            f"SELECT sha256 FROM {table} JOIN jobs ON jobs.id = job_id WHERE user_id = ?",
            town.ben.id,
        )
    }
    folder = town.database.parent / "pictures"
    return any(
        mark in (sha256.encode(), (folder / sha256[:2] / sha256).read_bytes()[SLICE])
        for sha256 in bens
    )


async def test_killed_in_the_middle_of_deleting_messages_it_goes_on(town: Town) -> None:
    town.vendor.default_mood = Mood.AT_ONCE
    cards = [await town.pictures(await town.asks(f"{MARK} {number}")) for number in range(3)]
    await erases(town, "Only this server")
    await town.bot_crashes()
    assert await places_of(town, [MARK.encode()]) == []
    await town.bot_starts()
    await town.discord.until(lambda: all(card.deleted for card in cards))
    assert await town.discord.until(lambda: town.rows("SELECT * FROM removals") == [])


async def test_what_is_exported_is_a_file_for_the_asker_alone(town: Town) -> None:
    town.vendor.default_mood = Mood.AT_ONCE
    await town.pictures(await town.asks("of somebody else", who=town.ben))
    asked = await marked(town)
    card = await town.pictures(asked)
    said = await town.discord.slash(town.ana, town.general, "privacy export")
    answer = await said.answered()
    await town.discord.until(lambda: answer.attachments)
    assert answer.ephemeral
    [file] = answer.attachments
    assert file.filename == "limner-export.json"
    found = json.loads(file.bytes)
    [job] = found["jobs"]
    assert job["job"] == town.job(asked)["id"]
    assert (job["prompt"], job["negative"]) == (f"{MARK}, in oil", NEGATIVE)
    assert job["message"].endswith(f"/{town.general.id}/{card.id}")
    assert [picture["sha256"] for picture in job["pictures_still_kept"]] == [
        row["sha256"]
        for row in town.rows("SELECT sha256 FROM pictures WHERE job_id = ?", job["job"])
    ]
