"""The clock of the mock: the machine's time plus an offset that the control interface moves; and times as text."""

from __future__ import annotations

import re
import time
from datetime import UTC, date, datetime, timedelta, timezone
from functools import lru_cache

# Times the API can print: years 1 to 9999 with a day to spare for the offset.
MINIMUM_MS = -62_135_510_400_000
MAXIMUM_MS = 253_402_214_400_000

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}\Z", re.ASCII)
_TIME = re.compile(
    r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}([.,]\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})?\Z", re.ASCII | re.IGNORECASE
)


class Clock:
    """Milliseconds since the epoch; *offset_ms* is what the control interface added."""

    def __init__(self, offset_ms: int = 0) -> None:
        self.offset_ms = offset_ms

    def now_ms(self) -> int:
        return time.time_ns() // 1_000_000 + self.offset_ms


@lru_cache(maxsize=8192)
def write_time(epoch_ms: int, offset_minutes: int) -> str:
    """Write *epoch_ms* as ``YYYY-MM-DDThh:mm:ss.mmm+hh:mm`` in the zone *offset_minutes* east of UTC."""
    moment = (_EPOCH + timedelta(milliseconds=epoch_ms)).astimezone(timezone(timedelta(minutes=offset_minutes)))
    return moment.isoformat(timespec="milliseconds")


def read_time(text: str, naive_offset_minutes: int = 0) -> int | None:
    """
    Read an ISO 8601 time or a bare date (midnight UTC).

    Returns: milliseconds since the epoch, finer digits dropped; None when *text* is no such time.
    """
    try:
        if _DATE.match(text):
            day = date.fromisoformat(text)
            moment = datetime(day.year, day.month, day.day, tzinfo=UTC)
        elif _TIME.match(text):
            moment = datetime.fromisoformat(_python_spelling(text))
        else:
            return None
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=timezone(timedelta(minutes=naive_offset_minutes)))
        epoch_ms = (moment - _EPOCH) // timedelta(milliseconds=1)
    except (ValueError, OverflowError):
        return None
    return epoch_ms if MINIMUM_MS <= epoch_ms <= MAXIMUM_MS else None


def _python_spelling(text: str) -> str:
    """Fractions of one to nine digits become six, which is what ``fromisoformat`` reads in every case."""
    return re.sub(r"[.,](\d{1,9})", lambda found: "." + found[1][:6].ljust(6, "0"), text.upper())
