"""Which picture files are still needed by anybody."""

from collections.abc import Collection

from sqlalchemy import select, union

from storage.database import Transaction
from storage.tables import easels, inputs, picks, pictures, thumbnails


async def needed(tx: Transaction, digests: Collection[str]) -> set[str]:
    """Those of the digests that anything still names: jobs, thumbnails, choices, easels."""
    query = union(
        select(pictures.c.sha256).where(pictures.c.sha256.in_(digests)),
        select(thumbnails.c.sha256).where(thumbnails.c.sha256.in_(digests)),
        select(inputs.c.sha256).where(inputs.c.sha256.in_(digests)),
        select(picks.c.sha256).where(picks.c.sha256.in_(digests)),
        select(easels.c.source_sha256).where(easels.c.source_sha256.in_(digests)),
    )
    return set((await tx.execute(query)).scalars())
