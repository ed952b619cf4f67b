"""The worker that takes in what lies in the watched folder, file by file, each put away when it is dealt with."""

import asyncio
from pathlib import Path
from typing import Final
from uuid import UUID

from claimwright.findings import Finding
from claimwright.messaging.work import Transactions
from claimwright.security.access import Access
from claimwright.telemetry import logging
from claimwright_remittance.domain.deposits.ageing import Terms
from claimwright_remittance.domain.remits.dropped import LARGEST_835
from claimwright_remittance.gateways import watched_folder
from claimwright_remittance.gateways.watched_folder import Claimed, Unusable, WatchedFolder
from claimwright_remittance.usecases.take_dropped_file import take_dropped_file

CSV_ENDINGS: Final = (".csv", ".txt")

log = logging.get("claimwright_remittance.folder_worker")


class FolderWorker:
    """Takes in files of the organizations that are known; those of any other folder stay where they are."""

    def __init__(self, transactions: Transactions, access: Access, folder: WatchedFolder, terms: Terms) -> None:
        self._transactions = transactions
        self._access = access
        self._folder = folder
        self._terms = terms

    async def act(self) -> bool:
        """Take in what is ready, and return whether anything was."""
        known = {organization.org_id for organization in await self._access.organizations()}
        folders = await asyncio.to_thread(self._folder.organizations)
        has_taken = False
        for org_id, folder in folders.items():
            if org_id not in known:
                continue
            for claimed in await asyncio.to_thread(self._folder.claim, folder):
                has_taken = await self._try(org_id, folder, claimed) or has_taken
        return has_taken

    async def _try(self, org_id: UUID, folder: Path, claimed: Claimed) -> bool:
        """Take in one file. One that fails stays under way and is tried again; the others go on."""
        try:
            return await self._take(org_id, folder, claimed)
        except Exception as error:
            log.error("dropped_file_failed", exc_info=error)
            return False

    async def _take(self, org_id: UUID, folder: Path, claimed: Claimed) -> bool:
        content = await asyncio.to_thread(watched_folder.content_of, claimed, most=LARGEST_835)
        if content is None:
            return False
        is_csv = claimed.path.suffix.lower() in CSV_ENDINGS
        try:
            mapping = await asyncio.to_thread(watched_folder.columns_of, folder) if is_csv else None
        except Unusable:
            findings: tuple[Finding, ...] = (
                Finding(
                    code="folder.columns_unreadable",
                    says="The file that says which columns the bank uses cannot be read.",
                    fix=f"Mend {watched_folder.COLUMNS}, and drop the file again.",
                ),
            )
        else:
            findings = tuple(
                await take_dropped_file(
                    self._transactions, org_id, content, is_csv=is_csv, mapping=mapping, terms=self._terms
                )
            )
        if findings:
            log.warning("dropped_file_refused", codes=sorted({each.code for each in findings}))
            await asyncio.to_thread(watched_folder.refuse, claimed, findings)
        else:
            await asyncio.to_thread(watched_folder.put_away, claimed)
        return True
