"""The small rooms: settings, facts, cards, gates, turns and the names of pictures."""

from dataclasses import replace
from datetime import timedelta
from functools import partial

from bot.domain.gates import EVERYTHING, GateReason, closed, work_scope
from bot.domain.job import Card, JobStatus, StoredPicture
from bot.domain.line import Turns, joined
from bot.domain.preferences import MemberSettings, ServerSettings
from bot.domain.request import Aspect
from storage import cards, facts, gates, holdings, preferences, results, retention, turns
from storage.database import Database
from storage.retention import Kept
from tests.storage.ground import ANA, DEADLINE, NOW, SERVER, a_job, moved_to

BOB = 102


async def test_a_servers_settings_come_back_and_can_be_unset(database: Database) -> None:
    everything = ServerSettings(
        server_day=1,
        server_month=2,
        member_day=3,
        server_line=4,
        member_line=5,
        time_zone="Asia/Tokyo",
        model="flux",
    )
    async with database.transaction() as tx:
        assert await preferences.of_server(tx, SERVER) == ServerSettings()
        for settings in (everything, ServerSettings(server_day=0), ServerSettings()):
            await preferences.set_server(tx, SERVER, settings)
            assert await preferences.of_server(tx, SERVER) == settings
        assert await preferences.of_server(tx, 99) == ServerSettings()


async def test_a_members_settings_come_back_and_are_of_one_server(database: Database) -> None:
    everything = MemberSettings(
        model="flux",
        aspect=Aspect.TALL,
        count=4,
        negative="rain; 'quotes'",
        private=True,
        ping=False,
    )
    async with database.transaction() as tx:
        for settings in (everything, MemberSettings(private=False), MemberSettings()):
            await preferences.set_member(tx, settings, guild_id=SERVER, user_id=ANA)
            found = await preferences.of_member(tx, guild_id=SERVER, user_id=ANA)
            assert found == settings
        await preferences.set_member(tx, everything, guild_id=SERVER, user_id=ANA)
        for guild_id, user_id in ((SERVER, BOB), (99, ANA)):
            found = await preferences.of_member(tx, guild_id=guild_id, user_id=user_id)
            assert found == MemberSettings()


async def test_a_fact_is_remembered_and_replaced(database: Database) -> None:
    async with database.transaction() as tx:
        assert await facts.get(tx, "key") is None
        await facts.put(tx, "key", "one")
        await facts.put(tx, "key", "two")
        await facts.put(tx, "other", "")
        assert await facts.get(tx, "key") == "two"
        assert await facts.get(tx, "other") == ""


async def test_a_card_comes_back_with_where_it_stands(database: Database) -> None:
    async with database.transaction() as tx:
        job = await a_job(tx)
        card = Card(
            job_id=job.id,
            private=False,
            token="t",
            token_expires_at=NOW + timedelta(minutes=15),
            file_limit_bytes=10_000_000,
        )
        assert await cards.get(tx, job.id) == card
        await cards.placed(tx, {job.id: 2**63 - 1})
        assert await cards.get(tx, job.id) == replace(card, message_id=2**63 - 1)


async def test_the_first_try_of_a_message_is_remembered(database: Database) -> None:
    async with database.transaction() as tx:
        job = await a_job(tx)
        assert await cards.begin_message(tx, job.id, now=NOW) is None
        assert await cards.begin_message(tx, job.id, now=DEADLINE) == NOW
        assert await cards.begin_message(tx, job.id, now=DEADLINE) == NOW
        assert (await cards.get(tx, job.id)).first_try_at == NOW


async def test_a_gate_comes_back_and_says_whether_it_was_open(database: Database) -> None:
    gate = closed(GateReason.CREDITS, now=NOW, tries=3, detail="no credits")
    ajar = replace(gate, ajar=True, tries=4)
    async with database.transaction() as tx:
        assert await gates.all_closed(tx) == []
        assert await gates.put(tx, gate)
        assert await gates.all_closed(tx) == [gate]
        assert not await gates.put(tx, ajar)
        assert await gates.all_closed(tx) == [ajar]
        await gates.open_gates(tx, scope=EVERYTHING, reasons=[GateReason.CREDITS])
        assert await gates.all_closed(tx) == []
        assert await gates.put(tx, gate)


async def test_gates_are_opened_by_scope_and_reason(database: Database) -> None:
    down, busy = closed(GateReason.DOWN, now=NOW), closed(GateReason.BUSY, now=NOW)
    model = closed(GateReason.PLAN, now=NOW, scope=work_scope("sdxl"))
    async with database.transaction() as tx:
        for gate in (down, busy, model):
            await gates.put(tx, gate)
        await gates.open_gates(tx, scope=EVERYTHING, reasons=[GateReason.DOWN, GateReason.PLAN])
        assert sorted(gate.reason for gate in await gates.all_closed(tx)) == ["busy", "plan"]
        await gates.open_gates(tx, scope=EVERYTHING, reasons=[])
        assert len(await gates.all_closed(tx)) == 2


async def test_turns_grow_and_are_given_to_server_and_member(database: Database) -> None:
    async with database.transaction() as tx:
        assert await turns.of_servers(tx, [1, 2]) == Turns({}, {})
        await turns.served(tx, [(1, ANA), (2, ANA)])
        await turns.served(tx, [])
        await turns.served(tx, [(1, BOB), (1, BOB)])
        assert await turns.of_servers(tx, [1, 2, 1]) == Turns(
            {1: 4, 2: 2}, {(1, ANA): 1, (2, ANA): 2, (1, BOB): 4}
        )
        assert await turns.of_servers(tx, [2]) == Turns({2: 2}, {(2, ANA): 2})
        assert await turns.of_servers(tx, []) == Turns({}, {})


async def test_a_turn_is_later_than_all_who_have_joined_and_earlier_than_who_joins_next(
    database: Database,
) -> None:
    async with database.transaction() as tx:
        first = await a_job(tx)
        await turns.served(tx, [(1, ANA)])
        await turns.served(tx, [(1, ANA)])
        then = (await turns.of_servers(tx, [1])).servers[1]
        second = await a_job(tx)
        await turns.served(tx, [(1, ANA)])
        now = (await turns.of_servers(tx, [1])).servers[1]
    assert joined(first.id) < then < joined(second.id) < now


def a_picture(position: int, sha256: str) -> StoredPicture:
    return StoredPicture(
        position=position,
        sha256=sha256,
        mime="image/png",
        width_px=1024,
        height_px=768,
        size_bytes=123_456,
        flagged=position == 2,
    )


async def test_pictures_of_a_job_come_back_in_order(database: Database) -> None:
    two, one = a_picture(2, "bb"), a_picture(1, "aa")
    async with database.transaction() as tx:
        job = await a_job(tx)
        await results.put(tx, job.id, [two, one])
        await results.put(tx, job.id, [])
        assert await results.of_job(tx, job.id) == (one, two)
        assert await results.of_job(tx, 999) == ()


async def test_what_another_job_has_is_still_needed(database: Database) -> None:
    async with database.transaction() as tx:
        first, second = await a_job(tx), await a_job(tx)
        await results.put(tx, first.id, [a_picture(1, "aa"), a_picture(2, "bb")])
        await results.put(tx, second.id, [a_picture(1, "bb"), a_picture(2, "bb")])
        assert await holdings.needed(tx, ["aa", "bb", "cc"]) == {"aa", "bb"}
        assert await retention.drop(tx, Kept.PICTURES, [first.id]) == {"aa"}
        assert await retention.drop(tx, Kept.PICTURES, [first.id]) == set()
        assert len(await results.of_job(tx, second.id)) == 2
        assert await retention.drop(tx, Kept.PICTURES, [second.id]) == {"bb"}


async def test_what_has_ended_comes_in_portions_and_in_its_order(database: Database) -> None:
    async with database.transaction() as tx:
        ids = []
        for status in (JobStatus.DELIVERED, JobStatus.SETTLED, JobStatus.DELIVERED):
            ids.append((await moved_to(tx, await a_job(tx), status)).id)
        later = NOW + timedelta(milliseconds=1)
        ask = partial(retention.ended, tx, before=later)
        begin = (NOW - timedelta(days=1), 0)
        assert await retention.ended(tx, after=begin, before=NOW, limit=9) == []
        assert await ask(after=begin, limit=9) == [(NOW, ids[0]), (NOW, ids[2])]
        assert await ask(after=begin, limit=1) == [(NOW, ids[0])]
        # They ended in the same millisecond.
        assert await ask(after=(NOW, ids[0]), limit=9) == [(NOW, ids[2])]
        assert await ask(after=(NOW, ids[2]), limit=9) == []
