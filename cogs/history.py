"""/history: what somebody asked for, page by page. Always private; looks nothing up itself."""

import io

import discord
from discord import app_commands
from discord.ext import commands

from bot.domain.request import PERSONAL, Kind
from bot.engine.history import Choice, History, NotShown, Page, Viewer
from bot.engine.records import Records
from cogs import cards, pages
from cogs.answers import defer, is_private, whisper
from cogs.buttons import TURN_ID, turn_named, view_of
from cogs.door import Door, is_age_restricted
from cogs.echo import clip, echo
from cogs.faces import Action, Turn
from cogs.home import home_of
from cogs.mail import uploads
from cogs.rework import NOT_HERE
from cogs.rows import result_buttons
from cogs.sources import NOT_KEPT, Sources

KINDS = [app_commands.Choice(name=pages.kind_words(kind), value=kind.value) for kind in Kind]
Search = app_commands.Range[str, 1, pages.SEARCH_MAX_CHARS]

_NOBODY = discord.AllowedMentions.none()
_WHY_NOT = {
    NotShown.NOT_HERE: NOT_HERE,
    NotShown.NOT_KEPT: pages.NOT_KEPT,
    NotShown.FLAGGED: pages.FLAGGED,
}


class Album:
    """What the buttons of a history do. Whoever presses is judged anew each time."""

    def __init__(
        self,
        *,
        history: History,
        records: Records,
        door: Door,
        sources: Sources,
        mask_pages: bool,
    ) -> None:
        self._history = history
        self._records = records
        self._door = door
        self._sources = sources
        self._mask_pages = mask_pages

    async def open(self, interaction: discord.Interaction, choice: Choice) -> None:
        """Answer in private with a page."""
        viewer = viewer_of(interaction)
        page = await self._history.page(viewer, choice)
        if page is None:
            await whisper(interaction, pages.NOT_YOURS)
            return
        await interaction.response.send_message(
            _heading(viewer, choice, page),
            embeds=pages.embeds(page),
            files=_thumbnails(page),
            view=view_of(pages.buttons(choice, page)) or discord.utils.MISSING,
            ephemeral=True,
            allowed_mentions=_NOBODY,
        )

    async def turn(self, interaction: discord.Interaction, turn: Turn) -> None:
        """Put another page in the place of the one that the button stands under."""
        await self._replace(interaction, pages.choice_of(turn))

    async def redraw(self, interaction: discord.Interaction, newer: Turn) -> None:
        """The same page as it is now; `newer` is one of the buttons under it."""
        await self._replace(interaction, pages.choice_under(newer))

    async def show(self, interaction: discord.Interaction, job_id: int) -> None:
        """Answer in private with a job's stored pictures, ready to be worked on."""
        await defer(interaction, private=True)
        shown = await self._history.show(
            viewer_of(interaction), job_id, limit_bytes=interaction.filesize_limit
        )
        if isinstance(shown, NotShown):
            await whisper(interaction, _WHY_NOT[shown])
            return
        job = shown.job
        words = echo(job.request.prompt, limit=cards.PROMPT_SIGNS)
        title = f"**{words or pages.kind_words(job.request.kind)}** · job {job.id}"
        # To delete it is a thing of its card and of the page.
        below = [
            button
            for button in result_buttons(job, shown.positions, mask_pages=self._mask_pages)
            if button.action is not Action.DELETE
        ]
        await interaction.edit_original_response(
            content=clip("\n".join((title, *shown.notes)), cards.CONTENT_MAX),
            attachments=uploads(shown.files),
            view=view_of(below),
            allowed_mentions=_NOBODY,
        )

    async def again(self, interaction: discord.Interaction, job_id: int) -> None:
        """The same request once more, seed and all, at the cost of whoever pressed."""
        found = await self._records.details(
            job_id, guild_id=home_of(interaction), user_id=interaction.user.id
        )
        if found is None:
            await whisper(interaction, NOT_HERE)
            return
        if not await self._sources.still_has(found.job.request):
            await whisper(interaction, NOT_KEPT)
            return
        await self._door.enter(interaction, found.job.request)

    async def _replace(self, interaction: discord.Interaction, choice: Choice | None) -> None:
        viewer = viewer_of(interaction)
        if choice is None:
            await whisper(interaction, pages.NOT_HERE)
            return
        if not is_private(interaction):
            # Not one of ours: what others see must not become somebody's history.
            await self.open(interaction, choice)
            return
        page = await self._history.page(viewer, choice)
        if page is None:
            await whisper(interaction, pages.NOT_YOURS)
            return
        await interaction.response.edit_message(
            content=_heading(viewer, choice, page),
            embeds=pages.embeds(page),
            attachments=_thumbnails(page),
            view=view_of(pages.buttons(choice, page)),
            allowed_mentions=_NOBODY,
        )


class HistoryCommand(commands.Cog, name="History"):
    """The way into it."""

    def __init__(self, *, album: Album) -> None:
        self._album = album

    @app_commands.command(name="history", description="What you asked for here, and its pictures.")
    @app_commands.allowed_installs(guilds=True, users=False)
    @app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)
    @app_commands.describe(
        member="Somebody else's public jobs; for moderators (Manage Messages).",
        search="Words of the prompt.",
        kind="One kind of work only.",
    )
    @app_commands.choices(kind=KINDS)
    async def history(
        self,
        interaction: discord.Interaction,
        member: discord.Member | discord.User | None = None,
        search: Search | None = None,
        kind: str | None = None,
    ) -> None:
        choice = Choice(
            member_id=interaction.user.id if member is None else member.id,
            search=pages.searchable(search),
            kind=None if kind is None else Kind(kind),
        )
        await self._album.open(interaction, choice)


def viewer_of(interaction: discord.Interaction) -> Viewer:
    """Who looks, by what Discord says of this very interaction."""
    home = home_of(interaction)
    return Viewer(
        user_id=interaction.user.id,
        guild_id=home,
        moderator=interaction.permissions.manage_messages,
        # The flag of a channel counts in servers that have the bot.
        age_restricted=home != PERSONAL and is_age_restricted(interaction),
    )


def page_under(interaction: discord.Interaction) -> Turn | None:
    """The button Newer of the history page that a button stands under; None under anything else."""
    message = interaction.message
    if message is None or not is_private(interaction):
        return None
    named = (
        TURN_ID.fullmatch(child.custom_id or "")
        for row in message.components
        if isinstance(row, discord.ActionRow)
        for child in row.children
        if isinstance(child, discord.Button)
    )
    turns = (turn_named(match) for match in named if match is not None)
    return next((turn for turn in turns if turn.newer), None)


def _heading(viewer: Viewer, choice: Choice, page: Page) -> str:
    return pages.heading(choice, page, viewer_id=viewer.user_id, guild_id=viewer.guild_id)


def _thumbnails(page: Page) -> list[discord.File]:
    return [
        discord.File(io.BytesIO(past.thumbnail), filename=pages.file_name(past.job))
        for past in page.past
        if past.thumbnail is not None
    ]
