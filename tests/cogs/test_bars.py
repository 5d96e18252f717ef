"""A bar never says that nothing is left where something is, nor the other way round."""

import pytest

from cogs.bars import CELLS, bar


@pytest.mark.parametrize(
    ("used", "limit", "filled"),
    [
        (0, 200, 0),
        (1, 200, 1),
        (100, 200, 5),
        (110, 200, 6),
        (199, 200, 9),
        (200, 200, 10),
        # A limit that was lowered below what is used.
        (300, 200, 10),
        (0, 0, 10),
        # A refund of more than is booked would be a fault elsewhere; the bar stays a bar.
        (-1, 200, 0),
        (1, 1, 10),
        (1, 3, 3),
    ],
)
def test_a_bar_has_ten_cells(used: int, limit: int, filled: int) -> None:
    drawn = bar(used, limit)

    assert len(drawn) == CELLS
    assert drawn == "▰" * filled + "▱" * (CELLS - filled)
