"""Questions that come together are worked off together, and none suffers for another."""

import asyncio
from collections.abc import Sequence

import pytest

from bot.domain.errors import StorageBusy
from bot.engine.together import MOST, Together


class Desk:
    """Doubles numbers, batch by batch; a test can hold it, and break it for some numbers."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.open = asyncio.Event()
        self.open.set()
        self.sick: dict[int, Exception] = {}

    async def work(self, numbers: Sequence[int]) -> list[int]:
        self.batches.append(list(numbers))
        await self.open.wait()
        for number in numbers:
            if number in self.sick:
                raise self.sick[number]
        return [2 * number for number in numbers]


async def test_what_comes_at_once_is_one_batch_and_each_gets_its_own_answer() -> None:
    desk = Desk()
    together = Together(desk.work)
    answers = await asyncio.gather(*(together.ask(number) for number in range(20)))
    assert answers == [2 * number for number in range(20)]
    assert desk.batches == [list(range(20))]


async def test_what_comes_meanwhile_is_the_next_batch() -> None:
    desk = Desk()
    together = Together(desk.work)
    desk.open.clear()
    first = asyncio.create_task(together.ask(1))
    await asyncio.sleep(0.01)
    rest = [asyncio.create_task(together.ask(number)) for number in (2, 3, 4)]
    await asyncio.sleep(0.01)
    assert desk.batches == [[1]]
    desk.open.set()
    assert await asyncio.gather(first, *rest) == [2, 4, 6, 8]
    assert desk.batches == [[1], [2, 3, 4]]


async def test_a_batch_has_its_bounds() -> None:
    desk = Desk()
    together = Together(desk.work)
    await asyncio.gather(*(together.ask(number) for number in range(MOST + 5)))
    assert [len(batch) for batch in desk.batches] == [MOST, 5]


async def test_one_that_breaks_the_work_does_not_break_it_for_the_others() -> None:
    desk = Desk()
    together = Together(desk.work)
    desk.sick[3] = ValueError("three")
    answers = await asyncio.gather(
        *(together.ask(number) for number in range(5)), return_exceptions=True
    )
    assert [answer for answer in answers if not isinstance(answer, Exception)] == [0, 2, 4, 8]
    assert [str(answer) for answer in answers if isinstance(answer, Exception)] == ["three"]


async def test_storage_that_fails_is_told_to_all_and_not_asked_for_each() -> None:
    desk = Desk()
    together = Together(desk.work)
    desk.sick[0] = StorageBusy("the database is busy")
    answers = await asyncio.gather(
        *(together.ask(number) for number in range(5)), return_exceptions=True
    )
    assert {type(answer) for answer in answers} == {StorageBusy}
    assert len(desk.batches) == 1
    del desk.sick[0]
    assert await together.ask(7) == 14


async def test_who_has_gone_before_the_work_began_is_not_asked_for() -> None:
    desk = Desk()
    together = Together(desk.work)
    desk.open.clear()
    first = asyncio.create_task(together.ask(1))
    await asyncio.sleep(0.01)
    gone, stays = (asyncio.create_task(together.ask(number)) for number in (2, 3))
    await asyncio.sleep(0.01)
    gone.cancel()
    await asyncio.sleep(0)
    desk.open.set()
    assert await first == 2
    assert await stays == 6
    assert desk.batches == [[1], [3]]
    with pytest.raises(asyncio.CancelledError):
        await gone


async def test_who_goes_while_the_work_is_on_does_not_stop_it_for_the_others() -> None:
    desk = Desk()
    together = Together(desk.work)
    desk.open.clear()
    gone, stays = (asyncio.create_task(together.ask(number)) for number in (1, 2))
    await asyncio.sleep(0.01)
    gone.cancel()
    desk.open.set()
    assert await stays == 4


async def test_who_closes_up_can_wait_for_what_is_being_worked_off() -> None:
    desk = Desk()
    together = Together(desk.work)
    await together.finish()
    desk.open.clear()
    gone = asyncio.create_task(together.ask(1))
    await asyncio.sleep(0.01)
    gone.cancel()
    closing = asyncio.create_task(together.finish())
    await asyncio.sleep(0.01)
    assert not closing.done()
    desk.open.set()
    await closing
    with pytest.raises(asyncio.CancelledError):
        await gone
