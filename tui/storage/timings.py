"""How long jobs of a kind took, so that the next one's end can be told."""

import sqlite3

_WEIGHT = 0.3
"""How much the newest job counts."""


def learn(db: sqlite3.Connection, key: str, seconds: float) -> None:
    """Take one more job into account."""
    db.execute(
        "INSERT INTO timings (key, seconds, samples) VALUES (?, ?, 1) ON CONFLICT (key) DO UPDATE SET"
        " seconds = seconds + ? * (excluded.seconds - seconds), samples = samples + 1",
        (key, seconds, _WEIGHT),
    )


def all_expected(db: sqlite3.Connection, keys: frozenset[str]) -> dict[str, float]:
    """Seconds by key, of those that are known."""
    found = {key: expected(db, key) for key in keys}
    return {key: seconds for key, seconds in found.items() if seconds is not None}


def expected(db: sqlite3.Connection, key: str) -> float | None:
    """Seconds that a job of this kind takes, when there was one."""
    row = db.execute("SELECT seconds FROM timings WHERE key = ?", (key,)).fetchone()
    return None if row is None else float(row[0])
