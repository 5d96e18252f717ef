"""`python -m benchmarks [NAME ...]`: take the figures, one block each."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from functools import partial

import click

from benchmarks import acknowledgement, cost, delivery, growth, line, load, memory, polling, start

MEASUREMENTS: dict[str, Callable[[], Awaitable[list[str]]]] = {
    "acknowledgement": acknowledgement.measure,
    "cost": cost.measure,
    "delivery": delivery.polling,
    "doorbell": delivery.doorbell,
    "growth": growth.measure,
    "line": line.measure,
    "load": load.measure,
    "polling": polling.measure,
    "memory": memory.measure,
    "start": start.measure,
}


async def _take(names: tuple[str, ...], plan: load.Plan) -> None:
    wanted = MEASUREMENTS | {"load": partial(load.measure, plan)}
    for name in names or MEASUREMENTS:
        started_s = time.perf_counter()
        lines = await wanted[name]()
        click.echo(f"\n{name} (took {time.perf_counter() - started_s:.0f} s)")
        for row in lines:
            click.echo(f"  {row}")


@click.command()
@click.argument("names", nargs=-1, type=click.Choice(list(MEASUREMENTS)))
@click.option("--minutes", default=load.Plan.minutes, show_default=True, help="load: how long.")
@click.option("--rate", default=load.Plan.rate, show_default=True, help="load: requests a minute.")
@click.option("--burst", default=load.Plan.burst, show_default=True, help="load: in one minute.")
@click.option("--bell/--polling", help="load: whether the vendor rings when a picture is ready.")
def main(names: tuple[str, ...], *, minutes: float, rate: int, burst: int, bell: bool) -> None:
    """Take the figures of docs/performance.md, or only the named ones."""
    plan = load.Plan(minutes=minutes, rate=rate, burst=burst, bell=bell)
    asyncio.run(_take(names, plan))


if __name__ == "__main__":
    main()
