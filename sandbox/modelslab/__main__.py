"""`python -m sandbox.modelslab`: the stand-in alone, until it is interrupted."""

import asyncio

import click

from sandbox.modelslab.jobs import published_latency_s
from sandbox.modelslab.moods import Mood
from sandbox.modelslab.server import Vendor


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8001, show_default=True, help="Port to listen on; 0: any.")
@click.option("--key", default="sandbox-key", show_default=True, help="The API key it takes.")
@click.option(
    "--latency",
    "latency_s",
    type=click.FloatRange(min=0),
    help="Seconds until a picture is ready. Unset: like the vendor's published figures.",
)
@click.option(
    "--max-queued", default=5, show_default=True, type=click.IntRange(min=1), help="Queue limit."
)
@click.option(
    "--mood",
    type=click.Choice([mood.value for mood in Mood]),
    default=Mood.PROCESSING.value,
    show_default=True,
    help="How generation requests are treated.",
)
def main(
    *, host: str, port: int, key: str, latency_s: float | None, max_queued: int, mood: str
) -> None:
    """Run the stand-in for ModelsLab."""
    latency = published_latency_s if latency_s is None else latency_s
    vendor = Vendor(key, host=host, port=port, latency_s=latency, max_queued=max_queued)
    vendor.default_mood = Mood(mood)
    try:
        asyncio.run(_serve(vendor))
    except KeyboardInterrupt:
        click.echo("Closed.")


async def _serve(vendor: Vendor) -> None:
    async with vendor:
        click.echo(f"MODELSLAB_BASE_URL={vendor.url}")
        click.echo(f"MODELSLAB_API_KEY={vendor.key}")
        await asyncio.Event().wait()


if __name__ == "__main__":
    main()
