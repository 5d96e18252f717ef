"""Pages of a history: their words, embeds and buttons. Pure; reads nothing, sends nothing."""

from dataclasses import replace

import discord

from bot.domain.job import Job, Route, Verdict
from bot.domain.request import PERSONAL, Kind
from bot.engine.history import Choice, Page, Past
from cogs import failures
from cogs.cards import KIND_WORDS, OPTION_SIGNS, jump, moment, pictures
from cogs.echo import clip, echo
from cogs.faces import Action, Button, Turn
from cogs.rows import placed

SEARCH_MAX_CHARS = 50
# Discord counts 6000 over all texts of a message's embeds.
PROMPT_SIGNS = 240
DETAIL_SIGNS = 120
PROMPT_UNITS = 560
DETAIL_UNITS = 260
ENTRY_UNITS = 1190

NOT_YOURS = (
    "**Only moderators (Manage Messages) can look at what others asked for.** Without `member`, "
    "`/history` shows your own."
)
NOT_HERE = "That page is not here (any more). Use `/history` again."
NOT_KEPT = "**Its pictures are not kept any more.** What was posted still stands where it was."
FLAGGED = (
    "**Marked as unsafe.** The image service marked these pictures, so I show them in "
    "age-restricted channels only."
)


def searchable(text: str | None) -> str:
    """What is searched for, cut so that it fits into a button's custom_id."""
    wanted = (text or "").strip().encode("utf-16-le", "ignore")
    return wanted[: 2 * SEARCH_MAX_CHARS].decode("utf-16-le", "ignore").strip()


def heading(choice: Choice, page: Page, *, viewer_id: int, guild_id: int) -> str:
    """What stands above a page, or instead of an empty one."""
    own = choice.member_id == viewer_id
    where = "in this server" if guild_id != PERSONAL else "outside of servers"
    whose = f"What you asked for {where}" if own else f"What <@{choice.member_id}> asked for here"
    limits = _limits(choice)
    edge = (
        " Only the latest 10,000 jobs were looked through; there are older ones."
        if page.bounded
        else ""
    )
    if page.past:
        rest = "" if own else " Private jobs, and what was not posted, are not shown."
        return f"**{whose}**{limits}{'.' if rest or edge else ''}{rest}{edge}"
    if limits:
        advice = "Other words, or no `search` and no `kind`, may find more."
        return f"**Nothing found** in {whose[0].lower()}{whose[1:]}{limits}. {advice}{edge}"
    if own:
        return f"**Nothing yet.** {whose} will be listed here; `/imagine` is a good start."
    return f"**Nothing yet.** There is no public job of <@{choice.member_id}> in this server.{edge}"


def _limits(choice: Choice) -> str:
    kind = "" if choice.kind is None else f", only {kind_words(choice.kind)}"
    words = echo(choice.search, limit=SEARCH_MAX_CHARS)
    return f"{kind}, with “{words}”" if words else kind


def kind_words(kind: Kind) -> str:
    return KIND_WORDS.get(kind, kind.value.capitalize())


def embeds(page: Page) -> list[discord.Embed]:
    """One for each job, with its small picture where there is one."""
    return [_embed(number, past) for number, past in enumerate(page.past, 1)]


def file_name(job: Job) -> str:
    """The name under which a job's small picture is attached."""
    return f"past-{job.id}.webp"


def _embed(number: int, past: Past) -> discord.Embed:
    job = past.job
    words = clip(echo(job.request.prompt, limit=PROMPT_SIGNS), PROMPT_UNITS)
    title = f"**{number}** · {words}" if words else f"**{number}**"
    model = echo(job.request.model, limit=OPTION_SIGNS) if job.request.kind.paints else ""
    facts = (kind_words(job.request.kind), model, moment(job.created_at))
    ending = (*_ending(past), _jump(job), f"job {job.id}")
    lines = (title, *(" · ".join(filter(None, line)) for line in (facts, ending)))
    embed = discord.Embed(description=clip("\n".join(lines), ENTRY_UNITS))
    if past.thumbnail is not None:
        embed.set_thumbnail(url=f"attachment://{file_name(job)}")
    return embed


def _ending(past: Past) -> tuple[str, ...]:
    """What became of the job, and of what it brought."""
    job, outcome = past.job, past.job.outcome
    if outcome is None:
        return ()
    private = "private" if job.request.private else ""
    match outcome.verdict:
        case Verdict.PICTURES:
            posted = "not posted" if job.withheld else ""
            kept = "" if past.kept else "not kept any more"
            return (pictures(outcome.charged), private, posted, kept)
        case Verdict.DESCRIBED:
            said = clip(echo(outcome.detail, limit=DETAIL_SIGNS), DETAIL_UNITS)
            return (f"“{said}”", private)
        case failed:
            return (failures.title(failed).lower(), private)


def _jump(job: Job) -> str:
    """A link to the result, where it stands in a channel of a server."""
    asked = job.requester
    if job.request.private or job.message_id is None or asked.guild_id == PERSONAL:
        return ""
    if job.route not in (Route.REPLY, Route.CHANNEL):
        return ""
    return f"[jump to it]({jump(asked, job.message_id)})"


def buttons(choice: Choice, page: Page) -> tuple[Button | Turn, ...]:
    """A row for each thing to do, with a button for each job; then the ways to other pages."""
    if not page.past:
        return ()
    numbered = list(enumerate(page.past, 1))
    rows = [
        [_button(Action.SHOW, f"Show {n}", past.job) for n, past in numbered if past.kept],
        [_button(Action.AGAIN, f"Run again {n}", past.job) for n, past in numbered],
        [_button(Action.DELETE, f"Delete {n}", past.job) for n, past in numbered],
    ]
    things = placed(rows)
    row = things[-1].row + 1
    first, last = page.past[0].job.id, page.past[-1].job.id
    # Both stand there even where they lead nowhere: they know which page this is.
    newer = _turn(choice, newer=True, anchor=first, enabled=page.newer, row=row)
    older = _turn(choice, newer=False, anchor=last, enabled=page.older, row=row)
    return (*things, newer, older)


def _button(action: Action, label: str, job: Job) -> Button:
    return Button(action=action, job_id=job.id, label=label)


def _turn(choice: Choice, *, newer: bool, anchor: int, enabled: bool, row: int) -> Turn:
    return Turn(
        member_id=choice.member_id,
        kind="" if choice.kind is None else choice.kind.value,
        search=choice.search,
        newer=newer,
        anchor=anchor,
        label="Newer" if newer else "Older",
        enabled=enabled,
        row=row,
    )


def choice_of(turn: Turn) -> Choice | None:
    """The page that a button leads to; None where it names a kind of work that there is not."""
    here = _choice(turn)
    if here is None:
        return None
    if turn.newer:
        return replace(here, after=turn.anchor)
    return replace(here, before=turn.anchor)


def choice_under(newer: Turn) -> Choice | None:
    """The page above the button Newer, which names the first job that was on it."""
    here = _choice(newer)
    return None if here is None else replace(here, before=newer.anchor + 1)


def _choice(turn: Turn) -> Choice | None:
    try:
        kind = Kind(turn.kind) if turn.kind else None
    except ValueError:
        return None
    return Choice(member_id=turn.member_id, kind=kind, search=turn.search)
