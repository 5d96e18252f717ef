"""Starts new work on one picture, for buttons, menus and pop-ups alike. Finds no pictures itself.

A picture is named as a button's custom_id names it, by its job or by what was kept for a choice;
so the same name works in a pop-up, and after a restart.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, replace

import discord

from bot.domain.request import PROMPT_MAX_CHARS, ImageRequest, Kind
from bot.engine.intake import Defaults, Intake
from bot.engine.records import Records
from bot.modelslab.catalogue import Catalogue
from cogs.answers import Aside, defer, whisper
from cogs.buttons import view_of
from cogs.children import blank, child, usual_strength, with_strength
from cogs.door import Door
from cogs.faces import Action, Button, Pick
from cogs.gallery import Seen
from cogs.home import home_of
from cogs.painting import Painting
from cogs.popups import NO_WORDS, PROMPT, STRENGTH, remix_popup, strength_of, written
from cogs.sources import Found, Sources

NOT_HERE = "That job is not here (any more)."
NO_PICTURES = "**That job has no picture** to work on. Nothing was charged."
WHICH = "**Which picture?** Only you see this; it works for 15 minutes."
WHICH_OF_JOB = "**Which picture?** Only you see this."
PER_ROW = 5
# Pop-ups whose picture could not be read are remembered, to say why when they are submitted.
UNREAD_KEPT = 100

_PICTURES = frozenset({Kind.IMAGINE, Kind.REMIX, Kind.INPAINT, Kind.UPSCALE, Kind.CUTOUT})


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A picture to work on: its name in custom_ids, what it was made from, how to read it.

    `defaults` are those of whoever works on it.
    """

    name: str
    parent: ImageRequest
    defaults: Defaults
    read: Callable[[], Awaitable[Found | Aside]]


class Rework:
    """What the actions mean, whatever points at the picture."""

    def __init__(
        self,
        *,
        door: Door,
        intake: Intake,
        records: Records,
        sources: Sources,
        painting: Painting,
        catalogue: Catalogue,
    ) -> None:
        self._door = door
        self._intake = intake
        self._records = records
        self._sources = sources
        self._painting = painting
        self._catalogue = catalogue
        self._arriving: OrderedDict[int, asyncio.Future[Aside | None]] = OrderedDict()

    async def of_job(
        self, interaction: discord.Interaction, action: Action, job_id: int, index: int
    ) -> None:
        """Work on a job's result; `index` 0 asks which, where there are several."""
        subject = await self._result(interaction, action, job_id, index)
        if subject is not None:
            await self._begin(interaction, action, subject)

    async def of_pick(
        self, interaction: discord.Interaction, action: Action, pick_id: int, position: int
    ) -> None:
        """Work on a picture that was kept for a choice."""
        subject = await self._choice(interaction, action, pick_id, position)
        await self._begin(interaction, action, subject)

    async def of_message(
        self, interaction: discord.Interaction, action: Action, shown: list[Seen]
    ) -> None:
        """Work on what a message shows: the one picture, or the one that is then chosen."""
        made = [seen.made for seen in shown]
        kept = [one for one in made if one and await self._sources.is_kept(interaction, *one)]
        if len(kept) == len(shown):
            await self._of_results(interaction, action, kept)
        elif len(shown) > 1:
            await self._offer(interaction, action, shown)
        elif action is Action.REMIX:
            await self._pop_up_first(interaction, shown[0])
        else:
            defaults = await self._defaults(interaction)
            subject = Subject(
                name="",
                parent=blank(defaults),
                defaults=defaults,
                read=lambda: self._sources.seen(interaction, shown[0]),
            )
            await self._begin(interaction, action, subject)

    async def submitted_for_job(
        self, interaction: discord.Interaction, job_id: int, index: int
    ) -> None:
        """A pop-up about a job's result has come back."""
        subject = await self._result(interaction, Action.REMIX, job_id, index)
        if subject is not None:
            await self._remix(interaction, subject)

    async def submitted_for_pick(
        self, interaction: discord.Interaction, pick_id: int, position: int
    ) -> None:
        """A pop-up about a kept picture has come back."""
        await self._remix(
            interaction, await self._choice(interaction, Action.REMIX, pick_id, position)
        )

    async def _begin(
        self, interaction: discord.Interaction, action: Action, subject: Subject
    ) -> None:
        request = self._child(subject, action)
        match action:
            case Action.REMIX:
                await self._show_pop_up(interaction, request, subject)
            case Action.AREA:
                await self._painting.begin(interaction, request, subject.read)
            case _:
                await self._enter(interaction, request, subject)

    async def _show_pop_up(
        self, interaction: discord.Interaction, request: ImageRequest, subject: Subject
    ) -> None:
        """Nobody is asked for words that could not become a picture here."""
        obstacle = await self._door.obstacle(interaction, request)
        if obstacle is not None:
            await whisper(interaction, obstacle)
            return
        usual = usual_strength(self._catalogue, request)
        strength = usual if request.strength is None else request.strength
        popup = remix_popup(subject.name, prompt=request.prompt, strength=strength)
        await interaction.response.send_modal(popup)

    async def _remix(self, interaction: discord.Interaction, subject: Subject) -> None:
        fields = written(interaction)
        prompt = fields.get(PROMPT, "").strip()[:PROMPT_MAX_CHARS]
        strength = strength_of(fields.get(STRENGTH, ""))
        if isinstance(strength, str) or not prompt:
            await whisper(interaction, strength if isinstance(strength, str) else NO_WORDS)
            return
        request = self._child(subject, Action.REMIX)
        request = with_strength(replace(request, prompt=prompt), strength, self._catalogue)
        await self._enter(interaction, request, subject)

    async def _enter(
        self, interaction: discord.Interaction, request: ImageRequest, subject: Subject
    ) -> None:
        async def complete(request: ImageRequest) -> ImageRequest | Aside:
            found = await subject.read()
            return found.under(request) if isinstance(found, Found) else found

        await self._door.enter(interaction, request, complete=complete)

    async def _result(
        self, interaction: discord.Interaction, action: Action, job_id: int, index: int
    ) -> Subject | None:
        """One result of a job; None where the asker was told something instead."""
        found = await self._records.details(
            job_id, guild_id=home_of(interaction), user_id=interaction.user.id
        )
        if found is None:
            await whisper(interaction, NOT_HERE)
            return None
        if found.job.request.kind not in _PICTURES or found.job.outcome is None:
            await whisper(interaction, NO_PICTURES)
            return None
        kept = [picture.position for picture in found.pictures]
        if index == 0 and found.job.request.count > 1 and len(kept) != 1:
            numbers = kept or range(1, found.job.request.count + 1)
            await self._ask_which(interaction, action, [(job_id, number) for number in numbers])
            return None
        position = index or (kept[0] if kept else 1)
        return Subject(
            name=f"{Action.REMIX}:{job_id}:{position}",
            parent=found.job.request,
            defaults=await self._defaults(interaction),
            read=lambda: self._sources.made(interaction, job_id, position),
        )

    async def _choice(
        self, interaction: discord.Interaction, action: Action, pick_id: int, position: int
    ) -> Subject:
        async def read() -> Found | Aside:
            arriving = self._arriving.get(pick_id)
            unread = None if arriving is None else await asyncio.shield(arriving)
            return unread or await self._sources.picked(interaction, pick_id, position)

        defaults = await self._defaults(interaction)
        return Subject(
            name=Pick(action=action, pick_id=pick_id, position=position, label="").custom_id,
            parent=blank(defaults),
            defaults=defaults,
            read=read,
        )

    async def _defaults(self, interaction: discord.Interaction) -> Defaults:
        return await self._intake.defaults(
            guild_id=home_of(interaction), user_id=interaction.user.id
        )

    def _child(self, subject: Subject, action: Action) -> ImageRequest:
        return child(subject.parent, action, subject.defaults, catalogue=self._catalogue)

    async def _of_results(
        self, interaction: discord.Interaction, action: Action, made: list[tuple[int, int]]
    ) -> None:
        if len(made) == 1:
            await self.of_job(interaction, action, *made[0])
        else:
            await self._ask_which(interaction, action, made)

    async def _ask_which(
        self, interaction: discord.Interaction, action: Action, made: Iterable[tuple[int, int]]
    ) -> None:
        buttons = [
            Button(action=action, job_id=job_id, index=number, label=str(number), row=at // PER_ROW)
            for at, (job_id, number) in enumerate(made)
        ]
        await whisper(interaction, WHICH_OF_JOB, view=view_of(buttons))

    async def _offer(
        self, interaction: discord.Interaction, action: Action, shown: list[Seen]
    ) -> None:
        """Fetch all that a message shows, and ask which; what cannot be read is left out."""
        await defer(interaction, private=True)
        found = [await self._sources.seen(interaction, seen) for seen in shown]
        good = [(at, one) for at, one in enumerate(found, 1) if isinstance(one, Found)]
        if not good:
            asides = [one for one in found if isinstance(one, Aside)]
            await whisper(interaction, asides[0].words)
            return
        pick_id = await self._sources.keep(interaction, [one for _, one in good])
        picks = [
            Pick(
                action=action,
                pick_id=pick_id,
                position=position,
                label=str(number),
                row=(position - 1) // PER_ROW,
            )
            for position, (number, _) in enumerate(good, 1)
        ]
        await whisper(interaction, WHICH, view=view_of(picks))

    async def _pop_up_first(self, interaction: discord.Interaction, seen: Seen) -> None:
        """Show the pop-up, which cannot wait, and read the picture while somebody writes."""
        pick_id = interaction.id
        subject = await self._choice(interaction, Action.REMIX, pick_id, 1)
        arriving = self._arriving[pick_id] = asyncio.get_running_loop().create_future()
        while len(self._arriving) > UNREAD_KEPT:
            self._arriving.popitem(last=False)
        unread: Aside | None = None
        try:
            await self._begin(interaction, Action.REMIX, subject)
            match await self._sources.seen(interaction, seen):
                case Aside() as unread:
                    pass
                case found:
                    await self._sources.keep(interaction, [found])
        finally:
            arriving.set_result(unread)
            if unread is None:
                self._arriving.pop(pick_id, None)
