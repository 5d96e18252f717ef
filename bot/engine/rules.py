"""A server's rules: read as one view, changed together, kept with who and when. Words nothing."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain import rules
from bot.domain.gates import Gate, GateReason, closed, pause_of, server_scope
from bot.domain.limits import Limits, Period, Usage
from bot.domain.preferences import ServerSettings
from bot.domain.refusal import UnknownModel
from bot.domain.request import Kind, Requester
from bot.domain.rules import (
    ROLES_MAX,
    AboveCeiling,
    Change,
    Difference,
    EverybodysRole,
    NoImagining,
    Objection,
    Setting,
    TooMany,
    UnknownZone,
    role_setting,
    role_text,
)
from bot.domain.zones import zone_named
from bot.engine.account import account_of
from bot.engine.policy import Policy
from bot.modelslab.catalogue import Catalogue
from storage import audit, gates, preferences
from storage.database import Database, Transaction

log = logging.getLogger(__name__)

Differences = tuple[Difference, ...]
Edit = Callable[[ServerSettings], ServerSettings]


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesView:
    """All rules of a server at one moment.

    `limits` are those that count, with the owner's ceilings. `roles` are pictures a day by role
    id, None for an exempt one. `model` is what paints when nobody chose another, `owner_model` the
    owner's wish for that. `changes` holds the last change of each rule.
    """

    settings: ServerSettings
    limits: Limits
    usage: Usage
    when: Period
    owner: Period
    roles: Mapping[int, int | None]
    pause: Gate | None
    model: str
    owner_model: str
    changes: Mapping[str, Change]


class ServerRules:
    """What a server's moderators decide, below the owner's ceilings. `wake` tells the runner."""

    def __init__(
        self,
        database: Database,
        *,
        catalogue: Catalogue,
        policy: Policy,
        wake: Callable[[], None],
        now: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._catalogue = catalogue
        self._policy = policy
        self._wake = wake
        self._now = now

    @property
    def defaults(self) -> Limits:
        """The limits of a server that has set none, with the owner's ceilings."""
        return self._policy.limits

    @property
    def default_model(self) -> str:
        """The model of a server that has set none."""
        return self._policy.default_model

    async def view(self, guild_id: int, *, user_id: int) -> RulesView:
        """The rules of a server; `user_id` is whoever looks, whose own usage comes along."""
        here = Requester(user_id=user_id, guild_id=guild_id, channel_id=0)
        async with self._database.reading() as tx:
            account = await account_of(tx, here, policy=self._policy, now=self._now())
            roles = await preferences.role_limits(tx, guild_id)
            changes = await audit.last_of_each(tx, guild_id)
            pause = await _pause(tx, guild_id)
        return RulesView(
            settings=account.server,
            limits=account.limits,
            usage=account.usage,
            when=account.when,
            owner=account.owner,
            roles=roles,
            pause=pause,
            model=self._catalogue.default(
                Kind.IMAGINE,
                account.server.model,
                self.default_model,
                allowed=account.server.allowed_models,
            ),
            owner_model=self.default_model,
            changes=changes,
        )

    async def latest(self, guild_id: int, *, limit: int) -> list[Change]:
        """The latest changes of a server's rules, the youngest first."""
        async with self._database.reading() as tx:
            return await audit.latest(tx, guild_id, limit=limit)

    async def log_channel(self, guild_id: int) -> int | None:
        """Where the server's moderators read what they should see."""
        async with self._database.reading() as tx:
            return (await preferences.of_server(tx, guild_id)).log_channel_id

    async def change(self, guild_id: int, *, user_id: int, edit: Edit) -> Differences | Objection:
        """Change settings together, or none of them; what really changed.

        `edit` makes the new settings of the old ones. Time zones and models may be spelled as
        people do.
        """
        async with self._database.transaction() as tx:
            before = await preferences.of_server(tx, guild_id)
            after = self._spelled(before, edit(before))
            if not isinstance(after, ServerSettings):
                return after
            against = rules.objection(before, after, ceiling=self._policy.limits.owner_day)
            if against is not None:
                return against
            changed = rules.differences(before, after)
            if changed:
                await preferences.set_server(tx, guild_id, after)
            return await self._kept(tx, changed, guild_id=guild_id, user_id=user_id)

    async def set_role(
        self, guild_id: int, role_id: int, *, user_id: int, member_day: int | None
    ) -> Differences | Objection:
        """Give a role's members so many pictures a day; None: no daily limit of their own."""
        setting, ceiling = role_setting(role_id), self._policy.limits.owner_day
        if role_id == guild_id:
            return EverybodysRole()
        if rules.above(member_day, ceiling):
            return AboveCeiling(setting, member_day or 0, ceiling or 0)
        async with self._database.transaction() as tx:
            known = await preferences.role_limits(tx, guild_id)
            if role_id not in known and len(known) >= ROLES_MAX:
                return TooMany(rules.ROLE_QUOTA, ROLES_MAX)
            before = role_text(known[role_id]) if role_id in known else None
            if before == role_text(member_day):
                return ()
            await preferences.set_role(tx, guild_id, role_id, member_day)
            change = Difference(setting, before, role_text(member_day))
            return await self._kept(tx, (change,), guild_id=guild_id, user_id=user_id)

    async def clear_roles(
        self, guild_id: int, *, user_id: int, which: Callable[[int], bool]
    ) -> Differences:
        """These roles have no quota of their own any more."""
        async with self._database.transaction() as tx:
            known = await preferences.role_limits(tx, guild_id)
            cleared = sorted(role_id for role_id in known if which(role_id))
            for role_id in cleared:
                await preferences.clear_role(tx, guild_id, role_id)
            changes = tuple(
                Difference(role_setting(role_id), role_text(known[role_id]), None)
                for role_id in cleared
            )
            return await self._kept(tx, changes, guild_id=guild_id, user_id=user_id)

    async def pause(self, guild_id: int, *, user_id: int, reason: str) -> Differences:
        """Take no requests of this server; what is in line keeps its place.

        Where it is paused already, only the reason changes.
        """
        scope = server_scope(guild_id)
        async with self._database.transaction() as tx:
            known = await _pause(tx, guild_id)
            if known is not None and known.detail == reason:
                return ()
            gate = closed(GateReason.PAUSED, now=self._now(), scope=scope, detail=reason)
            if known is not None:
                gate = replace(gate, closed_at=known.closed_at)
            await gates.put(tx, gate)
            change = Difference(Setting.PAUSE, None if known is None else known.detail, reason)
            changed = await self._kept(tx, (change,), guild_id=guild_id, user_id=user_id)
        return changed

    async def resume(self, guild_id: int, *, user_id: int) -> Differences:
        """Take requests again; what waits in line goes on."""
        async with self._database.transaction() as tx:
            known = await _pause(tx, guild_id)
            if known is None:
                return ()
            await gates.open_gates(tx, scope=server_scope(guild_id), reasons=[GateReason.PAUSED])
            change = Difference(Setting.PAUSE, known.detail, None)
            changed = await self._kept(tx, (change,), guild_id=guild_id, user_id=user_id)
        self._wake()
        return changed

    async def _kept(
        self, tx: Transaction, changed: Differences, *, guild_id: int, user_id: int
    ) -> Differences:
        await audit.add(tx, changed, guild_id=guild_id, user_id=user_id, now=self._now())
        for change in changed:
            log.info(
                "rules.changed server=%d user=%d setting=%s", guild_id, user_id, change.setting
            )
        return changed

    def _spelled(self, before: ServerSettings, after: ServerSettings) -> ServerSettings | Objection:
        """The settings with every name as it is known; what did not change is left as it is."""
        zone, model = after.time_zone, after.model
        if zone is not None and zone != before.time_zone:
            zone = zone_named(zone)
            if zone is None:
                return UnknownZone(after.time_zone or "")
        if model is not None and model != before.model:
            found = self._painter(model)
            if isinstance(found, UnknownModel):
                return found
            if not self._imagines(found):
                return NoImagining(found)
            model = found
        allowed = after.allowed_models
        if allowed is not None and allowed != before.allowed_models:
            known = [self._painter(name) for name in sorted(allowed)]
            strange = next((each for each in known if isinstance(each, UnknownModel)), None)
            if strange is not None:
                return strange
            allowed = frozenset(each for each in known if isinstance(each, str))
        return replace(after, time_zone=zone, model=model, allowed_models=allowed)

    def _painter(self, name: str) -> str | UnknownModel:
        """The id of a model that somebody may choose."""
        model = self._catalogue.get(name)
        if model is None or not any(kind.paints for kind in model.kinds):
            return UnknownModel(name, self._catalogue.close(name))
        return model.id

    def _imagines(self, model_id: str) -> bool:
        model = self._catalogue.get(model_id)
        return model is not None and Kind.IMAGINE in model.kinds


async def _pause(tx: Transaction, guild_id: int) -> Gate | None:
    return pause_of(await gates.all_closed(tx), guild_id)
