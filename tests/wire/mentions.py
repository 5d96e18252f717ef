"""Whom a message calls, by Discord's allowed_mentions rules. Pure.

Strict on purpose: mentions inside code blocks count as well, and the bot is taken to have the
permission to mention everyone.
"""

import re
from collections.abc import Sequence

from .errors import FormProblem, Json

ALL = ("everyone", "roles", "users")
USERS_ONLY = ("users",)

_USER = re.compile(r"<@!?(\d+)>")
_ROLE = re.compile(r"<@&(\d+)>")
_CROWD = re.compile(r"@(everyone|here)\b")


def mentioned(
    text: str, allowed: Json | None, *, by_default: Sequence[str], replied_to: str | None = None
) -> list[str]:
    """The mentions that take effect: `@everyone`, `@here`, `<@user id>`, `<@&role id>`.

    `by_default` is what is parsed when the sender says nothing: everything for a bot's own
    message, users only for an answer to an interaction.
    """
    rules: Json = {"parse": by_default, "replied_user": True} if allowed is None else allowed
    parse = rules.get("parse") or ()
    users = {str(user) for user in rules.get("users") or ()}
    roles = {str(role) for role in rules.get("roles") or ()}
    called = [f"@{crowd}" for crowd in _CROWD.findall(text) if "everyone" in parse]
    called += [f"<@{u}>" for u in _USER.findall(text) if "users" in parse or u in users]
    called += [f"<@&{r}>" for r in _ROLE.findall(text) if "roles" in parse or r in roles]
    if replied_to is not None and rules.get("replied_user"):
        called.append(replied_to)
    return list(dict.fromkeys(called))


def contradictions(allowed: Json) -> list[FormProblem]:
    """`parse` and an explicit list of the same kind exclude each other."""
    return [
        FormProblem(
            ("allowed_mentions",),
            "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE",
            f'parse:["{kind}"] and {kind}: [ids...] are mutually exclusive.',
        )
        for kind in (*USERS_ONLY, "roles")
        if kind in (allowed.get("parse") or ()) and allowed.get(kind)
    ]
