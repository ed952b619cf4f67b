"""Banks' files for tests, from a few words: credits of a day, as CSV or as BAI2 whose totals fit."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from tests.support.files_835 import SERVICE_DAY

ACCOUNT = "4400011122233"


@dataclass(frozen=True)
class Said:
    """One line. With a trace number the text holds it as the payment's addenda do."""

    cents: int
    trace: str = ""
    day: date = SERVICE_DAY
    text: str = "ACH CREDIT SANDBOX PAYER"
    payer_id: str = "1999999999"
    code: str = "165"
    reference: str = "REF1"

    @property
    def words(self) -> str:
        return f"{self.text} TRN*1*{self.trace}*{self.payer_id}\\" if self.trace else self.text


def csv_of(lines: Sequence[Said], *, account: str = ACCOUNT) -> bytes:
    """Return a CSV file with the headings that many banks use."""
    rows = ["Account Number,Posting Date,Amount,Reference,Description"]
    rows += [f'{account},{each.day},{_dollars(each.cents)},{each.reference},"{each.words}"' for each in lines]
    return "\r\n".join([*rows, ""]).encode()


def bai2_of(lines: Sequence[Said], *, account: str = ACCOUNT) -> bytes:
    """Return a BAI2 file of one group and account; all lines are of the day of the first."""
    day = lines[0].day if lines else SERVICE_DAY
    details = []
    for each in lines:
        details.append(f"16,{each.code},{each.cents},Z,{each.reference},,{each.text}")
        details += [f"88,TRN*1*{each.trace}*{each.payer_id}\\"] if each.trace else []
    total = 500 + sum(each.cents for each in lines)
    inside = [f"03,{account},USD,015,500,,/", *details]
    count = len(inside) + 1
    records = [
        "01,121000248,CLINIC,260302,0600,1,80,,2/",
        f"02,CLINIC,121000248,1,{day:%y%m%d},2359,USD,2/",
        *inside,
        f"49,{total},{count}/",
        f"98,{total},1,{count + 2}/",
        f"99,{total},1,{count + 4}/",
    ]
    return "\n".join([*records, ""]).encode()


def _dollars(cents: int) -> str:
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100}.{abs(cents) % 100:02d}"
