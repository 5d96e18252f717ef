"""A mask page that is really served: real storage, real intake, loopback HTTP. Judges nothing."""

import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from io import BytesIO

from aiohttp import web
from PIL import Image, ImageDraw
from yarl import URL

from bot.domain.job import Job, Outcome, Route, Verdict
from bot.domain.request import ImageRequest, InputPicture, Kind, Requester
from bot.download import Downloader
from bot.engine.easels import Easels
from bot.engine.inputs import Inputs
from bot.engine.line import LineView
from bot.web.listening import listening
from bot.web.masks import MOUNT, mask_app, mask_url
from storage import moves, quotas
from storage.pictures import PictureFiles
from storage.tables import easels as easel_rows
from storage.tables import jobs as job_rows
from tests.engine.world import ANA, CHANNEL, MIB, SERVER, World

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
KEY = "the key that signs the links"
PROMPT = "a lighthouse made of glass"


@dataclass
class Gallery:
    """The page in the web, and what the tests need to know of the inside."""

    world: World
    easels: Easels
    inputs: Inputs
    address: str
    #: Ends of addresses whose next answer is lost on its way.
    losing: list[str] = field(default_factory=list)

    async def picture(self, width_px: int = 96, height_px: int = 64) -> InputPicture:
        return await self.inputs.from_bytes(png(seascape(width_px, height_px)))

    async def ticket(
        self,
        source: InputPicture | None = None,
        *,
        prompt: str = PROMPT,
        who: int = ANA,
        where: int = SERVER,
    ) -> str:
        """A ticket as Discord's side asks for it."""
        return await self.easels.set_up(
            ImageRequest(
                kind=Kind.INPAINT,
                prompt=prompt,
                model="sdxl",
                source=source or await self.picture(),
            ),
            Requester(user_id=who, guild_id=where, channel_id=CHANNEL),
            file_limit_bytes=10 * MIB,
        )

    def link(self, ticket: str) -> URL:
        return URL(mask_url(self.address, ticket))

    async def jobs(self) -> list[Job]:
        async with self.world.database.reading() as tx:
            rows = (await tx.execute(job_rows.select().order_by(job_rows.c.id))).all()
        return [await self.world.job(row.id) for row in rows]

    async def rows(self) -> list[tuple[object, ...]]:
        """Every easel as it is kept: what looking must not change."""
        async with self.world.database.reading() as tx:
            return [tuple(row) for row in await tx.execute(easel_rows.select())]

    async def mask_of(self, job: Job) -> Image.Image:
        """The mask that the job goes to work with."""
        assert job.request.mask is not None
        with Image.open(BytesIO(await self.inputs.read(job.request.mask))) as mask:
            return mask.copy()

    async def finish(self, job: Job, *, verdict: Verdict, route: Route) -> None:
        """The job is over, as the runner would write it down."""
        now = self.world.clock.now()
        async with self.world.database.transaction() as tx:
            outcome = Outcome(verdict=verdict, received=int(verdict is Verdict.PICTURES))
            settled = await moves.settled(tx, job, outcome, now=now)
            await moves.delivered(tx, settled, route=route, message_id=7, now=now)
            await quotas.close(tx, job.id, charged=outcome.charged, cost_micros=0, now=now)


@asynccontextmanager
async def open_gallery(world: World, *, path: str = "") -> AsyncIterator[Gallery]:
    """The page for this world's database, below `path` of a host on loopback."""
    async with AsyncExitStack() as stack:
        inputs = Inputs(
            world.database,
            files=PictureFiles(world.folder / "pictures"),
            downloader=await stack.enter_async_context(Downloader()),
            now=world.clock.now,
        )
        easels = Easels(
            world.database,
            intake=world.intake,
            inputs=inputs,
            courier=world.courier,
            key=KEY,
            now=world.clock.now,
        )
        line = LineView(world.database, max_queued=world.policy.max_queued, now=world.clock.now)
        # The address is a part of what is served: it has to be known before.
        port = _free_port()
        address = f"http://127.0.0.1:{port}{path}"
        losing: list[str] = []

        @web.middleware
        async def lose(request: web.Request, handler: Handler) -> web.StreamResponse:
            answer = await handler(request)
            for leaf in [leaf for leaf in losing if request.path.endswith(leaf)]:
                losing.remove(leaf)
                assert request.transport is not None
                request.transport.abort()
            return answer

        app = web.Application(middlewares=[lose])
        app.add_subapp(
            path + MOUNT, mask_app(easels, line=line, public_url=address, now=world.clock.now)
        )
        await stack.enter_async_context(listening(app, host="127.0.0.1", port=port))
        yield Gallery(world=world, easels=easels, inputs=inputs, address=address, losing=losing)


def _free_port() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])


def seascape(width_px: int, height_px: int) -> Image.Image:
    picture = Image.linear_gradient("L").resize((width_px, height_px)).convert("RGB")
    draw = ImageDraw.Draw(picture)
    draw.ellipse((4, 4, width_px // 2, height_px - 4), fill="orangered")
    return picture


def png(picture: Image.Image) -> bytes:
    file = BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()
