"""A posting is of today, or of the day behind the last closed one; a closed day is never opened."""

from datetime import date

import pytest

from claimwright.refusals import Refusal
from claimwright_remittance.domain.days.days import DayClosed, DayNotBegun, open_day, refuse_close

CASES = """
    today       last closed   posted on     close 03-04
    2026-03-05  -             2026-03-05    done
    2026-03-05  2026-03-03    2026-03-05    done
    2026-03-05  2026-03-04    2026-03-05    closed
    2026-03-05  2026-03-05    2026-03-06    closed
    2026-03-04  2026-03-03    2026-03-04    done
    2026-03-03  2026-03-02    2026-03-03    not begun
"""
REFUSED: dict[str, type[Refusal]] = {"closed": DayClosed, "not begun": DayNotBegun}


@pytest.mark.parametrize("row", CASES.strip().splitlines()[1:])
def test_days(row: str) -> None:
    today_text, last, posted_on, *words = row.split()
    today = date.fromisoformat(today_text)
    last_closed = None if last == "-" else date.fromisoformat(last)

    assert open_day(today, last_closed) == date.fromisoformat(posted_on)
    refusal = REFUSED.get(" ".join(words))
    if refusal is None:
        refuse_close(date(2026, 3, 4), today=today, last_closed=last_closed)
    else:
        with pytest.raises(refusal):
            refuse_close(date(2026, 3, 4), today=today, last_closed=last_closed)
