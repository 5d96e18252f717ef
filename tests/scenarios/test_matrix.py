"""kill -9 at every point of the way: before and after each commit, each file, each request.

The dice that choose the sample are printed with the table of what was lost: MATRIX_SEED=... throws
them again.
"""

import asyncio
import os
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.scenarios.matrix import KINDS, all_of, sample
from tests.scenarios.toll import PROPERTY, Toll, kept

SEED = int(os.environ.get("MATRIX_SEED", random.randrange(10**9)))
#: How many points of each row; the rows beside each other are played at the same time.
SAMPLE = (
    {"text": 6, "a button's child, with a bell": 4},
    {"text, with a bell": 3, "four pictures": 3, "mask page": 4},
)
LONGEST_ROW_S = 45 * 60

Record = Callable[[str, object], None]


@pytest.mark.timeout(240)
@pytest.mark.parametrize("rows", SAMPLE, ids=lambda rows: " and ".join(rows))
async def test_killed_here_and_there(
    tmp_path: Path, record_property: Record, rows: dict[str, int]
) -> None:
    tolls = await asyncio.gather(
        *(
            sample(KINDS[name], tmp_path / str(place), seed=SEED, count=count)
            for place, (name, count) in enumerate(rows.items())
        )
    )
    assert_no_toll(record_property, *tolls)


@pytest.mark.torture
@pytest.mark.timeout(LONGEST_ROW_S)
@pytest.mark.parametrize("name", KINDS)
async def test_killed_everywhere(tmp_path: Path, record_property: Record, name: str) -> None:
    assert_no_toll(record_property, await all_of(KINDS[name], tmp_path, seed=SEED))


def assert_no_toll(record_property: Record, *tolls: Toll) -> None:
    for toll in tolls:
        record_property(PROPERTY, kept(toll))
    assert [story for toll in tolls for story in toll.stories] == []
