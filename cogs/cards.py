"""The words of a card: *prompt — who — state*. Pure; sends nothing."""

from datetime import datetime

from bot.domain.gates import GateReason
from bot.domain.job import Job, JobStatus, Verdict
from bot.domain.line import Place
from bot.domain.request import PERSONAL, Aspect, ImageRequest, Kind, Requester
from bot.engine.courier import Delivery, Progress, Receipt
from cogs.echo import clip, echo, units
from cogs.faces import Face
from cogs.failures import failure
from cogs.gallery import result_named
from cogs.rows import failure_buttons, live_buttons, result_buttons, withheld_buttons

CONTENT_MAX = 2000
PROMPT_SIGNS = 300
NOTE_SIGNS = 240
OPTION_SIGNS = 60
DESCRIPTION_SIGNS = 1200

KIND_WORDS = {
    Kind.REMIX: "Remix",
    Kind.INPAINT: "Inpaint",
    Kind.UPSCALE: "Upscale",
    Kind.CUTOUT: "Cut out",
    Kind.DESCRIBE: "Describe",
}
_BEING = {
    Kind.UPSCALE: "Being enlarged",
    Kind.CUTOUT: "Being cut out",
    Kind.DESCRIBE: "Being looked at",
}
OPTION_WORDS = {
    "negative": "negative prompt",
    "lora": "LoRA",
    "lora_strength": "LoRA strength",
    "enhance": "prompt enhancement",
}
_GATES = {
    GateReason.BUSY: "The image service is busy just now",
    GateReason.DOWN: "The image service does not answer just now",
    GateReason.CREDITS: "The image service is not available just now",
    GateReason.KEY: "The image service is not available just now",
    GateReason.PLAN: "This model is not available just now",
    GateReason.PAUSED: "Paused by this server's moderators",
}


def live(
    job: Job,
    *,
    place: Place | None,
    ready_at: datetime | None,
    gate: GateReason | None,
    ignored: tuple[str, ...],
) -> Face:
    """The card of a job that is on its way."""
    state = live_state(job, place=place, ready_at=ready_at, gate=gate)
    lines = [f"{state} · job {job.id}", _ignored(job.request.model, ignored)]
    return Face(_compose(job, lines), live_buttons(job))


def live_state(
    job: Job, *, place: Place | None, ready_at: datetime | None, gate: GateReason | None
) -> str:
    """How far a job is on its way, in a few words."""
    if job.status is not JobStatus.QUEUED:
        being = _BEING.get(job.request.kind, "Being painted")
        return f"{being}; will not be posted" if job.withheld else f"{being}{_about(ready_at)}"
    if gate is not None:
        return f"{gate_words(gate)}; your job keeps its place in line"
    return f"{_in_line(job, place)}{_about(ready_at)}"


def gate_words(gate: GateReason) -> str:
    """Why nothing is submitted just now."""
    return _GATES[gate]


def progress(now: Progress) -> Face:
    """The card of a job that has moved on its way."""
    return live(
        now.job,
        place=now.place,
        ready_at=now.ready_at,
        gate=now.gate,
        ignored=now.ignored,
    )


def delivered(
    delivery: Delivery,
    *,
    default_model: str,
    attached: bool = True,
    mask_pages: bool = False,
) -> Face:
    """The last card of a job: what stands above its pictures, or why there are none.

    `attached` is False where Discord took the words but not the files; `mask_pages` says whether
    masks can be painted.
    """
    job, outcome = delivery.job, delivery.job.outcome
    assert outcome is not None, "only a settled job is delivered"  # noqa: S101
    if job.withheld and outcome.verdict in (Verdict.PICTURES, Verdict.DESCRIBED):
        lines = [_WITHHELD, f"{receipt(delivery.receipt)} · job {job.id}"]
        return Face(_compose(job, lines), withheld_buttons(job))
    if outcome.verdict is Verdict.DESCRIBED:
        lines = [
            f"> {echo(outcome.detail, limit=DESCRIPTION_SIGNS) or '(no words came)'}",
            " · ".join(_differences(job.request, job.request.model, delivery.ignored)),
            f"{receipt(delivery.receipt)} · job {job.id}",
        ]
        return Face(_compose(job, lines), result_buttons(job, ()))
    if outcome.verdict is not Verdict.PICTURES:
        lines = failure(job, outcome, charged=delivery.receipt.charged)
        return Face(_compose(job, [*lines, *_notes(delivery)]), failure_buttons(job))
    lines = [
        " · ".join(_differences(job.request, default_model, delivery.ignored)),
        f"{receipt(delivery.receipt)} · job {job.id}",
        _ignored(job.request.model, delivery.ignored),
        _missing(job, flagged=outcome.flagged, received=outcome.received),
        "" if attached else _NOT_ATTACHED,
        *_notes(delivery),
    ]
    buttons = result_buttons(job, _positions(delivery), mask_pages=mask_pages)
    return Face(_compose(job, lines), buttons)


_WITHHELD = "Not posted, as was asked. It is kept in your `/history`."
_NOT_ATTACHED = "Discord did not take the picture files; they are kept in this job's history."


def direct(content: str, job: Job) -> str:
    """The words of a card that comes as a direct message: they also say where it was asked for."""
    whence = f"\nAsked for in <#{job.requester.channel_id}>."
    return clip(content, CONTENT_MAX - units(whence)) + whence


def ping(job: Job) -> str:
    """Under the card of a job that took long."""
    over = job.outcome is not None and job.outcome.verdict is Verdict.PICTURES
    what = "your picture is ready" if over else "your job is over, without a picture"
    if over and job.request.count > 1:
        what = "your pictures are ready"
    if job.outcome is not None and job.outcome.verdict is Verdict.DESCRIBED:
        what = "your description is ready"
    return f"<@{job.requester.user_id}> {what} · job {job.id}"


def removed(job: Job) -> str:
    """To the asker, in private, when the card was removed before the job was done."""
    return (
        f"**Your card was removed.** {title(job)} is done, but its card in "
        f"<#{job.requester.channel_id}> was taken away in the meantime, so nothing was posted "
        f"there. What was made is kept in your history · job {job.id}"
    )


def uncertain(job: Job) -> str:
    """To the asker, in private, when nobody can tell whether the channel has the message."""
    return (
        f"**Done, but perhaps not posted.** {title(job)} is done. The connection broke while it "
        f"was being posted in <#{job.requester.channel_id}>, and I may not look there to see "
        "whether it arrived, so I did not post it again. "
        f"It is kept in your history · job {job.id}"
    )


def receipt(cost: Receipt) -> str:
    """What the job cost: "1 picture, 12 left today"."""
    said = pictures(cost.charged) if cost.charged else "nothing charged"
    return said if cost.left_today is None else f"{said}, {cost.left_today} left today"


def pictures(count: int) -> str:
    return "1 picture" if count == 1 else f"{count} pictures"


def jobs(count: int) -> str:
    return "1 job" if count == 1 else f"{count} jobs"


def _compose(job: Job, lines: list[str]) -> str:
    """Prompt and asker, then as many of the lines as a message holds, the first ones first."""
    content = f"{title(job)} — <@{job.requester.user_id}>"
    for line in filter(None, lines):
        if units(content) + 1 + units(line) <= CONTENT_MAX:
            content = f"{content}\n{line}"
    return content


def title(job: Job, *, signs: int = PROMPT_SIGNS) -> str:
    """What was asked for: its words, and the kind of work where it is not the usual one."""
    kind = KIND_WORDS.get(job.request.kind)
    words = echo(job.request.prompt, limit=signs)
    if kind is None or (words and job.request.prompt):
        words = f"**{words or '(no visible words)'}**"
        return words if kind is None else f"{kind}: {words}"
    return f"**{kind}**"


def _positions(delivery: Delivery) -> tuple[int, ...]:
    """The numbers of the pictures that the job has, which may have gaps."""
    named = (result_named(file.name) for file in delivery.files)
    found = tuple(made[1] for made in named if made is not None)
    return found or tuple(range(1, delivery.receipt.charged + 1))


def _in_line(job: Job, place: Place | None) -> str:
    if place is None:
        return "In line"
    if place.ahead == 0:
        return "Next in line"
    if job.requester.guild_id == PERSONAL:
        # Those of one server wait together; here they are strangers in many places.
        return f"In line, {place.ahead} ahead of you"
    if place.ahead_here == 0:
        return "In line, first of this server"
    return f"In line, {place.ahead_here} ahead of you here"


def _about(ready_at: datetime | None) -> str:
    return "" if ready_at is None else f", about {moment(ready_at)}"


def jump(asker: Requester, message_id: int) -> str:
    """Where a message stands in the channel that a job was asked for in."""
    return f"https://discord.com/channels/{asker.guild_id}/{asker.channel_id}/{message_id}"


def moment(when: datetime) -> str:
    """A moment as Discord counts down to it, in everybody's own language."""
    return f"<t:{int(when.timestamp())}:R>"


def _ignored(model: str, options: tuple[str, ...]) -> str:
    if not options:
        return ""
    words = ", ".join(OPTION_WORDS.get(option, option) for option in options)
    return f"{words}: ignored by {echo(model, limit=OPTION_SIGNS)}"


def _differences(request: ImageRequest, default_model: str, ignored: tuple[str, ...]) -> list[str]:
    """What the asker chose that is not as usual, and that the model heard of."""
    lora = echo(request.lora or "", limit=OPTION_SIGNS)
    if request.lora_strength is not None and "lora_strength" not in ignored:
        lora = f"{lora} at {request.lora_strength:g}"
    shown = (
        (
            "model",
            request.model != default_model and request.kind.paints,
            echo(request.model, limit=OPTION_SIGNS),
        ),
        ("strength", request.strength is not None, f"strength {request.strength or 0:g}"),
        ("aspect", request.aspect is not Aspect.SQUARE, request.aspect.value),
        ("seed", request.seed is not None, f"seed {request.seed}"),
        ("steps", request.steps is not None, _steps(request.steps)),
        ("guidance", request.guidance is not None, f"guidance {request.guidance or 0:g}"),
        ("style", request.style is not None, f"style {_option(request.style)}"),
        ("lora", request.lora is not None, f"LoRA {lora}"),
        ("enhance", request.enhance, "enhanced prompt"),
        ("negative", bool(request.negative), f"without {_option(request.negative)}"),
        ("parent", request.parent_job is not None, _parent(request)),
    )
    return [words for name, is_shown, words in shown if is_shown and name not in ignored]


def _steps(count: int | None) -> str:
    return "1 step" if count == 1 else f"{count} steps"


def _parent(request: ImageRequest) -> str:
    which = "" if request.parent_picture is None else f", picture {request.parent_picture}"
    return f"from job {request.parent_job}{which}"


def _option(value: str | None) -> str:
    return echo(value or "", limit=OPTION_SIGNS)


def _missing(job: Job, *, flagged: int, received: int) -> str:
    """Why there are fewer pictures than were asked for."""
    said = []
    if flagged:
        what = "1 was" if flagged == 1 else f"{flagged} were"
        said.append(f"{what} marked as unsafe by the image service, not shown and not charged")
    lost = job.request.count - received
    if lost > 0:
        said.append(f"{lost} did not arrive and {'was' if lost == 1 else 'were'} not charged")
    return f"Of {pictures(job.request.count)}, {'; '.join(said)}." if said else ""


def _notes(delivery: Delivery) -> list[str]:
    return [echo(note, limit=NOTE_SIGNS) for note in delivery.notes]
