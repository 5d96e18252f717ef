"""`python -m benchmarks [NAME ...]`: take the figures, one block each."""

import asyncio
import time
from collections.abc import Awaitable, Callable

import click

from benchmarks import acknowledgement, cost, delivery, growth, memory, polling, start

MEASUREMENTS: dict[str, Callable[[], Awaitable[list[str]]]] = {
    "acknowledgement": acknowledgement.measure,
    "cost": cost.measure,
    "delivery": delivery.polling,
    "doorbell": delivery.doorbell,
    "growth": growth.measure,
    "polling": polling.measure,
    "memory": memory.measure,
    "start": start.measure,
}


async def _take(names: tuple[str, ...]) -> None:
    for name in names or MEASUREMENTS:
        started_s = time.perf_counter()
        lines = await MEASUREMENTS[name]()
        click.echo(f"\n{name} (took {time.perf_counter() - started_s:.0f} s)")
        for line in lines:
            click.echo(f"  {line}")


@click.command()
@click.argument("names", nargs=-1, type=click.Choice(list(MEASUREMENTS)))
def main(names: tuple[str, ...]) -> None:
    """Take the figures of docs/performance.md, or only the named ones."""
    asyncio.run(_take(names))


if __name__ == "__main__":
    main()
