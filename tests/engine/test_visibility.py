"""Who may see a job, as a table."""

from dataclasses import replace

import pytest

from bot.domain.request import PERSONAL, Requester
from bot.engine.visibility import may_see
from tests.cogs.jobs import ANA, CHANNEL, SERVER, a_job

BEN, ELSEWHERE = ANA + 1, SERVER + 1


@pytest.mark.parametrize(
    ("made_in", "private", "seen_by"),
    [
        (SERVER, False, {(SERVER, ANA), (SERVER, BEN)}),
        (SERVER, True, {(SERVER, ANA)}),
        (PERSONAL, False, {(PERSONAL, ANA)}),
        (PERSONAL, True, {(PERSONAL, ANA)}),
    ],
)
def test_who_sees_it_from_where(made_in: int, private: bool, seen_by: set[tuple[int, int]]) -> None:
    asker = Requester(user_id=ANA, guild_id=made_in, channel_id=CHANNEL)
    job = replace(a_job(private=private), requester=asker)
    looks = {(place, who) for place in (SERVER, ELSEWHERE, PERSONAL) for who in (ANA, BEN)}
    seen = {(place, who) for place, who in looks if may_see(job, guild_id=place, user_id=who)}
    assert seen == seen_by


def test_of_an_erased_job_nobody_sees_anything() -> None:
    job = replace(a_job(), erased=True)
    assert not may_see(job, guild_id=SERVER, user_id=ANA)
    assert not may_see(job, guild_id=SERVER, user_id=BEN)
