"""The one table from a refusal of the console to its HTTP status."""

from collections.abc import Mapping
from typing import Final

from claimwright.refusals import Refusal
from claimwright_console.api.access import OperatorNeeded
from claimwright_console.usecases.create_organization import KeyEncryptionKeyMissing
from claimwright_console.usecases.create_person import PersonUnknown
from claimwright_console.usecases.issue_api_key import ApiKeyUnknown, OrganizationUnknown, ScopeNotForPartners
from claimwright_console.usecases.sign_in import LinkNotGood
from claimwright_console.visiting.visitors import ForeignOrigin

STATUS_OF: Final[Mapping[type[Refusal], int]] = {
    ApiKeyUnknown: 404,
    ForeignOrigin: 403,
    KeyEncryptionKeyMissing: 409,
    LinkNotGood: 403,
    OperatorNeeded: 403,
    OrganizationUnknown: 404,
    PersonUnknown: 404,
    ScopeNotForPartners: 422,
}
