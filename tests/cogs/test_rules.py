"""However many rules there are, their words fit into a message and break nothing."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.domain.limits import Limits, Usage, period
from bot.domain.preferences import ServerSettings
from bot.domain.refusal import UnknownModel
from bot.domain.rules import (
    PLACES_MAX,
    QUOTAS,
    ROLES_MAX,
    AboveCeiling,
    Change,
    DefaultNotAllowed,
    Difference,
    EverybodysRole,
    NoImagining,
    Objection,
    Setting,
    TooMany,
    UnknownZone,
    role_setting,
    text_of,
)
from bot.engine.rules import RulesView
from bot.modelslab.catalogue import Catalogue
from cogs import rules
from cogs.changes import Fallback, announced, changed, fitted, history, objected
from cogs.echo import units

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
BIG = 2**63 - 1
FALLBACK = Fallback(limits=Limits(server_day=200, owner_day=100), model="flux")
EVERY_MODEL = frozenset(model.id for model in Catalogue.built_in().search("", kind=None, limit=99))
FULLEST = ServerSettings(
    server_day=1_000_000,
    server_month=1_000_000,
    member_day=1_000_000,
    server_line=10_000,
    member_line=10_000,
    time_zone="America/Argentina/ComodRivadavia",
    model="realistic-vision-v13",
    allowed_models=EVERY_MODEL,
    allowed_channels=frozenset(BIG - number for number in range(PLACES_MAX)),
    denied_channels=frozenset(BIG - 100 - number for number in range(PLACES_MAX)),
    log_channel_id=BIG,
)
EMPTIEST = ServerSettings()


def a_view(settings: ServerSettings = EMPTIEST, **changes: Any) -> RulesView:
    made = {
        role_setting(BIG - number): Difference(role_setting(BIG - number), None, "1")
        for number in range(ROLES_MAX)
    } | {setting.value: Difference(setting.value, None, "1") for setting in Setting}
    values: dict[str, Any] = {
        "settings": settings,
        "limits": Limits(server_day=1_000_000, server_line=10_000, owner_day=1_000_000),
        "usage": Usage(server_day=999_999, server_month=999_999, server_line=10_000),
        "when": period(NOON, "UTC"),
        "owner": period(NOON, "UTC"),
        "roles": {BIG - number: 1_000_000 for number in range(ROLES_MAX)},
        "pause": None,
        "model": "flux",
        "owner_model": "flux",
        "changes": {name: Change(made[name], BIG, NOON) for name in made},
    }
    return RulesView(**{**values, **changes})


@pytest.mark.parametrize("show", [rules.quotas, rules.roles, rules.models, rules.channels])
def test_the_fullest_rules_fit_into_a_message(show: Any) -> None:
    assert units(show(a_view(FULLEST))) <= 2000


def test_no_quota_is_left_out_of_the_fullest_message() -> None:
    shown = rules.quotas(a_view(FULLEST))
    assert all(f"`{setting}` · " in shown for setting in QUOTAS)
    assert "more" not in shown


def test_every_channel_is_named() -> None:
    shown = rules.channels(a_view(FULLEST), gone={BIG, BIG - 1})
    assert shown.count("<#") == 2 * PLACES_MAX
    assert "2 of these channels are deleted" in shown
    assert shown.endswith("a channel for its threads.")


def test_every_role_is_named() -> None:
    shown = rules.roles(a_view())
    assert shown.count("<@&") == ROLES_MAX
    assert shown.count(" · by <@") == ROLES_MAX


def test_lines_that_find_no_room_are_counted() -> None:
    lines = [f"{number:02} {'x' * 97}" for number in range(30)]
    kept = fitted(lines).splitlines()
    assert kept == [*lines[:19], "… and 11 more"]
    assert fitted(lines[:19]).splitlines() == lines[:19]


def test_roles_stand_in_the_order_of_their_generosity() -> None:
    view = a_view(roles={1: 5, 2: None, 3: 50, 4: 0}, changes={})
    assert rules.roles(view).splitlines()[2:] == [
        "<@&2> exempt from members' daily limit",
        "<@&3> 50 pictures a day",
        "<@&1> 5 pictures a day",
        "<@&4> 0 pictures a day",
    ]


def _all_changed(before: ServerSettings, after: ServerSettings) -> list[Difference]:
    return [
        Difference(setting.value, text_of(before, setting), text_of(after, setting))
        for setting in Setting
        if setting is not Setting.PAUSE
    ]


@pytest.mark.parametrize(
    ("before", "after"), [(EMPTIEST, FULLEST), (FULLEST, EMPTIEST), (FULLEST, FULLEST)]
)
def test_the_largest_change_fits_into_a_message(
    before: ServerSettings, after: ServerSettings
) -> None:
    differences = _all_changed(before, after)
    assert units(changed(differences, FALLBACK)) <= 2000
    assert units(announced(BIG, differences, FALLBACK)) <= 2000
    latest = [Change(difference, BIG, NOON) for difference in differences]
    assert units(rules.log(a_view(FULLEST), latest, FALLBACK)) <= 2000


def test_of_a_long_list_only_what_came_and_went_is_said() -> None:
    many = frozenset(range(1, 20))
    before = ServerSettings(allowed_channels=many)
    after = replace(before, allowed_channels=(many - {7}) | {30, 31})
    (line,) = [
        line
        for line in changed(_all_changed(before, after), FALLBACK).splitlines()
        if line.startswith("allowed channels")
    ]
    assert line == "allowed channels: 19 → 20 (added <#30>, <#31>; removed <#7>)"


@pytest.mark.parametrize(
    ("difference", "words"),
    [
        (
            Difference("server_day", None, "0"),
            "`server_day`: 200 pictures a day (the bot owner's default) → 0 pictures a day",
        ),
        (
            Difference("server_month", "1", "2"),
            "`server_month`: 1 picture a month → 2 pictures a month",
        ),
        (
            Difference("member_line", "1", "2"),
            "`member_line`: 1 job on the way for each member → 2 jobs on the way for each member",
        ),
        (
            Difference("server_line", "9", "1"),
            "`server_line`: 9 jobs on the way → 1 job on the way",
        ),
        (
            Difference("member_day", "5", None),
            "`member_day`: 5 pictures a day for each member → no limit (the bot owner's default)",
        ),
        (Difference("model", "sdxl", None), "default model: sdxl → flux (the bot owner's default)"),
        (Difference("allowed_models", "a, b", None), "allowed models: a, b → all"),
        (Difference("denied_channels", None, "1, 2"), "denied channels: none → <#1>, <#2>"),
        (Difference("log_channel_id", "1", None), "log: <#1> → off"),
        (Difference("pause", None, ""), "state: running → paused"),
        (Difference("pause", "", "tea"), "state: paused → paused: “tea”"),
        (Difference("role_quota:7", "exempt", "3"), "<@&7>: exempt → 3 pictures a day"),
        (Difference("role_quota:7", "3", None), "<@&7>: 3 pictures a day → no quota of its own"),
        # What a later version may have kept.
        (
            Difference("unheard_of", None, "*x*"),
            "`unheard_of`: no limit (the bot owner's default) → \\*x\\*",
        ),
    ],
)
def test_every_kind_of_change_has_words(difference: Difference, words: str) -> None:
    assert history([Change(difference, 9, NOON)], FALLBACK) == [
        f"{words} · by <@9> <t:1777636800:R>"
    ]


@pytest.mark.parametrize(
    ("objection", "begins"),
    [
        (
            AboveCeiling("role_quota:7", 9, 5),
            "**9 is more than the bot's owner allows.** <@&7> can",
        ),
        (UnknownZone("@everyone"), "**There is no time zone called @\u200beveryone.**"),
        (UnknownModel("*", ()), "**There is no model called \\*.** Pick one"),
        (UnknownModel("x", ("a", "b")), "**There is no model called x.** Did you mean a, b?"),
        (DefaultNotAllowed("x", tuple(EVERY_MODEL)), "**x as the default model would not be"),
        (NoImagining("x"), "**x cannot be the default:**"),
        (EverybodysRole(), "**@everyone is no role"),
        (TooMany("role_quota", 40), "**That is too many.** roles with a quota: 40 at most."),
        (TooMany("allowed_channels", 40), "**That is too many.** allowed channels: 40 at most."),
    ],
)
def test_every_objection_says_that_nothing_changed(objection: Objection, begins: str) -> None:
    said = objected(objection)
    assert said.startswith(begins)
    assert said.endswith("Nothing was changed.")
    assert units(said) <= 2000
