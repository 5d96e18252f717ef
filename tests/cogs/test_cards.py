"""What people read on a card, state by state."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.gates import GateReason
from bot.domain.job import JobStatus, Verdict
from bot.domain.line import Place
from bot.domain.request import Aspect, InputPicture, Kind
from bot.engine.courier import File, Receipt
from cogs import cards
from cogs.cards import CONTENT_MAX
from cogs.echo import units
from cogs.faces import Face
from tests.cogs.jobs import NOON, a_delivery, a_job, a_progress
from tests.cogs.test_echo import tricky

SOON = NOON + timedelta(seconds=30)
STAMP = f"<t:{int(SOON.timestamp())}:R>"


def lines(face: Face) -> list[str]:
    first, *rest = face.content.split("\n")
    assert first == "**a red fox** — <@111>"
    return rest


def labels(face: Face) -> list[str]:
    return [button.label for button in face.buttons]


@pytest.mark.parametrize(
    ("place", "said"),
    [
        (Place(0, 0, 8), f"Next in line, about {STAMP} · job 17"),
        (Place(3, 0, 8), f"In line, first of this server, about {STAMP} · job 17"),
        (Place(5, 2, 8), f"In line, 2 ahead of you here, about {STAMP} · job 17"),
    ],
)
def test_a_waiting_card_says_how_many_go_before(place: Place, said: str) -> None:
    face = cards.progress(a_progress(place=place, ready_at=SOON))

    assert lines(face) == [said]
    assert labels(face) == ["Cancel"]


@pytest.mark.parametrize(
    "reason", [reason for reason in GateReason if reason is not GateReason.PAUSED]
)
def test_a_closed_gate_is_told_kindly_and_without_money(reason: GateReason) -> None:
    (said,) = lines(cards.progress(a_progress(place=Place(0, 0, 8), ready_at=SOON, gate=reason)))

    assert said.endswith("just now; your job keeps its place in line · job 17")
    assert not any(word in said.lower() for word in ("credit", "money", "key", "pay"))
    assert STAMP not in said, "nobody knows when"


def test_a_paused_server_is_told_whose_doing_it_is() -> None:
    face = cards.progress(a_progress(gate=GateReason.PAUSED))

    assert lines(face) == [
        "Paused by this server's moderators; your job keeps its place in line · job 17"
    ]
    assert labels(face) == ["Cancel"]


@pytest.mark.parametrize("status", [JobStatus.SUBMITTING, JobStatus.WAITING])
def test_a_card_says_when_painting_has_begun(status: JobStatus) -> None:
    face = cards.progress(a_progress(job=a_job(status=status), ready_at=SOON))

    assert lines(face) == [f"Being painted, about {STAMP} · job 17"]
    assert labels(face) == ["Don't post"]


@pytest.mark.parametrize("status", [JobStatus.SUBMITTING, JobStatus.WAITING])
def test_what_is_withheld_says_so_and_has_no_way_back(status: JobStatus) -> None:
    job = replace(a_job(status=status), withheld=True)

    face = cards.progress(a_progress(job=job, ready_at=SOON))

    assert lines(face) == ["Being painted; will not be posted · job 17"]
    assert not face.buttons


@pytest.mark.parametrize("verdict", [Verdict.PICTURES, Verdict.DESCRIBED])
def test_a_withheld_result_says_where_it_is_and_what_it_cost(verdict: Verdict) -> None:
    delivery = a_delivery(verdict, detail="a fox in the snow", received=1)
    delivery = replace(delivery, job=replace(delivery.job, withheld=True))

    face = cards.delivered(delivery, default_model="flux")

    assert lines(face) == [
        "Not posted, as was asked. It is kept in your `/history`.",
        "1 picture, 12 left today · job 17",
    ]
    assert labels(face) == ["Show", "Details"]


def test_a_withheld_description_has_no_pictures_to_show() -> None:
    """The button said that its pictures were not kept any more; there never were any."""
    delivery = a_delivery(Verdict.DESCRIBED, detail="a fox in the snow")
    request = replace(delivery.job.request, kind=Kind.DESCRIBE)
    delivery = replace(delivery, job=replace(delivery.job, request=request, withheld=True))

    assert labels(cards.delivered(delivery, default_model="flux")) == ["Details"]


def test_a_withheld_job_that_failed_says_why() -> None:
    delivery = a_delivery(Verdict.TIMED_OUT)
    plain = cards.delivered(delivery, default_model="flux")

    withheld = replace(delivery, job=replace(delivery.job, withheld=True))

    assert cards.delivered(withheld, default_model="flux") == plain


def test_a_job_that_a_moderator_took_back_says_so() -> None:
    by_its_asker = cards.delivered(a_delivery(Verdict.CANCELLED), default_model="flux")
    told = a_delivery(Verdict.CANCELLED, detail="a moderator cancelled it")

    by_another = cards.delivered(told, default_model="flux")

    assert lines(by_its_asker)[0].endswith("The job was taken out of line before it began.")
    assert lines(by_another)[0].endswith("before it began: a moderator cancelled it.")


def test_ignored_options_are_named_from_the_start() -> None:
    face = cards.progress(a_progress(ignored=("negative", "lora_strength")))

    assert lines(face)[-1] == "negative prompt, LoRA strength: ignored by flux"


def test_a_plain_result_says_what_it_cost_and_no_more() -> None:
    face = cards.delivered(a_delivery(), default_model="flux")

    assert lines(face) == ["1 picture, 12 left today · job 17"]
    assert [(button.row, button.label, button.custom_id) for button in face.buttons] == [
        (0, "U1", "upscale:17:1"),
        (0, "V1", "vary:17:1"),
        (1, "Reroll", "reroll:17:0"),
        (1, "Remix", "remix:17:0"),
        (1, "Details", "details:17:0"),
        (1, "Delete", "delete:17:0"),
    ]


def test_edit_area_is_offered_only_where_masks_can_be_painted() -> None:
    face = cards.delivered(a_delivery(count=2), default_model="flux", mask_pages=True)

    assert labels(face) == [
        "U1", "U2", "V1", "V2", "Reroll", "Remix", "Edit area", "Details", "Delete",
    ]  # fmt: skip


def test_pictures_that_are_missing_have_no_buttons() -> None:
    files = tuple(
        File(name=f"limner-17-{number}.png", data=b"", description="") for number in (1, 3)
    )
    delivery = replace(a_delivery(count=4, received=3), files=files)

    face = cards.delivered(delivery, default_model="flux")

    assert labels(face)[:4] == ["U1", "U3", "V1", "V3"]


@pytest.mark.parametrize(
    ("kind", "title", "offered"),
    [
        (Kind.REMIX, "Remix: **a red fox**", ["U1", "V1", "Reroll", "Remix", "Edit area"]),
        (Kind.INPAINT, "Inpaint: **a red fox**", ["U1", "V1", "Reroll", "Remix", "Edit area"]),
        (Kind.UPSCALE, "Upscale: **a red fox**", ["Remix", "Edit area"]),
        (Kind.CUTOUT, "Cut out: **a red fox**", ["Remix", "Edit area"]),
    ],
)
def test_other_work_is_named_and_offers_what_makes_sense(
    kind: Kind, title: str, offered: list[str]
) -> None:
    face = cards.delivered(a_delivery(kind=kind), default_model="flux", mask_pages=True)

    assert face.content.startswith(f"{title} — <@111>\n")
    assert labels(face) == [*offered, "Details", "Delete"]


def test_work_without_words_has_its_kind_for_a_title() -> None:
    waiting = cards.progress(a_progress(job=a_job("", kind=Kind.UPSCALE)))

    assert waiting.content.startswith("**Upscale** — <@111>\n")


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (Kind.REMIX, "Being painted"),
        (Kind.UPSCALE, "Being enlarged"),
        (Kind.CUTOUT, "Being cut out"),
        (Kind.DESCRIBE, "Being looked at"),
    ],
)
def test_a_card_says_what_is_being_done(kind: Kind, said: str) -> None:
    face = cards.progress(a_progress(job=a_job(status=JobStatus.WAITING, kind=kind)))

    assert face.content.endswith(f"\n{said} · job 17")


def test_a_tools_name_is_not_a_choice_that_anybody_made() -> None:
    delivery = a_delivery(kind=Kind.UPSCALE, model="realesr", parent_job=9, parent_picture=2)

    face = cards.delivered(delivery, default_model="flux")

    assert face.content.split("\n")[1] == "from job 9, picture 2"


def test_a_description_is_quoted() -> None:
    delivery = a_delivery(
        Verdict.DESCRIBED, prompt="", kind=Kind.DESCRIBE, detail="a **fox**\non snow"
    )

    face = cards.delivered(delivery, default_model="flux")

    assert face.content == (
        "**Describe** — <@111>\n"
        "> a \\*\\*fox\\*\\* on snow\n"
        "nothing charged, 12 left today · job 17"
    )
    assert labels(face) == ["Details", "Delete"]


def test_a_result_shows_what_differs_from_the_defaults() -> None:
    delivery = a_delivery(
        model="sdxl",
        aspect=Aspect.WIDE,
        seed=7,
        steps=30,
        guidance=7.5,
        style="ink",
        lora="more-details",
        lora_strength=0.5,
        enhance=True,
        negative="people",
        count=2,
        strength=0.3,
        parent_job=9,
        parent_picture=2,
    )

    differences, cost = lines(cards.delivered(delivery, default_model="flux"))

    assert differences == (
        "sdxl · strength 0.3 · 16:9 · seed 7 · 30 steps · guidance 7.5 · style ink"
        " · LoRA more-details at 0.5 · enhanced prompt · without people · from job 9, picture 2"
    )
    assert cost == "2 pictures, 12 left today · job 17"


def test_an_option_that_was_ignored_is_not_shown_as_chosen() -> None:
    delivery = a_delivery(negative="people", steps=1, ignored=("negative",))

    assert lines(cards.delivered(delivery, default_model="flux")) == [
        "1 step",
        "1 picture, 12 left today · job 17",
        "negative prompt: ignored by flux",
    ]


@pytest.mark.parametrize(
    ("receipt", "said"),
    [
        (Receipt(charged=1, left_today=12), "1 picture, 12 left today"),
        (Receipt(charged=3, left_today=0), "3 pictures, 0 left today"),
        (Receipt(charged=2, left_today=None), "2 pictures"),
        (Receipt(charged=0, left_today=5), "nothing charged, 5 left today"),
    ],
)
def test_receipts(receipt: Receipt, said: str) -> None:
    assert cards.receipt(receipt) == said


def test_seed_zero_is_a_seed() -> None:
    face = cards.delivered(a_delivery(seed=0), default_model="flux")

    assert lines(face)[0] == "seed 0"


@pytest.mark.parametrize(
    ("count", "received", "flagged", "said"),
    [
        (4, 3, 0, "Of 4 pictures, 1 did not arrive and was not charged."),
        (4, 4, 1, "Of 4 pictures, 1 was marked as unsafe by the image service, not shown and not"
                  " charged."),
        (4, 2, 1, "Of 4 pictures, 1 was marked as unsafe by the image service, not shown and not"
                  " charged; 2 did not arrive and were not charged."),
    ],
)  # fmt: skip
def test_a_smaller_result_says_what_became_of_the_rest(
    count: int, received: int, flagged: int, said: str
) -> None:
    delivery = a_delivery(count=count, received=received, flagged=flagged)

    assert lines(cards.delivered(delivery, default_model="flux"))[-1] == said


def test_notes_of_the_engine_stand_on_the_card() -> None:
    delivery = a_delivery(notes=("Picture 1 was too large for Discord and was made smaller.",))

    said = lines(cards.delivered(delivery, default_model="flux"))

    assert said[-1] == "Picture 1 was too large for Discord and was made smaller."


def test_files_that_discord_refused_are_told() -> None:
    face = cards.delivered(a_delivery(), default_model="flux", attached=False)

    assert "Discord did not take the picture files" in face.content


FAILED = [verdict for verdict in Verdict if verdict not in (Verdict.PICTURES, Verdict.DESCRIBED)]


@pytest.mark.parametrize("verdict", FAILED)
def test_a_failure_has_title_cause_cost_advice_and_number(verdict: Verdict) -> None:
    face = cards.delivered(a_delivery(verdict), default_model="flux")
    cause, advice = lines(face)

    assert cause.startswith("**")
    assert cause.index(".**") < 45, "the title is short"
    assert cause.endswith(".")
    assert advice.startswith("Nothing was charged. ")
    assert advice.endswith(". · job 17")
    assert labels(face) == ["Try again", "Details"]


@pytest.mark.parametrize(
    ("verdict", "detail", "said"),
    [
        (Verdict.REFUSED, "Model **x** not found",
         "**Request refused.** The image service did not accept the request. "
         r"“Model \*\*x\*\* not found”"),
        (Verdict.TIMED_OUT, "whatever", "**Out of time.** No result came within 10 minutes."),
        (Verdict.UNCONFIRMED, "",
         "**No answer from the image service.** Its answer never came, so it could not be "
         "confirmed whether it took the job. The job was not sent twice."),
    ],
)  # fmt: skip
def test_a_failure_tells_its_exact_cause(verdict: Verdict, detail: str, said: str) -> None:
    face = cards.delivered(a_delivery(verdict, detail=detail), default_model="flux")

    assert lines(face)[0] == said


@pytest.mark.parametrize(
    ("verdict", "told", "then"),
    [
        (Verdict.REFUSED, "The image service did not accept the picture", "Take another picture."),
        (Verdict.CONTENT, "moderation did not accept the picture", "Take another picture."),
        (Verdict.FAILED, "It could not take the picture", "Try again, or take another picture."),
        (Verdict.BROKEN, "Limner could not go on with it", "Try again; if it lasts,"),
    ],
)
def test_what_ended_at_its_picture_says_so(verdict: Verdict, told: str, then: str) -> None:
    """It said that the prompt was refused, which nobody had sent yet."""
    source = InputPicture(sha256="0" * 64, mime="image/png", width_px=8, height_px=8, size_bytes=9)
    ended = a_delivery(verdict, kind=Kind.REMIX, source=source)
    at_the_picture = replace(ended, job=replace(ended.job, submitted_at=None))

    cause, advice = cards.delivered(at_the_picture, default_model="flux").content.split("\n")[1:]

    assert told in cause
    assert then in advice
    words_were_sent = cards.delivered(ended, default_model="flux").content
    assert (told in words_were_sent) is (verdict is Verdict.BROKEN)


@pytest.mark.parametrize(
    ("deadline_s", "told"), [(30, "30 seconds"), (1, "1 second"), (119, "119 seconds")]
)
def test_a_short_deadline_is_told_in_seconds(deadline_s: int, told: str) -> None:
    delivery = a_delivery(Verdict.TIMED_OUT, deadline_s=deadline_s)

    assert f"within {told}." in cards.delivered(delivery, default_model="flux").content


def test_a_ping_names_only_the_asker() -> None:
    assert cards.ping(a_delivery().job) == "<@111> your picture is ready · job 17"
    assert cards.ping(a_delivery(count=2).job) == "<@111> your pictures are ready · job 17"
    failed = a_delivery(Verdict.FAILED).job
    assert cards.ping(failed) == "<@111> your job is over, without a picture · job 17"


def test_a_prompt_that_cannot_be_seen_is_named_so() -> None:
    face = cards.progress(a_progress(job=a_job("\u200b\u200d")))

    assert face.content.startswith("**(no visible words)** — <@111>\n")


@given(
    prompt=tricky,
    detail=tricky,
    verdict=st.sampled_from(Verdict),
    notes=st.lists(tricky, max_size=8),
    ignored=st.lists(tricky, max_size=9),
    style=tricky,
    lora=tricky,
    negative=tricky,
    repeats=st.sampled_from([1, 20]),
)
def test_no_card_is_ever_too_long_for_discord(
    prompt: str,
    detail: str,
    verdict: Verdict,
    notes: list[str],
    ignored: list[str],
    style: str,
    lora: str,
    negative: str,
    repeats: int,
) -> None:
    delivery = a_delivery(
        verdict,
        prompt=prompt * repeats,
        detail=detail * repeats,
        notes=tuple(note * repeats for note in notes),
        ignored=tuple(ignored),
        style=style * repeats,
        lora=lora * repeats,
        negative=negative * repeats,
    )
    for face in (
        cards.delivered(delivery, default_model="flux"),
        cards.progress(a_progress(job=delivery.job, ignored=tuple(ignored))),
    ):
        assert 0 < units(face.content) <= CONTENT_MAX
        assert face.content.count("<@111>") == 1
    assert "job 17" in cards.delivered(delivery, default_model="flux").content
    direct = cards.direct(cards.delivered(delivery, default_model="flux").content, delivery.job)
    assert units(direct) <= CONTENT_MAX
    assert direct.endswith("Asked for in <#222>.")
    for text in (cards.removed(delivery.job), cards.uncertain(delivery.job)):
        assert units(text) <= CONTENT_MAX
