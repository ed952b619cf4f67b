"""How quick the X12 readers are, beside others and beside a bare split loop, in one run on one core.

`pytest -m bench -s tests/bench` prints the ratios. `X12_BENCH_MB` sets the size of the files (50 by default). The
timed loops read every field of every value, and the sums have to be those of the peer.
"""

import re
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import openx12.x837p
import oxedi
import pytest
from x12sdk.io import X12ModelReader

from claimwright.x12 import read_claims, read_remittances, read_remitted_claims, tokens
from tests.support.benches_x12 import BATCH, MEGABYTES, SEED, BenchFiles
from tests.support.benchmark import Bar, Runner, against, circumstances, race, report
from tests.support.every_field import read_claim, read_remit_claim, read_remittance

OURS = "claimwright, every field read"


@pytest.mark.timeout(3600)
def test_835_to_typed_claims(files: BenchFiles) -> None:
    data = files.remittances.read_bytes()
    count = files.remit_count
    runners = (
        Runner("bare split, nothing kept", count, lambda: split(data)),
        Runner("oxedi, parsed only", count, lambda: oxedi.parse(data)),
        Runner("oxedi, its tables read", count, lambda: oxedi_sums(data)),
        Runner("claimwright, whole remittances, every field read", count, lambda: our_whole_sums(data)),
        Runner(OURS, count, lambda: our_sums(data)),
    )
    assert our_sums(data) == our_whole_sums(data) == oxedi_sums(data)

    rates = race(*runners)

    print(f"\n{circumstances(SEED, 'oxedi', 'polars')}")
    report(
        f"835 to typed claims, {MEGABYTES:g} MB",
        runners,
        rates,
        (
            Bar(OURS, "oxedi, its tables read", must=0.5, stretch=0.9),
            Bar(OURS, "oxedi, parsed only"),
            Bar(OURS, "bare split, nothing kept"),
        ),
    )


@pytest.mark.timeout(3600)
def test_835_in_which_no_service_comes_twice(files: BenchFiles) -> None:
    # What is read once and known from then on helps with the generated file; here it can't.
    data = varied(files.first_remittances() * 8)
    count = BATCH * 8
    runners = (
        Runner("oxedi, its tables read", count, lambda: oxedi_sums(data)),
        Runner(OURS, count, lambda: our_sums(data)),
    )
    assert our_sums(data) == oxedi_sums(data)

    rates = race(*runners)

    print(f"\n{circumstances(SEED, 'oxedi', 'polars')}")
    bar = Bar(OURS, "oxedi, its tables read", must=0.5, stretch=0.9)
    report("835 in which no service and no adjustment comes twice, eight interchanges", runners, rates, (bar,))


@pytest.mark.timeout(3600)
def test_837p_to_typed_claims(files: BenchFiles) -> None:
    data, part = files.claims.read_bytes(), files.first_claims()
    text = part.decode("latin-1")
    count = files.claim_count
    runners = (
        Runner("bare split, nothing kept", count, lambda: split(data)),
        Runner("claimwright, tokens", count, lambda: sum(1 for _ in tokens(data))),
        Runner("x12sdk, every field read (one interchange)", BATCH, lambda: x12sdk_charges(text)),
        Runner("openx12, untyped, nothing read (one interchange)", BATCH, lambda: openx12.x837p.parse(text)),
        Runner(OURS, count, lambda: our_charges(data)),
    )
    assert our_charges(part) == x12sdk_charges(text)

    rates = race(*runners)

    print(f"\n{circumstances(SEED, 'x12sdk', 'openx12')}")
    report(
        f"837P to typed claims, {MEGABYTES:g} MB",
        runners,
        rates,
        (
            Bar(OURS, "x12sdk, every field read (one interchange)", must=20),
            Bar(OURS, "openx12, untyped, nothing read (one interchange)", stretch=10),
            Bar(OURS, "bare split, nothing kept"),
        ),
    )


@pytest.mark.timeout(3600)
def test_memory_over_the_import(files: BenchFiles) -> None:
    print()
    for kind, path in (("837P", files.claims), ("835", files.remittances)):
        for megabytes in (MEGABYTES, MEGABYTES * 20):
            command = [sys.executable, "-m", "tests.support.memory_x12", kind, str(path), str(megabytes)]
            done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=Path(__file__).parents[2])
            count, mib = done.stdout.split()
            verdict = against(-float(mib), -40, -24).replace("-", "")
            print(f"{kind} of {megabytes:>7,g} MB, {int(count):>9,} claims: {float(mib):.1f} MiB at most; {verdict}")


def split(data: bytes) -> None:
    for row in data.decode("latin-1").split("~"):
        row.split("*")


def varied(data: bytes) -> bytes:
    """Give each service another code and amounts, and each adjustment another amount; nothing balances any more."""
    random = Random(SEED)

    def amount() -> bytes:
        return b"%d.%02d" % (random.randrange(10_000), random.randrange(100))

    data = re.sub(
        rb"~SVC\*HC:\d+\*[^*]*\*[^*]*",
        lambda _: b"~SVC*HC:%05d*%b*%b" % (random.randrange(100_000), amount(), amount()),
        data,
    )
    return re.sub(rb"(~CAS\*\w\w\*\w+\*)[\d.]+", lambda found: found[1] + amount(), data)


def our_sums(data: bytes) -> tuple[int, Decimal, Decimal]:
    """Return claims, what was paid and what was adjusted, each claim let go when it is read."""
    count, paid, adjusted = 0, Decimal(0), Decimal(0)
    for remittance, claim in read_remitted_claims(data, []):
        if claim is None:
            read_remittance(remittance)
            continue
        each_paid, each_adjusted = read_remit_claim(claim)
        count += 1
        paid += each_paid
        adjusted += each_adjusted
    return count, paid, adjusted


def our_whole_sums(data: bytes) -> tuple[int, Decimal, Decimal]:
    """Return the same, each remittance kept until it is whole."""
    count, paid, adjusted = 0, Decimal(0), Decimal(0)
    for remittance in read_remittances(data, []):
        claims, each_paid, each_adjusted = read_remittance(remittance)
        count += claims
        paid += each_paid
        adjusted += each_adjusted
    return count, paid, adjusted


def oxedi_sums(data: bytes) -> tuple[int, Decimal, Decimal]:
    """Have every value of its tables as a Python value; polars is the quickest of the ways that it offers."""
    tables = oxedi.parse(data).tables
    values: dict[str, dict[str, list[Any]]] = {}
    for name in tables:
        frame = tables[name].to_polars()
        values[name] = {column: frame[column].to_list() for column in frame.columns}
    paid = sum(values["claims"]["payment_amount"], Decimal(0))
    return len(values["claims"]["row"]), paid, sum(values["adjustments"]["amount"], Decimal(0))


def our_charges(data: bytes) -> tuple[int, Decimal]:
    """Return claims and the sum of all charges, of claims and of lines."""
    count, charges = 0, Decimal(0)
    for _, claim in read_claims(data, []):
        charges += read_claim(claim)
        count += 1
    return count, charges


def x12sdk_charges(text: str) -> tuple[int, Decimal]:
    count, charges = 0, Decimal(0)
    with X12ModelReader(text) as reader:
        for model in reader.models():
            read_model(model)
            for claim in model.claims():  # type: ignore[attr-defined]
                count += 1
                charges += claim.charge
                charges += sum(line.sv1_segment.line_item_charge_amount for line in claim.claim.loop_2400)
    return count, charges


def read_model(value: Any) -> None:
    """Read every field of a pydantic model and of those inside it."""
    if isinstance(value, list):
        for each in value:
            read_model(each)
    elif hasattr(value, "__pydantic_fields_set__"):
        for each in value.__dict__.values():
            read_model(each)
