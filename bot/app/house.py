"""Every part in one straight line of assembly, closed in reverse. Runs nothing."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.app.owner import (
    CannotStart,
    keep_of,
    policy_of,
    shipped_styles,
    signing_key,
    stand_ins,
)
from bot.domain.request import ImageRequest, Kind, Requester
from bot.download import Downloader
from bot.engine.accounts import Accounts
from bot.engine.delivery import DeliveryStep
from bot.engine.doorbell import Doorbell
from bot.engine.easels import Easels
from bot.engine.erasure import Erasure
from bot.engine.exporting import Exports
from bot.engine.gatekeeper import Gatekeeper
from bot.engine.history import History
from bot.engine.housekeeping import Housekeeping
from bot.engine.inputs import Inputs
from bot.engine.intake import Intake
from bot.engine.leftovers import Leftovers
from bot.engine.line import LineView
from bot.engine.members import Members
from bot.engine.progress import ProgressBoard
from bot.engine.queue import Queues
from bot.engine.records import Records
from bot.engine.removing import Remover
from bot.engine.rules import ServerRules
from bot.engine.runner import Runner
from bot.engine.steps import Steps
from bot.engine.withdrawing import Withdrawals
from bot.modelslab.catalogue import Catalogue
from bot.modelslab.client import ModelsLab
from bot.settings import Settings
from bot.web.masks import mask_url
from cogs.client import LimnerClient, Parts, point_at
from cogs.courier import DiscordCourier
from storage.database import Database
from storage.pictures import FOLDER, PictureFiles


def utcnow() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """Every part that has a life, ready but not yet running."""

    settings: Settings
    database: Database
    intake: Intake
    records: Records
    inputs: Inputs
    easels: Easels
    doorbell: Doorbell | None
    line: LineView
    client: LimnerClient
    runner: Runner
    erasure: Erasure
    remover: Remover
    leftovers: Leftovers
    housekeeping: Housekeeping
    now: Callable[[], datetime]


@asynccontextmanager
async def open_house(
    settings: Settings, *, now: Callable[[], datetime] = utcnow
) -> AsyncIterator[House]:
    """Everything assembled on an open database; nothing runs yet.

    Raises StorageUnusable where the database cannot be used, or its folder of pictures, and
    CannotStart for a setting that only the parts can judge.
    """
    catalogue, styles = Catalogue.built_in(), shipped_styles()
    model = catalogue.get(settings.default_model)
    if model is None:
        close = ", ".join(catalogue.close(settings.default_model)) or "see /imagine's list"
        raise CannotStart(f"DEFAULT_MODEL: no model of that name is known (perhaps: {close})")
    if Kind.IMAGINE not in model.kinds:
        raise CannotStart(f"DEFAULT_MODEL: {model.id} makes no pictures from words")
    # However it was spelt.
    settings = settings.model_copy(update={"default_model": model.id})
    async with AsyncExitStack() as stack:
        database = await Database.open(settings.database_url)
        stack.push_async_callback(database.close)
        vendor = await stack.enter_async_context(
            ModelsLab(
                settings.modelslab_base_url,
                settings.modelslab_api_key.get_secret_value(),
                timeout_s=settings.modelslab_timeout_s,
            )
        )
        downloader = await stack.enter_async_context(Downloader(trusted=stand_ins(settings)))
        files = PictureFiles(database.path.parent / FOLDER)
        await files.require_writable()
        leftovers = Leftovers(database, files=files)

        # Both are made further down; nothing calls before it all stands.
        def wake_runner(job_id: int | None = None) -> None:
            runner.wake(job_id)

        def wake_remover() -> None:
            remover.wake()

        def wake_both() -> None:
            wake_runner()
            wake_remover()

        records = Records(
            database,
            leftovers=leftovers,
            catalogue=catalogue,
            now=now,
            wake_remover=wake_remover,
        )
        key = await signing_key(settings, records)
        policy = policy_of(settings, key=key)
        intake = Intake(
            database,
            files=files,
            catalogue=catalogue,
            styles=styles,
            policy=policy,
            wake=wake_runner,
            now=now,
        )
        stack.push_async_callback(intake.finish)
        withdrawals = Withdrawals(
            database,
            now=now,
            wake=wake_runner,
            show=lambda job: runner.show(job),
        )
        point_at(settings.discord_api_url)
        inputs = Inputs(database, files=files, downloader=downloader, now=now)
        erasure = Erasure(database, leftovers=leftovers, policy=policy, now=now, wake=wake_both)
        base = settings.public_url

        async def mask_link(
            request: ImageRequest, requester: Requester, *, file_limit_bytes: int
        ) -> str:
            ticket = await easels.set_up(request, requester, file_limit_bytes=file_limit_bytes)
            return mask_url(str(base), ticket)

        client = LimnerClient(
            Parts(
                intake=intake,
                withdrawals=withdrawals,
                queues=Queues(database, max_queued=policy.max_queued, now=now),
                records=records,
                history=History(database, files=files),
                inputs=inputs,
                rules=ServerRules(
                    database,
                    catalogue=catalogue,
                    policy=policy,
                    wake=wake_runner,
                    now=now,
                ),
                accounts=Accounts(database, policy=policy, now=now),
                exports=Exports(database, now=now),
                erasure=erasure,
                members=Members(database, catalogue=catalogue, policy=policy),
                catalogue=catalogue,
                styles=styles,
                mask_link=None if base is None else mask_link,
                personal=settings.personal_pictures_day is not None,
            )
        )
        courier = DiscordCourier(
            client,
            records=records,
            default_model=settings.default_model,
            mask_pages=base is not None,
            owner_ids=settings.owner_ids,
            owner_channel_id=settings.owner_channel_id,
            now=now,
        )
        easels = Easels(
            database,
            intake=intake,
            inputs=inputs,
            courier=courier,
            key=key,
            now=now,
        )
        doorbell = None
        if base is not None:
            doorbell = Doorbell(database, public_url=base, key=key, wake=wake_runner, now=now)
        gatekeeper = Gatekeeper(database, vendor=vendor, courier=courier, now=now)
        runner = Runner(
            database,
            steps=Steps(
                database,
                vendor=vendor,
                downloader=downloader,
                files=files,
                gatekeeper=gatekeeper,
                catalogue=catalogue,
                styles=styles,
                policy=policy,
                now=now,
                doorbell=doorbell,
            ),
            delivery=DeliveryStep(
                database,
                files=files,
                courier=courier,
                catalogue=catalogue,
                policy=policy,
                leftovers=leftovers,
                now=now,
            ),
            gatekeeper=gatekeeper,
            board=ProgressBoard(
                database, courier=courier, catalogue=catalogue, policy=policy, now=now
            ),
            max_queued=policy.max_queued,
            now=now,
        )
        remover = Remover(database, courier=courier, now=now)
        yield House(
            settings=settings,
            database=database,
            intake=intake,
            records=records,
            inputs=inputs,
            easels=easels,
            doorbell=doorbell,
            line=LineView(database, max_queued=policy.max_queued, now=now),
            client=client,
            runner=runner,
            erasure=erasure,
            remover=remover,
            leftovers=leftovers,
            housekeeping=Housekeeping(
                database, files=files, leftovers=leftovers, keep=keep_of(settings), now=now
            ),
            now=now,
        )
