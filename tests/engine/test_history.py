"""The past: whose it is, who else may look, and what is shown of it."""

from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import delete, update

from bot.domain.errors import PictureError
from bot.domain.request import PERSONAL, Kind
from bot.engine.history import PAGE_JOBS, Choice, History, NotShown, Page, Shown, Viewer
from bot.engine.records import Forgot
from bot.pictures import threads
from sandbox.modelslab import Mood
from storage.pictures import PictureFiles
from storage.tables import jobs as jobs_table
from storage.tables import pictures, thumbnails
from tests.engine.world import ANA, BOB, MIB, OTHER_SERVER, SERVER, World

MOD = 103
LIMIT = 10 * MIB
OWN = Viewer(user_id=ANA, guild_id=SERVER)
AS_MODERATOR = Viewer(user_id=MOD, guild_id=SERVER, moderator=True)


@pytest.fixture
def past(world: World) -> History:
    return History(world.database, files=PictureFiles(world.folder / "pictures"))


async def a_result(world: World, **options: Any) -> int:
    asked = await world.asks(**options)
    await world.until_done()
    return int(asked.job.id)


def ids(page: Page | None) -> list[int]:
    assert page is not None
    return [past.job.id for past in page.past]


def opened(data: bytes | None) -> Image.Image:
    assert data is not None
    with Image.open(BytesIO(data)) as picture:
        picture.load()
        return picture.copy()


async def test_a_result_leaves_a_thumbnail_that_outlives_it(world: World, past: History) -> None:
    job_id = await a_result(world)
    small = opened((await _one(past)).thumbnail)
    assert (small.format or "WEBP", small.size) == ("WEBP", (256, 256))
    shown = await past.show(OWN, job_id, limit_bytes=LIMIT)
    assert isinstance(shown, Shown)
    full = opened(shown.files[0].data).convert("RGB")
    colours = [picture.convert("RGB").getpixel((9, 9)) for picture in (small, full)]
    assert all(abs(a - b) < 9 for a, b in zip(*colours, strict=True))

    await _pictures_go(world, job_id)

    entry = await _one(past)
    assert (entry.kept, entry.thumbnail is not None) == (False, True)
    assert await past.show(OWN, job_id, limit_bytes=LIMIT) is NotShown.NOT_KEPT


async def _one(past: History, viewer: Viewer = OWN, member_id: int = ANA) -> Any:
    page = await past.page(viewer, Choice(member_id=member_id))
    assert page is not None
    (entry,) = page.past
    return entry


async def _pictures_go(world: World, job_id: int) -> None:
    async with world.database.transaction() as tx:
        await tx.execute(delete(pictures).where(pictures.c.job_id == job_id))


async def test_several_pictures_make_one_contact_sheet(world: World, past: History) -> None:
    job_id = await a_result(world, count=4)
    assert opened((await _one(past)).thumbnail).size == (256, 256)
    shown = await past.show(OWN, job_id, limit_bytes=LIMIT)
    assert isinstance(shown, Shown)
    assert shown.positions == (1, 2, 3, 4)
    assert [file.name for file in shown.files] == [f"limner-{job_id}-{n}.png" for n in range(1, 5)]
    assert shown.notes == ()


async def test_a_failure_is_of_the_past_and_has_nothing_to_show(
    world: World, past: History
) -> None:
    world.vendor.next(Mood.FAILED_LATER)
    job_id = await a_result(world)
    entry = await _one(past)
    assert (entry.job.id, entry.thumbnail, entry.kept) == (job_id, None, False)
    assert await past.show(OWN, job_id, limit_bytes=LIMIT) is NotShown.NOT_KEPT


async def test_a_result_whose_thumbnail_fails_is_delivered_all_the_same(
    world: World, past: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(_results: object) -> bytes:
        raise PictureError("it cannot be made small")

    monkeypatch.setattr(threads, "thumbnail", broken)
    await a_result(world)
    entry = await _one(past)
    assert (entry.thumbnail, entry.kept) == (None, True)
    assert len(world.delivered[0].files) == 1


async def test_a_file_that_is_lost_leaves_a_hole_and_not_an_error(
    world: World, past: History
) -> None:
    job_id = await a_result(world)
    for path in (world.folder / "pictures").rglob("*"):
        if path.is_file():
            path.unlink()
    assert (await _one(past)).thumbnail is None
    shown = await past.show(OWN, job_id, limit_bytes=LIMIT)
    assert isinstance(shown, Shown)
    assert shown.files == ()
    assert "could not be sent" in shown.notes[0]


@pytest.mark.parametrize(
    ("viewer", "seen"),
    [
        (OWN, ["withheld", "private", "public"]),
        (AS_MODERATOR, ["public"]),
        (Viewer(user_id=BOB, guild_id=SERVER), None),
        (Viewer(user_id=ANA, guild_id=OTHER_SERVER), []),
        (Viewer(user_id=MOD, guild_id=OTHER_SERVER, moderator=True), []),
        (Viewer(user_id=MOD, guild_id=PERSONAL, moderator=True), None),
    ],
)
async def test_who_sees_whose_past(
    world: World, past: History, viewer: Viewer, seen: list[str] | None
) -> None:
    made = {
        "public": await a_result(world, prompt="public"),
        "private": await a_result(world, prompt="private", private=True),
        "withheld": await a_result(world, prompt="withheld"),
    }
    async with world.database.transaction() as tx:
        unposted = jobs_table.c.id == made["withheld"]
        await tx.execute(update(jobs_table).where(unposted).values(withheld=True))
    page = await past.page(viewer, Choice(member_id=ANA))
    assert (None if page is None else ids(page)) == (
        None if seen is None else [made[name] for name in seen]
    )
    for name, job_id in made.items():
        shown = await past.show(viewer, job_id, limit_bytes=LIMIT)
        assert isinstance(shown, Shown) is (name in (seen or ()))
        assert isinstance(shown, Shown) or shown is NotShown.NOT_HERE


async def test_a_moderator_learns_nothing_of_private_jobs_by_searching(
    world: World, past: History
) -> None:
    await a_result(world, prompt="a love letter", private=True)
    for choice in (
        Choice(member_id=ANA, search="love letter"),
        Choice(member_id=ANA, kind=Kind.IMAGINE),
        Choice(member_id=ANA, after=0),
        Choice(member_id=ANA, before=10**12),
    ):
        page = await past.page(AS_MODERATOR, choice)
        assert page == Page(past=(), newer=False, older=False, bounded=False)


async def test_pages_and_where_they_lead_when_jobs_have_gone(world: World, past: History) -> None:
    for number in range(PAGE_JOBS + 2):
        await world.asks(f"fox {number}", seed=number)
    await world.until_done()
    newest = await past.page(OWN, Choice(member_id=ANA))
    assert ids(newest) == [7, 6, 5, 4, 3]
    older = await past.page(OWN, Choice(member_id=ANA, before=3))
    assert older is not None
    assert (ids(older), older.newer, older.older) == ([2, 1], True, False)
    for job_id in (1, 2):
        said = await world.records.forget(job_id, guild_id=SERVER, user_id=ANA, moderator=False)
        assert said is Forgot.DONE
    # Nothing is left behind the third: the newest page again.
    here = Choice(member_id=ANA)
    for nowhere in (
        replace(here, before=3),
        replace(here, after=7),
        replace(here, before=0),
        replace(here, after=10**12),
    ):
        again = await past.page(OWN, nowhere)
        assert ids(again) == [7, 6, 5, 4, 3]


async def test_what_is_marked_as_unsafe_is_shown_where_that_is_allowed_only(
    world: World, past: History
) -> None:
    world.vendor.next(Mood.NSFW)
    job_id = await a_result(world, age_restricted=True)
    there = replace(OWN, age_restricted=True)
    assert (await _one(past, there)).thumbnail is not None
    assert isinstance(await past.show(there, job_id, limit_bytes=LIMIT), Shown)

    entry = await _one(past, OWN)
    assert (entry.thumbnail, entry.kept) == (None, True)
    assert await past.show(OWN, job_id, limit_bytes=LIMIT) is NotShown.FLAGGED
    async with world.database.reading() as tx:
        (row,) = await tx.execute(thumbnails.select())
    assert row.flagged


async def test_a_job_under_way_or_erased_is_not_shown(world: World, past: History) -> None:
    job_id = await a_result(world)
    async with world.database.transaction() as tx:
        await tx.execute(update(jobs_table).values(erased=True))
    assert await past.show(OWN, job_id, limit_bytes=LIMIT) is NotShown.NOT_HERE
    assert ids(await past.page(OWN, Choice(member_id=ANA))) == []
    world.vendor.hold()
    live = await world.asks()
    assert await past.show(OWN, live.job.id, limit_bytes=LIMIT) is NotShown.NOT_HERE
    assert await past.show(OWN, 10**18 - 1, limit_bytes=LIMIT) is NotShown.NOT_HERE


async def test_what_is_too_large_here_is_made_smaller_and_says_so(
    world: World, past: History
) -> None:
    job_id = await a_result(world)
    shown = await past.show(OWN, job_id, limit_bytes=3_000)
    assert isinstance(shown, Shown)
    assert len(shown.files[0].data) <= 3_000
    assert "made smaller" in shown.notes[0]
