"""Roles are sets of permissions, and what must stay apart stays apart.

Seen to fail: with `adjustment:approve` given to the poster, and with `identity:read` given to the admin.
"""

import pytest

from claimwright.security.permissions import (
    CATALOG,
    PARTNER_SCOPES,
    ROLES,
    Kind,
    Role,
    UnknownPermission,
    known,
)

WRITES = {Kind.DATA_WRITE, Kind.ADMIN_WRITE}


def kinds_of(role: Role) -> set[Kind]:
    return {CATALOG[name].kind for name in ROLES[role]}


def test_every_role_holds_permissions_of_the_catalog_alone() -> None:
    for role, held in ROLES.items():
        assert held <= CATALOG.keys(), role
    assert not PARTNER_SCOPES - CATALOG.keys()
    assert set(ROLES) == set(Role)


def test_every_permission_is_held_by_somebody() -> None:
    held = PARTNER_SCOPES.union(*ROLES.values())

    assert held == CATALOG.keys()


def test_who_posts_money_does_not_approve_it() -> None:
    for role, held in ROLES.items():
        assert not {"adjustment:write", "adjustment:approve"} <= held, role


def test_who_posts_money_neither_closes_its_day_nor_says_how_files_are_posted() -> None:
    for role, held in ROLES.items():
        if "adjustment:write" in held:
            assert not {"day:close", "policy:write"} & held, role


def test_who_posts_money_sends_no_claims() -> None:
    assert not {"submission:write", "encounter:write"} & ROLES[Role.POSTER]


def test_who_bills_posts_no_money() -> None:
    assert not {"remittance:write", "adjustment:write"} & ROLES[Role.BILLER]


def test_who_codes_sees_no_money_and_no_identity() -> None:
    assert not {"ledger:read", "remittance:read", "remittance:write", "identity:read"} & ROLES[Role.CODER]


def test_who_administers_sees_no_patient_and_no_money() -> None:
    assert not kinds_of(Role.ADMIN) & {Kind.DATA_READ, Kind.DATA_WRITE}


def test_who_audits_reads_everything_and_changes_nothing() -> None:
    assert not kinds_of(Role.AUDITOR) & WRITES
    assert ROLES[Role.AUDITOR] == {name for name, permission in CATALOG.items() if permission.kind not in WRITES}


def test_a_partners_key_never_opens_what_is_sealed_nor_administers() -> None:
    for name in PARTNER_SCOPES:
        assert not CATALOG[name].opens
        assert CATALOG[name].kind in {Kind.DATA_READ, Kind.DATA_WRITE}


def test_who_gives_access_has_no_other_write_permission() -> None:
    for role, held in ROLES.items():
        if "access:write" in held:
            writes = {name for name in held if CATALOG[name].kind in WRITES}
            assert writes == {"access:write"}, role


def test_a_misspelled_permission_does_not_pass() -> None:
    with pytest.raises(UnknownPermission):
        known("encounters:write")
