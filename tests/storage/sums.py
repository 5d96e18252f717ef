"""The quotas' sums, drawn anew from the ledger in plain SQL, to hold the kept ones against."""

#: Every sum that the kept ones have otherwise: nothing at all, where they are right.
DRIFT = """
WITH plain (guild_id, user_id, period, pictures, cost_micros) AS (
    SELECT guild_id, user_id, day, sum(pictures), sum(cost_micros) FROM ledger GROUP BY 1, 2, 3
    UNION ALL
    SELECT guild_id, user_id, month, sum(pictures), sum(cost_micros) FROM ledger GROUP BY 1, 2, 3
    UNION ALL
    SELECT guild_id, 0, day, sum(pictures), sum(cost_micros) FROM ledger GROUP BY 1, 3
    UNION ALL
    SELECT guild_id, 0, month, sum(pictures), sum(cost_micros) FROM ledger GROUP BY 1, 3
    UNION ALL
    SELECT guild_id, 0, 'utc:' || utc_day, sum(pictures), sum(cost_micros)
    FROM ledger GROUP BY 1, 3
    UNION ALL
    SELECT 0, 0, 'utc:' || utc_month, sum(pictures), sum(cost_micros) FROM ledger GROUP BY 3
),
kept AS (SELECT guild_id, user_id, period, pictures, cost_micros FROM totals)
SELECT 'in the ledger' AS stands, * FROM (SELECT * FROM plain EXCEPT SELECT * FROM kept)
UNION ALL
SELECT 'as a total' AS stands, * FROM (SELECT * FROM kept EXCEPT SELECT * FROM plain)
"""
