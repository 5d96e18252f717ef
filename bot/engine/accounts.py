"""What members may read of their own account and of their server's. Books nothing."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot.domain.request import PERSONAL, Requester
from bot.engine.account import Account, account_of
from bot.engine.policy import Policy
from storage import preferences
from storage.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """An account as it stood at one moment.

    `by_role`: one of the member's roles sets their daily limit. `budget_spent`: the owner's budget
    has no room for even one more picture; how much money that is, nobody reads here.
    """

    account: Account
    by_role: bool
    budget_spent: bool

    @property
    def left_today(self) -> int | None:
        """Pictures that may still be asked for today; None where nothing limits them."""
        return 0 if self.budget_spent else self.account.left_today


class Accounts:
    """Opens the books for those whose account it is."""

    def __init__(self, database: Database, *, policy: Policy, now: Callable[[], datetime]) -> None:
        self._database = database
        self._policy = policy
        self._now = now

    async def statement(self, requester: Requester) -> Statement:
        """The account of whoever asks, there where they ask."""
        guild_id = requester.guild_id
        async with self._database.reading() as tx:
            account = await account_of(tx, requester, policy=self._policy, now=self._now())
            with_limits = (
                {} if guild_id == PERSONAL else await preferences.role_limits(tx, guild_id)
            )
        return Statement(
            account=account,
            by_role=any(role_id in with_limits for role_id in requester.role_ids),
            budget_spent=self._budget_spent(account),
        )

    def _budget_spent(self, account: Account) -> bool:
        budget = account.limits.owner_budget
        one_more_cents = self._policy.price_micros / 10_000
        return budget is not None and account.usage.owner_budget + one_more_cents > budget
