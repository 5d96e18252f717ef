"""A member's past: the right jobs in the right order, and never anybody else's."""

from typing import Any

import pytest
from sqlalchemy import update

from bot.domain.job import JobStatus, StoredPicture, Thumbnail
from bot.domain.request import Kind
from storage import history, results
from storage.database import Database, Transaction
from storage.history import Page
from storage.tables import jobs as jobs_table
from tests.storage.ground import ANA, SERVER, a_job, moved_to

BEN, OTHER_SERVER = ANA + 1, SERVER + 1
PICTURE = StoredPicture(
    position=1, sha256="aa", mime="image/png", width_px=8, height_px=8, size_bytes=1
)


async def delivered(tx: Transaction, **options: Any) -> int:
    return (await moved_to(tx, await a_job(tx, **options), JobStatus.DELIVERED)).id


async def asked(tx: Transaction, **options: Any) -> Page:
    return await history.page(
        tx, **{"guild_id": SERVER, "user_id": ANA, "limit": 3, "public_only": False, **options}
    )


def ids(page: Page) -> list[int]:
    return [entry.job.id for entry in page.entries]


async def test_newest_first_and_nobody_elses(database: Database) -> None:
    async with database.transaction() as tx:
        first = await delivered(tx)
        await delivered(tx, user_id=BEN)
        await delivered(tx, guild_id=OTHER_SERVER)
        second = await delivered(tx)
        page = await asked(tx)
    assert ids(page) == [second, first]
    assert (page.newer, page.older, page.bounded) == (False, False, False)
    assert page.entries[0].job.status is JobStatus.DELIVERED


async def test_what_is_under_way_or_erased_is_not_of_the_past(database: Database) -> None:
    async with database.transaction() as tx:
        done = await delivered(tx)
        for status in JobStatus:
            if status is not JobStatus.DELIVERED:
                await moved_to(tx, await a_job(tx), status)
        gone = await delivered(tx)
        await tx.execute(
            update(jobs_table).where(jobs_table.c.id == gone).values(erased=True, withheld=True)
        )
        assert ids(await asked(tx)) == [done]


async def test_pages_there_and_back_meet_every_job_once(database: Database) -> None:
    async with database.transaction() as tx:
        made = [await delivered(tx) for _ in range(8)][::-1]
        first = await asked(tx)
        second = await asked(tx, before=ids(first)[-1])
        third = await asked(tx, before=ids(second)[-1])
        back = await asked(tx, after=ids(third)[0])
        start = await asked(tx, after=ids(back)[0])
    assert ids(first) + ids(second) + ids(third) == made
    assert ids(back) == ids(second)
    assert ids(start) == ids(first)
    sides = [(page.newer, page.older) for page in (first, second, third, back, start)]
    assert sides == [(False, True), (True, True), (True, False), (True, True), (False, True)]


async def test_anchors_need_not_be_there_any_more(database: Database) -> None:
    async with database.transaction() as tx:
        made = [await delivered(tx) for _ in range(4)]
        assert ids(await asked(tx, before=10**12)) == made[:0:-1]
        assert ids(await asked(tx, after=0)) == made[2::-1]
        for nowhere in ({"before": 0}, {"before": made[0]}, {"after": made[-1]}, {"after": 10**12}):
            page = await asked(tx, **nowhere)
            assert (page.entries, page.newer, page.older) == ((), False, False)


async def test_a_last_newer_page_that_is_short_is_not_filled_up(database: Database) -> None:
    async with database.transaction() as tx:
        made = [await delivered(tx) for _ in range(5)]
        page = await asked(tx, after=made[2])
    assert ids(page) == [made[4], made[3]]
    assert (page.newer, page.older) == (False, True)


async def test_private_jobs_are_shown_on_demand_only(database: Database) -> None:
    async with database.transaction() as tx:
        public = await delivered(tx)
        private = await delivered(tx, private=True)
        assert ids(await asked(tx)) == [private, public]
        assert ids(await asked(tx, public_only=True)) == [public]
        hidden = await asked(tx, public_only=True, after=public)
        assert hidden.entries == ()
        # Not even that there is something newer.
        assert not (await asked(tx, public_only=True, before=private)).newer


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("fox", ["A red FOX", "foxglove 100%"]),
        (" red\n FOX ", ["A red FOX"]),
        ("ﬁsh", ["a_FISH, straße"]),
        ("STRASSE", ["a_FISH, straße"]),
        ("%", ["foxglove 100%"]),
        ("_", ["a_FISH, straße"]),
        ("'; DROP TABLE jobs; --", []),
        ("whale", []),
        (" ", ["A red FOX", "foxglove 100%", "a_FISH, straße"]),
    ],
)
async def test_a_search_finds_parts_of_prompts_and_knows_no_wildcards(
    database: Database, search: str, found: list[str]
) -> None:
    async with database.transaction() as tx:
        for prompt in ("a_FISH, straße", "foxglove 100%", "A red FOX"):
            await delivered(tx, prompt=prompt)
        await delivered(tx, prompt="fox and fish 100% _", user_id=BEN)
        page = await asked(tx, search=search)
    assert [entry.job.request.prompt for entry in page.entries] == found


async def test_kind_and_search_go_together_and_over_pages(database: Database) -> None:
    async with database.transaction() as tx:
        wanted = []
        for number in range(5):
            wanted.append(await delivered(tx, kind=Kind.REMIX, prompt=f"fox {number}"))
            await delivered(tx, kind=Kind.REMIX, prompt="whale")
            await delivered(tx, prompt="fox")
        first = await asked(tx, kind=Kind.REMIX, search="fox")
        second = await asked(tx, kind=Kind.REMIX, search="fox", before=ids(first)[-1])
        back = await asked(tx, kind=Kind.REMIX, search="fox", after=ids(second)[0])
    assert ids(first) + ids(second) == wanted[::-1]
    assert (first.older, second.older, second.newer) == (True, False, True)
    assert ids(back) == ids(first)


async def test_a_filter_looks_through_the_latest_jobs_only_and_says_so(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "LOOKED_THROUGH", 6)
    async with database.transaction() as tx:
        made = [await delivered(tx, prompt="fox") for _ in range(6)]
        within = await asked(tx, search="fox", before=made[3])
        assert (ids(within), within.bounded) == (made[2::-1], False)
        made += [await delivered(tx, prompt="whale") for _ in range(2)]

        first = await asked(tx, search="fox")
        second = await asked(tx, search="fox", before=ids(first)[-1])
        nothing = await asked(tx, search="dove")
        everything = await asked(tx, before=made[3])

    assert (ids(first), first.older, first.bounded) == ([made[5], made[4], made[3]], True, False)
    # The two oldest foxes are behind the edge.
    assert (ids(second), second.older, second.bounded) == ([made[2]], False, True)
    assert (nothing.entries, nothing.bounded) == ((), True)
    assert (ids(everything), everything.bounded) == (made[2::-1], False)


async def test_what_is_left_of_a_job(database: Database) -> None:
    async with database.transaction() as tx:
        bare = await delivered(tx)
        faded = await delivered(tx)
        await results.put_thumbnail(tx, faded, "bb", flagged=False)
        fresh = await delivered(tx)
        await results.put(tx, fresh, [PICTURE])
        await results.put_thumbnail(tx, fresh, "cc", flagged=True)
        page = await asked(tx)
    left = [(entry.job.id, entry.thumbnail, entry.kept) for entry in page.entries]
    assert left == [
        (fresh, Thumbnail("cc", flagged=True), True),
        (faded, Thumbnail("bb", flagged=False), False),
        (bare, None, False),
    ]
