"""What members set for themselves, in each server anew. Judges models; starts no work."""

from collections.abc import Collection
from dataclasses import asdict, dataclass, replace
from enum import StrEnum

from bot.domain.preferences import MemberSettings, ServerSettings
from bot.domain.refusal import BadOption, ModelNotAllowed, UnknownModel
from bot.domain.request import Aspect, ImageRequest, Kind
from bot.engine.policy import Policy
from bot.modelslab.catalogue import Catalogue, review
from storage import preferences
from storage.database import Database, Transaction


class Habit(StrEnum):
    """What a member may set, named like the fields of `MemberSettings`."""

    MODEL = "model"
    ASPECT = "aspect"
    COUNT = "count"
    NEGATIVE = "negative"
    PRIVATE = "private"
    PING = "ping"


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """A member's own settings, and `model`: what really paints when they name none here."""

    own: MemberSettings
    model: str


Unfit = UnknownModel | ModelNotAllowed | BadOption
"""Why settings were not taken; then nothing was changed."""


class Members:
    """Keeps members' own defaults."""

    def __init__(self, database: Database, *, catalogue: Catalogue, policy: Policy) -> None:
        self._database = database
        self._catalogue = catalogue
        self._policy = policy

    async def habits(self, *, guild_id: int, user_id: int) -> Habits:
        """What a member has set here; for PERSONAL, outside of servers."""
        async with self._database.reading() as tx:
            own, server = await _read(tx, guild_id=guild_id, user_id=user_id)
        return Habits(own=own, model=self._painting(own, server))

    async def change(
        self,
        given: MemberSettings,
        *,
        reset: Collection[Habit] = (),
        guild_id: int,
        user_id: int,
    ) -> Habits | Unfit:
        """Set what is given, unset what is named in `reset`, and leave the rest as it is.

        What is given wins over a reset of the same. All of it is taken, or nothing.
        """
        async with self._database.transaction() as tx:
            before, server = await _read(tx, guild_id=guild_id, user_id=user_id)
            if given.model is not None:
                fitting = self._fitting(given.model, server)
                if not isinstance(fitting, str):
                    return fitting
                given = replace(given, model=fitting)
            after = _changed(before, given, reset)
            painting = self._painting(after, server)
            unfit = self._unfit_together(before, after, painting)
            if unfit is not None:
                return unfit
            if after != before:
                await preferences.set_member(tx, after, guild_id=guild_id, user_id=user_id)
        return Habits(own=after, model=painting)

    def _fitting(
        self, named: str, server: ServerSettings
    ) -> str | UnknownModel | ModelNotAllowed | BadOption:
        """The id of a model that may paint here, or why it may not."""
        model = self._catalogue.get(named)
        if model is None:
            return UnknownModel(named, self._catalogue.close(named))
        if Kind.IMAGINE not in model.kinds:
            close = self._catalogue.close(named) or [
                each.id for each in self._catalogue.search("", limit=3)
            ]
            return BadOption("model", ", ".join(close))
        if not server.allows_model(model.id):
            allowed = self._catalogue.able(server.allowed_models or (), kind=Kind.IMAGINE)
            return ModelNotAllowed(model.id, allowed)
        return model.id

    def _painting(self, own: MemberSettings, server: ServerSettings) -> str:
        wanted = (own.model, server.model, self._policy.default_model)
        return self._catalogue.default(Kind.IMAGINE, *wanted, allowed=server.allowed_models)

    def _unfit_together(
        self, before: MemberSettings, after: MemberSettings, model_id: str
    ) -> BadOption | None:
        """What would refuse every plain /imagine from now on; what was so before may stay."""
        if (before.model, before.count, before.aspect) == (after.model, after.count, after.aspect):
            return None
        model = self._catalogue.get(model_id)
        if model is None:
            return None
        plain = ImageRequest(
            kind=Kind.IMAGINE,
            prompt="",
            model=model.id,
            count=after.count or 1,
            aspect=after.aspect or Aspect.SQUARE,
        )
        said = review(model, plain)
        return said if isinstance(said, BadOption) else None


async def _read(
    tx: Transaction, *, guild_id: int, user_id: int
) -> tuple[MemberSettings, ServerSettings]:
    own = await preferences.of_member(tx, guild_id=guild_id, user_id=user_id)
    return own, await preferences.of_server(tx, guild_id)


def _changed(
    before: MemberSettings, given: MemberSettings, reset: Collection[Habit]
) -> MemberSettings:
    kept = {name: None if name in reset else value for name, value in asdict(before).items()}
    said = {name: value for name, value in asdict(given).items() if value is not None}
    return MemberSettings(**{**kept, **said})
