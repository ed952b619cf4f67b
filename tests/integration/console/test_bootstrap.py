"""The first start of a deployment, and every later one."""

from claimwright.security.permissions import Role
from claimwright_console.persistence import access_record, people
from claimwright_console.usecases.bootstrap import bootstrap, issue_links
from tests.support.console import TestConsole


async def test_a_second_bootstrap_keeps_everything(console: TestConsole) -> None:
    async with console.core.transactions.begin(org_id=console.org_id, actor="test") as work:
        staff = await people.listed(work)
        keys = await access_record.api_keys(work)

    again = await bootstrap(console.core.transactions, encryption_keys=console.settings.keys, needs_key=False)

    assert again is None
    async with console.core.transactions.begin(org_id=console.org_id, actor="test") as work:
        assert await people.listed(work) == staff
        assert await access_record.api_keys(work) == keys
        assert [row.name for row in await access_record.organizations(work.connection)] == [
            console.handover.organization
        ]


async def test_a_lost_handover_gets_a_new_key_of_the_same_organization(console: TestConsole) -> None:
    again = await bootstrap(console.core.transactions, encryption_keys=console.settings.keys, needs_key=True)

    assert again is not None
    assert again.org_id == console.org_id
    assert again.api_key != console.handover.api_key
    assert again.api_key.startswith("cw_test_")


async def test_links_are_one_a_role_and_in_production_the_operators_alone(console: TestConsole) -> None:
    local = await issue_links(console.core.transactions, operator_only=False)
    production = await issue_links(console.core.transactions, operator_only=True)

    assert [link.role for link in local] == [*(role.value for role in Role), "operator"]
    assert [link.role for link in production] == ["operator"]
