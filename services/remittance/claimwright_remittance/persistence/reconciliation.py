"""Where the money of each file is, and what in the ledger does not add up.

Lists and pages show sums that a trigger keeps while entries are added; what the check says is summed up from the
entries alone, those sums themselves among it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text

from claimwright.messaging.work import Work
from claimwright_remittance.persistence import days


@dataclass(frozen=True, slots=True)
class Totals:
    """A payment and where it went: to claims, into suspense, to provider-level accounts."""

    payment_cents: int = 0
    posted_cents: int = 0
    suspense_cents: int = 0
    provider_level_cents: int = 0

    @property
    def difference_cents(self) -> int:
        """Return what of the payment is nowhere; zero in books that are right."""
        return self.payment_cents - self.posted_cents - self.suspense_cents - self.provider_level_cents


@dataclass(frozen=True, slots=True)
class SetTotals:
    """One transaction of a file with its totals."""

    remittance_id: UUID
    file_id: UUID
    set_ordinal: int
    state: str
    totals: Totals


_SETS: Final = """
  with cause as (
    select r.org_id, r.id as remittance_id, kind, c.id from remittance r
      join remit_claim c on (c.org_id, c.remittance_id) = (r.org_id, r.id)
     cross join (values ('remit_claim'), ('suspense_release')) as cause(kind)
     where {which}
    union all
    select r.org_id, r.id, 'provider_item', i.id from remittance r
      join provider_item i on (i.org_id, i.remittance_id) = (r.org_id, r.id)
     where {which}
    union all
    select r.org_id, r.id, 'person_act', s.id from remittance r
      join remit_claim c on (c.org_id, c.remittance_id) = (r.org_id, r.id)
      join person_act_shift s on (s.org_id, s.remit_claim_id) = (c.org_id, c.id)
     where {which}
    union all
    select r.org_id, r.id, 'accepted_difference', r.id from remittance r where {which}
  ), went as (
    select cause.remittance_id,
           sum(e.cents) filter (where e.account = 'payments' and e.claim_id is not null) as posted,
           -sum(e.cents) filter (where e.account = 'suspense') as suspense,
           -sum(e.cents) filter (where e.account like 'provider.%') as provider_level
      from cause
      join posting p on (p.org_id, p.cause_kind, p.cause_id) = (cause.org_id, cause.kind, cause.id)
      join ledger_entry e on (e.org_id, e.posting_id) = (p.org_id, p.id)
     group by cause.remittance_id
  )
  select r.id, r.file_id, r.set_ordinal, r.state, r.payment_cents,
         coalesce(posted, 0) as posted, coalesce(suspense, 0) as suspense, coalesce(provider_level, 0) as provider_level
    from remittance r left join went on went.remittance_id = r.id
   where {which}
   order by r.file_id, r.set_ordinal
"""
_ALL: Final = text(_SETS.format(which="true"))
_OF_FILES: Final = text(
    """
    select r.id, r.file_id, r.set_ordinal, r.state, r.payment_cents, t.posted, t.suspense, t.provider_level,
           r.has_totals
      from remittance r
     cross join lateral (
            select coalesce(sum(posted_cents), 0) as posted, coalesce(sum(suspense_cents), 0) as suspense,
                   coalesce(sum(provider_level_cents), 0) as provider_level
              from remittance_total t where (t.org_id, t.remittance_id) = (r.org_id, r.id)
           ) t
     where r.file_id = any(:file_ids)
     order by r.file_id, r.set_ordinal
    """
)
_OF_SOME: Final = text(_SETS.format(which="r.id = any(:remittance_ids)"))
_OFF: Final = """
  select summed.id, summed.posted - coalesce(kept.posted, 0) as posted,
         summed.suspense - coalesce(kept.suspense, 0) as suspense,
         summed.provider_level - coalesce(kept.provider_level, 0) as provider_level
    from ({sets}) summed
    left join (select remittance_id, sum(posted_cents) as posted, sum(suspense_cents) as suspense,
                      sum(provider_level_cents) as provider_level
                 from remittance_total where {kept} group by remittance_id) kept on kept.remittance_id = summed.id
   where (summed.posted, summed.suspense, summed.provider_level)
         <> (coalesce(kept.posted, 0), coalesce(kept.suspense, 0), coalesce(kept.provider_level, 0))
"""
"""By how much kept totals miss what the entries say: one statement, so that it may be asked while files post."""
_MEND: Final = (
    "insert into remittance_total (org_id, remittance_id, posted_cents, suspense_cents, provider_level_cents) "  # noqa: S608
    f"select :org_id, id, posted, suspense, provider_level from ({_OFF}) missing"
)
_FAULTY: Final = text(_OFF.format(sets=_SETS.format(which="r.has_totals"), kept="true"))
_MEND_ALL: Final = text(_MEND.format(sets=_SETS.format(which="true"), kept="true"))
_MEND_SOME: Final = text(
    _MEND.format(sets=_SETS.format(which="r.id = any(:remittance_ids)"), kept="remittance_id = any(:remittance_ids)")
)
_MENDING: Final = "hashtextextended(cast(:org_id as text), 5)"
"""Two who mend at once would each add what is missing."""
_MEND_ALONE: Final = text(f"select pg_advisory_xact_lock({_MENDING})")
_MAY_MEND: Final = text(f"select pg_try_advisory_xact_lock({_MENDING})")
_TAKE_TIME: Final = text("set local statement_timeout = '10min'")
_NOT_SUMMED_UP: Final = text(
    "select id from remittance where not has_totals order by id limit :most for no key update skip locked"
)
_SUMMED_UP: Final = text("update remittance set has_totals = true where id = any(:remittance_ids)")


async def sets_of_files(work: Work, file_ids: Sequence[UUID]) -> list[SetTotals]:
    """Return the transactions of files with what is posted of each, as it was summed up while it was posted.

    What was posted before sums were kept is summed up from its entries until `sum_up_earlier` has come to it.
    """
    rows = (await work.execute(_OF_FILES, {"file_ids": list(file_ids)})).all()
    earlier = [row.id for row in rows if not row.has_totals]
    summed: dict[UUID, Any] = {}
    if earlier:
        summed = {row.id: row for row in await work.execute(_OF_SOME, {"remittance_ids": earlier})}
    return [_set_totals(summed.get(row.id, row)) for row in rows]


async def take_time(work: Work) -> None:
    """Let the statements of this transaction take longer than others may: they read the whole ledger."""
    await work.execute(_TAKE_TIME)


async def mend_totals(work: Work) -> int:
    """Bring kept totals to what the entries say, and return of how many transactions they were others."""
    await work.execute(_TAKE_TIME)
    await work.execute(_MEND_ALONE, {"org_id": str(work.org_id)})
    return (await work.execute(_MEND_ALL, {"org_id": work.org_id})).rowcount


async def sum_up_earlier(work: Work, *, most: int) -> bool:
    """Keep the totals of some transactions that were registered before totals were kept; return whether any was left.

    It waits for nobody: what somebody posts just now comes next time.
    """
    if not (await work.execute(_MAY_MEND, {"org_id": str(work.org_id)})).scalar_one():
        return False
    remittance_ids = [row.id for row in await work.execute(_NOT_SUMMED_UP, {"most": most})]
    if not remittance_ids:
        return False
    await work.execute(_TAKE_TIME)
    await work.execute(_MEND_SOME, {"org_id": work.org_id, "remittance_ids": remittance_ids})
    await work.execute(_SUMMED_UP, {"remittance_ids": remittance_ids})
    return True


def posted_totals(sets: Iterable[SetTotals]) -> Totals:
    """Return the sums over what is posted."""
    posted = [each.totals for each in sets if each.state == "posted"]
    return Totals(
        payment_cents=sum(each.payment_cents for each in posted),
        posted_cents=sum(each.posted_cents for each in posted),
        suspense_cents=sum(each.suspense_cents for each in posted),
        provider_level_cents=sum(each.provider_level_cents for each in posted),
    )


async def all_sets(work: Work) -> list[SetTotals]:
    """Return every transaction of the organization with its totals, summed up from the entries."""
    return [_set_totals(row) for row in await work.execute(_ALL)]


def _set_totals(row: Any) -> SetTotals:
    return SetTotals(
        remittance_id=row.id,
        file_id=row.file_id,
        set_ordinal=row.set_ordinal,
        state=row.state,
        totals=Totals(
            payment_cents=row.payment_cents,
            posted_cents=int(row.posted),
            suspense_cents=int(row.suspense),
            provider_level_cents=int(row.provider_level),
        ),
    )


CHECKS: Final[Mapping[str, str]] = {
    "posting_out_of_balance": """
        select posting_id as id, sum(cents) as cents from ledger_entry group by posting_id having sum(cents) <> 0
    """,
    "claim_out_of_balance": """
        select claim_id as id, sum(cents) as cents from ledger_entry
         where claim_id is not null group by claim_id having sum(cents) <> 0
    """,
    "claim_charged_otherwise": """
        select b.claim_id as id, b.charge_cents + coalesce(sum(e.cents), 0) as cents
          from (select distinct on (claim_id) claim_id,
                       case when dropped_at is null then charge_cents else 0 end as charge_cents
                  from billed_claim
                 order by claim_id, queued_at desc, submission_id desc) b
          left join ledger_entry e on e.claim_id = b.claim_id and e.account = 'charges'
         group by b.claim_id, b.charge_cents having b.charge_cents + coalesce(sum(e.cents), 0) <> 0
    """,
    "posting_without_cause": """
        select p.id, 0 as cents from posting p
         where not exists (select from billed_claim b
                            where p.cause_kind = 'billed_claim' and b.submission_id = p.cause_id)
           and not exists (select from billed_claim_change v
                            where p.cause_kind = 'billed_claim_change' and v.id = p.cause_id)
           and not exists (select from remit_claim c
                            where p.cause_kind in ('remit_claim', 'suspense_release') and c.id = p.cause_id)
           and not exists (select from claim_drop d where p.cause_kind = 'dropped_claim' and d.id = p.cause_id)
           and not exists (select from person_act_shift s where p.cause_kind = 'person_act' and s.id = p.cause_id)
           and not exists (select from provider_item i where p.cause_kind = 'provider_item' and i.id = p.cause_id)
           and not exists (select from deposit_match m
                            where p.cause_kind in ('deposit_match', 'deposit_unmatch') and m.id = p.cause_id
                              and (p.cause_kind = 'deposit_match' or m.unmatched_at is not null))
           and not exists (select from acceptance a
                            where p.cause_kind = 'accepted_difference' and a.remittance_id = p.cause_id
                              and a.approved_by is not null)
    """,
    "entry_without_place": """
        select e.posting_id as id, e.cents from ledger_entry e
          join posting p on (p.org_id, p.id) = (e.org_id, e.posting_id)
         where p.cause_kind not in ('billed_claim', 'billed_claim_change', 'dropped_claim')
           and (e.artifact_id is null or e.segment is null or not e.byte_end > e.byte_start)
    """,
    "deposit_matched_otherwise": """
        select d.id, d.cents - coalesce(m.cents, 0) as cents from deposit d
          left join (select m.deposit_id, sum(i.cents)::bigint as cents,
                            bool_and(r.deposit_match_id is not distinct from m.id and r.payment_cents = i.cents) as fits
                       from deposit_match m
                       join deposit_match_remittance i on (i.org_id, i.match_id) = (m.org_id, m.id)
                       join remittance r on (r.org_id, r.id) = (i.org_id, i.remittance_id)
                      where m.unmatched_at is null group by m.deposit_id) m on m.deposit_id = d.id
         where (d.state = 'matched') <> (m.deposit_id is not null) or m.cents <> d.cents or not m.fits
    """,
    "deposit_posted_otherwise": """
        select m.id, (case when m.unmatched_at is null then d.cents else 0 end) - coalesce(sum(e.cents), 0) as cents
          from deposit_match m
          join deposit d on (d.org_id, d.id) = (m.org_id, m.deposit_id)
          left join posting p on p.org_id = m.org_id and p.cause_id = m.id
                and p.cause_kind in ('deposit_match', 'deposit_unmatch')
          left join ledger_entry e on (e.org_id, e.posting_id) = (p.org_id, p.id) and e.account = 'bank.deposits'
         group by m.id, m.unmatched_at, d.cents
        having (case when m.unmatched_at is null then d.cents else 0 end) <> coalesce(sum(e.cents), 0)
    """,
}
"""What may never be found in the ledger: a name, and the question whose answer has to be empty."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing in the ledger that does not add up, by the id that it is about."""

    code: str
    id: UUID
    cents: int


async def faults(work: Work) -> Sequence[Fault]:
    """Return everything in the organization's ledger that does not add up."""
    found = [
        Fault(code, row.id, int(row.cents))
        for code, question in CHECKS.items()
        for row in await work.execute(text(question))
    ]
    found += [
        Fault("payment_out_of_balance", each.remittance_id, each.totals.difference_cents)
        for each in await all_sets(work)
        if each.state == "posted" and each.totals.difference_cents
    ]
    found += [
        Fault("cached_total_differs", row.id, int(abs(row.posted) + abs(row.suspense) + abs(row.provider_level)))
        for row in await work.execute(_FAULTY)
    ]
    found += [Fault("closed_day_moved", work.org_id, cents) for _, cents in await days.moved_since(work)]
    return found
