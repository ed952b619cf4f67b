"""When work is due, counted in days on which people work."""

from datetime import datetime, timedelta
from typing import Final

_SATURDAY: Final = 5


def after_working_days(moment: datetime, days: int) -> datetime:
    """Return the same time of day, so many days from Monday to Friday later. Public holidays count as work days."""
    due = moment
    while days > 0:
        due += timedelta(days=1)
        if due.weekday() < _SATURDAY:
            days -= 1
    return due
