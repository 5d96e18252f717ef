"""kill -9 at every point of the way: before and after each commit, each file, each request.

The dice that choose the sample are printed with the table of what it has cost: TORTURE_SEED=...
throws them again.
"""

import ast
import asyncio
import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.scenarios import hops
from tests.scenarios.deeds import KINDS
from tests.scenarios.matrix import all_of, sample
from tests.scenarios.toll import Toll, taken, thrown_seed
from tests.scenarios.town import ROOT

SEED = thrown_seed()
SAMPLE = {
    "first": {"text": 5, "a button's child, with a bell": 4},
    "second": {"text, with a bell": 3, "four pictures": 2, "mask page": 4},
}
"""How many points of each row; the rows beside each other are played at the same time."""
OTHERS = sorted(KINDS.keys() - {name for rows in SAMPLE.values() for name in rows})
#: One more row, by the dice.
SAMPLE["first"] |= {random.Random(SEED).choice(OTHERS): 2}
LONGEST_ROW_S = 45 * 60

Record = Callable[[str, object], None]


@pytest.mark.timeout(240)
@pytest.mark.parametrize("some", SAMPLE)
async def test_killed_here_and_there(tmp_path: Path, record_property: Record, some: str) -> None:
    rows = SAMPLE[some]
    tolls = {name: Toll(name, SEED) for name in rows}
    with taken(record_property, *tolls.values()):
        async with asyncio.TaskGroup() as beside_each_other:
            for place, (name, count) in enumerate(rows.items()):
                row = sample(KINDS[name], tmp_path / str(place), tolls[name], count=count)
                beside_each_other.create_task(row)


@pytest.mark.torture
@pytest.mark.timeout(LONGEST_ROW_S)
@pytest.mark.parametrize("name", KINDS)
async def test_killed_everywhere(tmp_path: Path, record_property: Record, name: str) -> None:
    toll = Toll(name, SEED)
    with taken(record_property, toll):
        await all_of(KINDS[name], tmp_path, toll)


def test_every_transaction_is_on_a_hop_or_has_its_reason() -> None:
    made = set(transactions())
    assert made - hops.commits() == set(), "nobody is killed there, and nobody says why not"
    assert hops.commits() - made == set(), "there is no such transaction any more"


def transactions() -> Iterator[str]:
    """Every function of the bot that opens a transaction, as the points call it."""
    for room in ("bot", "cogs"):
        for path in (ROOT / room).rglob("*.py"):
            yield from _opened(ast.parse(path.read_text()), "")


def _opened(node: ast.AST, inside: str) -> Iterator[str]:
    for child in ast.iter_child_nodes(node):
        match child:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield from _opened(child, f"{inside}{name}.<locals>.")
            case ast.ClassDef(name=name):
                yield from _opened(child, f"{inside}{name}.")
            case ast.Call(func=ast.Attribute(attr="transaction")):
                yield inside.removesuffix(".<locals>.")
            case _:
                yield from _opened(child, inside)
