"""The eight hops by hand: where each kind of work writes something down or asks somebody.

What the matrix finds by itself is held against this list, and so is every transaction in the code.
"""

from collections.abc import Iterable, Mapping

from tests.scenarios.mortal import AFTER, BEFORE, SENT

CALLBACK = "POST /interactions/*/*/callback"
PROMISED = "PATCH /webhooks/*/*/messages/@original"
REPLY = "PATCH /webhooks/*/*/messages/*"
POSTED = "POST /channels/*/messages"
EDITED = "PATCH /channels/*/messages/*"
UPLOAD = ("POST /base64_to_url", "commit Uploads.images")
FETCH = "POST /images/fetch/*"
KEPT = ("GET /generations/*", "keep Collector._picture", "keep Collector._thumbnail")
BELL = "commit Doorbell.ring"
#: Where the vendor is not done yet, as often as it takes.
LATER = "commit Steps._later"
ASKED_AGAIN = ("POST /images/fetch/", "POST /image_editing/fetch/", LATER)

COMMIT = "commit "

Hops = Mapping[int, tuple[str, ...]]

TEXT: Hops = {
    # The command becomes a request: nothing is written down yet, and nobody asked.
    1: (),
    2: ("commit Booking.book",),
    3: (CALLBACK, "commit Intake._place"),
    4: ("commit Seating.seat", "commit Steps.submit"),
    # The card is told only of what takes longer.
    5: ("POST /images/text-to-image", "commit Steps._accepted"),
    6: (FETCH, *KEPT, "commit Settling.settle"),
    # Reads what is stored, and encodes it anew where that is needed.
    7: (),
    8: (REPLY, "commit DeliveryStep._delivered"),
}
CHILD: Hops = {
    **TEXT,
    # The reply is promised, as the picture is to be read first.
    1: (CALLBACK, "keep Inputs.from_bytes"),
    3: (PROMISED, "commit Intake._place"),
    4: ("commit Seating.seat", *UPLOAD, "commit Steps.submit"),
    5: ("POST /image_editing/super_resolution", "commit Steps._accepted"),
    6: ("POST /image_editing/fetch/*", *KEPT, "commit Settling.settle"),
}


def _with_bell(hops: Hops) -> Hops:
    return {**hops, 6: (BELL, *hops[6])}


HOPS: Mapping[str, Hops] = {
    "text": TEXT,
    "text, with a bell": _with_bell(TEXT),
    "four pictures": TEXT,
    # No question after it.
    "answered at once": {**TEXT, 6: (*KEPT, "commit Settling.settle")},
    "refused": {
        **TEXT,
        5: ("POST /images/text-to-image", "commit Settling.settle"),
        6: (),
    },
    "back in line": {
        **TEXT,
        5: (
            *TEXT[5],
            "commit Steps._back_to_line",
            # Its time has come.
            "commit Gatekeeper.look",
        ),
        6: (*TEXT[6], LATER),
    },
    "card refused": {
        1: (),
        2: TEXT[2],
        3: (CALLBACK, "commit Withdrawals.unplaced"),
        **dict.fromkeys(range(4, 9), ()),
    },
    "cancelled": {
        **{hop: TEXT[hop] for hop in (1, 2, 3)},
        # The vendor is busy: what is taken back has not left the line.
        4: ("commit Withdrawals.withdraw",),
        5: (),
        6: (),
        7: (),
        8: TEXT[8],
    },
    "not posted": {**TEXT, 5: (*TEXT[5], REPLY, "commit Withdrawals.withdraw", CALLBACK)},
    "private, late": {
        **TEXT,
        5: (*TEXT[5], REPLY),
        8: (
            # The token is over.
            REPLY,
            "commit DeliveryStep.deliver.<locals>.begin_message",
            "POST /users/@me/channels",
            POSTED,
            "commit DeliveryStep._delivered",
        ),
    },
    "erased": {
        **TEXT,
        5: (
            *TEXT[5],
            REPLY,
            "commit Erasure._erase_jobs",
            "commit Erasure.erase",
            "commit Erasure._hide_in_ledger",
            "remove Leftovers.remove",
            "commit Leftovers.remove",
            "fold Leftovers._folded",
            "rewrite Leftovers._clear",
            "commit Leftovers._folded",
            "DELETE /channels/*/messages/*",
            "commit Remover._remove",
            PROMISED,
        ),
    },
    "a button's child": CHILD,
    "a button's child, with a bell": _with_bell(CHILD),
    "mask page": _with_bell(
        {
            **TEXT,
            # The picture is read, the ticket made, a browser bound, and the mask handed in.
            1: (
                CALLBACK,
                "GET /attachments/*/*/phone.jpg",
                "keep Inputs.from_bytes",
                "commit Easels.set_up",
                PROMISED,
                "commit Easels.start",
                "keep Inputs._mask",
            ),
            2: ("commit Booking.book", "commit Easels._used"),
            # There is no reply to edit: the card is a message.
            3: ("commit Easels._place.<locals>.begin_message", POSTED, "commit Intake._place"),
            4: ("commit Seating.seat", *UPLOAD, "commit Steps.submit"),
            5: ("POST /images/inpaint", "commit Steps._accepted"),
            8: (EDITED, "commit DeliveryStep._delivered"),
        }
    ),
}

#: The bot's start, the same after every crash; not one of the hops.
START = ("commit open_house", "GET /users/@me", "GET /oauth2/", "GET /gateway/", "GET /:")

#: What only the way back from a crash has. It is found by killing, and killed at, too.
WAY_BACK: Mapping[str, tuple[str, ...]] = {
    "text": (
        # What the vendor works on is asked for at once, and places without a job are freed.
        "commit Runner._recover",
        "commit Seating._free_unused",
        # A card that never came to be, or that may stand: looked for, posted, brought up to date.
        "commit DeliveryStep.deliver.<locals>.begin_message",
        "GET /channels/*/messages",
        POSTED,
        PROMISED,
        EDITED,
    ),
    # The answer was lost: the job waits for the bell to name it.
    "text, with a bell": ("commit Steps._unconfirmed", "commit Steps._adopt"),
}
#: Killed at in the end, when all times of grace are over.
SLOTS_FREED = "commit Seating._free_expired"

#: Transactions that no kind of work above has, and why a kill there needs no row of its own.
ELSEWHERE = {
    "Inputs.offer": "a choice that is thrown away after a quarter of an hour; no job yet",
    "Withdrawals.server_left": "the same cancelling as in line, in one transaction for all",
    "Gatekeeper._put": "closes a gate; without it, the next answer of that kind does",
    "Gatekeeper.succeeded": "opens gates, which a restart would find by asking",
    "Runner._follow_clock": "brings forward what waits; without it, all of that comes later",
    "Faults.undelivered": "puts a delivery off; without it, it is done at once",
    "Faults.after": "frees the place of a job that a bug stopped; so does every turn",
    "Faults._again_or": "puts a step off that a bug stopped; without it, it is done at once",
    "Remover._later": "puts a removal off; without it, it is tried at once",
    "Records.remember": "a fact of the bot's own, written again at the next start",
    "Records.forget": "one transaction, after which files and messages go as in an erasure",
    "Housekeeping.clean_if_due": "notes that it has cleaned up; without it, it cleans up again",
    "Housekeeping._let_go": "one portion of old files, each whole in itself",
    "Housekeeping._purge": "one portion of old jobs, each whole in itself",
    "Housekeeping._clear_expired": "what has expired, in one transaction",
    "Housekeeping._end_months": "one portion of old entries, each whole in itself",
    "Housekeeping._drop_sums": "one portion of old sums, each whole in itself",
    "Members.change": "one row of somebody's own settings",
    **{
        f"ServerRules.{change}": "a server's own rules, whole in one transaction"
        for change in ("change", "set_role", "clear_roles", "pause", "resume")
    },
}


def names_of(hops: Hops) -> set[str]:
    return {name for names in hops.values() for name in names}


def astray(kind: str, points: Iterable[str]) -> list[str]:
    """What was met and is on no hop of this kind, or is on one and was not met; with the moment."""
    met = {point.rpartition(" #")[0] for point in points}
    if f"{LATER}:{BEFORE}" in met and LATER not in names_of(HOPS[kind]):
        # Painted while it was asked for, on a machine that is busy.
        met -= {f"{LATER}:{moment}" for moment in moments_of(LATER)}
    due = {f"{name}:{moment}" for name in names_of(HOPS[kind]) for moment in moments_of(name)}
    return [f"met, and on no hop: {name}" for name in sorted(met - due)] + [
        f"on a hop, and not met: {name}" for name in sorted(due - met)
    ]


def moments_of(name: str) -> tuple[str, ...]:
    """Before and after; and on its way, if it is a request."""
    asks = name.split(" ")[0].isupper()
    return (BEFORE, SENT, AFTER) if asks else (BEFORE, AFTER)


def unplaced(kind: str, met: Iterable[str]) -> list[str]:
    """What the way back from some crash of this kind should have, and never had."""
    names = {point.rpartition(":")[0] for point in met}
    return sorted(set(WAY_BACK.get(kind, ())) - names)


def seen_before(kind: str) -> set[str]:
    """What a plain text job has on its way, or back to it, with the moment."""
    names = names_of(TEXT) | set(WAY_BACK["text"]) if kind != "text" else set()
    return {f"{name}:{moment}" for name in names for moment in moments_of(name)}


def commits() -> set[str]:
    """Every transaction that somebody has thought about, by the function that makes it."""
    known = {SLOTS_FREED, *(f"{COMMIT}{name}" for name in ELSEWHERE)}
    for hops in HOPS.values():
        known |= names_of(hops)
    for names in WAY_BACK.values():
        known |= set(names)
    return {name.removeprefix(COMMIT) for name in known if name.startswith(COMMIT)}
