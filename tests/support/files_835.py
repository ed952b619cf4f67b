"""835 files for tests, from a few words: claims with their lines and adjustments, and what is set off against them."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from decimal import Decimal

from claimwright import x12
from claimwright.x12.models import remittances as models
from claimwright.x12.models.values import Amount, Dated, Quantity, money_of_cents, quantity_of
from claimwright.x12.write.envelopes import interchange
from claimwright.x12.write.remittances import GUIDE
from claimwright.x12.write.remittances import _remittance as write_segments
from claimwright.x12.write.segments import Policy, SegmentWriter, Written

SERVICE_DAY = date(2026, 3, 2)
ENVELOPE = x12.Envelope(x12.Endpoint("ZZ", "SANDBOX"), x12.Endpoint("ZZ", "CLAIMWRIGHT"), "T")
MOMENT = datetime(2026, 3, 2, tzinfo=UTC)
UNBALANCED = {
    "x12.remit_line",
    "x12.remit_claim",
    "x12.remit_total",
    "x12.remit_negative",
    "x12.remit_zero_method",
    "x12.element_code",  # adjustment group CR, as files of the older version have it
}
NO_UNITS = Quantity(Decimal(0), "")


@dataclass(frozen=True)
class LineSaid:
    """One SVC. `charge` is what balances unless it is given; an empty `control` sends no REF*6R."""

    paid: int
    codes: tuple[tuple[str, int], ...] = ()
    code: str = "99213"
    control: str = ""
    charge: int | None = None
    submitted: str | None = None
    modifiers: tuple[str, ...] = ()
    dated: bool = True
    remarks: tuple[str, ...] = ()

    @property
    def charged(self) -> int:
        return self.paid + sum(cents for _, cents in self.codes) if self.charge is None else self.charge


@dataclass(frozen=True)
class ClaimSaid:
    """One CLP; `codes` are adjustments of the claim as a whole. Charge and payment are what balances."""

    number: str
    lines: tuple[LineSaid, ...]
    status: str = "1"
    icn: str = ""
    codes: tuple[tuple[str, int], ...] = ()
    interest: int = 0
    charge: int | None = None
    paid: int | None = None
    earlier: str = ""
    crossover: bool = False
    insured_corrected: bool = False

    @property
    def charged(self) -> int:
        if self.charge is not None:
            return self.charge
        return sum(line.charged for line in self.lines) + (0 if self.lines else sum(cents for _, cents in self.codes))

    @property
    def paid_cents(self) -> int:
        if self.paid is not None:
            return self.paid
        return sum(line.paid for line in self.lines) - sum(cents for _, cents in self.codes) * bool(self.lines)

    def turned(self) -> "ClaimSaid":
        """Return the reversal: all amounts negated."""
        lines = tuple(
            replace(line, paid=-line.paid, codes=_negated(line.codes), charge=-line.charged) for line in self.lines
        )
        return replace(
            self, status="22", lines=lines, codes=_negated(self.codes), charge=-self.charged, paid=-self.paid_cents
        )


@dataclass
class SetSaid:
    """One ST. `total` is what balances unless it is given."""

    trace: str
    payer: str = "PAYER1"
    day: date = SERVICE_DAY
    claims: list[ClaimSaid] = field(default_factory=list)
    provider_items: list[tuple[str, str, int]] = field(default_factory=list)
    total: int | None = None

    @property
    def paid_cents(self) -> int:
        if self.total is not None:
            return self.total
        return sum(claim.paid_cents for claim in self.claims) - sum(cents for *_, cents in self.provider_items)


def file_835(sets: Sequence[SetSaid], *, control: int = 1, judged: bool = True) -> bytes:
    """Return the bytes of one interchange; `judged=False` is quicker and takes what our writer would refuse."""
    if not judged:
        return _unjudged(sets, control).data
    written = x12.write_835(
        [_remittance(each) for each in sets],
        envelope=ENVELOPE,
        control=x12.ControlNumbers(control, control, control),
        moment=MOMENT,
    )
    codes = {finding.code for finding in written.findings}
    if not written.data and codes <= UNBALANCED:
        written = _unjudged(sets, control)
    assert written.data, codes
    return written.data


def _unjudged(sets: Sequence[SetSaid], control: int) -> Written:
    """Write what our writer refuses: payers do send files that do not balance."""
    writers = []
    for each in sets:
        writer = SegmentWriter(ENVELOPE.delimiters, Policy.REFUSE)
        write_segments(writer, _remittance(each))
        writers.append(writer)
    return interchange(
        writers,
        set_id="835",
        functional_id="HP",
        guide=GUIDE,
        names_guide=False,
        envelope=ENVELOPE,
        control=x12.ControlNumbers(control, control, control),
        moment=MOMENT,
    )


def _remittance(said: SetSaid) -> models.Remittance:
    is_nothing = said.paid_cents == 0
    return models.Remittance(
        handling="H" if is_nothing else "I",
        payment=money_of_cents(said.paid_cents),
        credit_debit="C",
        payment_method="NON" if is_nothing else "ACH",
        payment_date=f"{said.day:%Y%m%d}",
        trace_number=said.trace,
        trace_payer_id="1999999999",
        payer=x12.Party(
            "PR",
            last_name="SANDBOX PAYER",
            id_qualifier="XV",
            id=said.payer,
            address=x12.Address("1 MAIN ST", "", "ALBANY", "NY", "12207"),
            contacts=(x12.Contact("BL", "BILLING", (("TE", "5185550100"),)),),
        ),
        payee=x12.Party("PE", last_name="CLINIC", id_qualifier="XX", id="1234567893"),
        groups=(models.ClaimGroup("1", tuple(_claim(claim) for claim in said.claims)),) if said.claims else (),
        provider_adjustments=tuple(
            models.ProviderAdjustment("1234567893", "20261231", code, reference, money_of_cents(cents))
            for code, reference, cents in said.provider_items
        ),
    )


def _claim(said: ClaimSaid) -> models.RemitClaim:
    share = sum(
        cents
        for code, cents in (*said.codes, *(each for line in said.lines for each in line.codes))
        if code.startswith("PR-")
    )
    parties = [x12.Party("QC", last_name="DOE", first_name="JO", kind="1", id_qualifier="MI", id="M1")]
    if said.insured_corrected:
        parties.append(x12.Party("74", last_name="ROE", first_name="JO", kind="1", id_qualifier="C", id="M2"))
    if said.crossover:
        parties.append(x12.Party("TT", last_name="NEXT PAYER", id_qualifier="PI", id="PAYER2"))
    return models.RemitClaim(
        patient_control_number=said.number,
        claim_outcome_code=said.status,
        charge=money_of_cents(said.charged),
        paid=money_of_cents(said.paid_cents),
        patient_responsibility=money_of_cents(share) if share > 0 else x12.NO_MONEY,
        claim_filing_indicator="12",
        payer_claim_control_number=said.icn,
        facility_code="11",
        claim_frequency_code="1",
        adjustments=_adjustments(said.codes),
        parties=tuple(parties),
        references=(x12.Reference("F8", said.earlier),) if said.earlier else (),
        amounts=(Amount("I", money_of_cents(said.interest)),) if said.interest else (),
        lines=tuple(_line(line) for line in said.lines),
    )


def _line(said: LineSaid) -> models.RemitLine:
    return models.RemitLine(
        procedure=x12.Procedure("HC", said.code, said.modifiers),
        charge=money_of_cents(said.charged),
        paid=money_of_cents(said.paid),
        submitted=x12.Procedure("HC", said.submitted) if said.submitted else None,
        submitted_units=quantity_of(1) if said.submitted else NO_UNITS,
        dates=(Dated("472", "D8", f"{SERVICE_DAY:%Y%m%d}"),) if said.dated else (),
        adjustments=_adjustments(said.codes),
        references=(x12.Reference("6R", said.control),) if said.control else (),
        remark_codes=tuple(("HE", remark) for remark in said.remarks),
    )


def _adjustments(codes: Sequence[tuple[str, int]]) -> tuple[x12.Adjustment, ...]:
    return tuple(
        x12.Adjustment(code.partition("-")[0], code.partition("-")[2], money_of_cents(cents)) for code, cents in codes
    )


def _negated(codes: tuple[tuple[str, int], ...]) -> tuple[tuple[str, int], ...]:
    return tuple((code, -cents) for code, cents in codes)
