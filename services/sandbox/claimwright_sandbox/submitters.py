"""Who may send here: the submitters of the routes file, with the callbacks of each."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from hmac import compare_digest

from claimwright.clearinghouse.routes import Route


@dataclass(frozen=True, slots=True)
class Submitter:
    """One submitter: who it is, and where its answers go."""

    id: str
    receiver_id: str
    username: str
    password: str = field(repr=False)
    acknowledgment_url: str
    acknowledgment_secret: str = field(repr=False)
    remittance_url: str
    remittance_secret: str = field(repr=False)


class Submitters:
    """The submitters by user name and by id."""

    def __init__(self, submitters: Mapping[str, Submitter]) -> None:
        self._by_username = submitters
        self._by_id = {submitter.id: submitter for submitter in submitters.values()}

    @classmethod
    def of_routes(cls, routes: tuple[Route, ...], *, submission_url: str, remittance_url: str) -> "Submitters":
        """Return the submitters that sandbox routes name; live routes are not for here."""
        return cls(
            {
                route.username: Submitter(
                    id=route.submitter_id,
                    receiver_id=route.receiver_id,
                    username=route.username,
                    password=route.password.get_secret_value(),
                    acknowledgment_url=f"{submission_url}/v1/callbacks/{route.id}",
                    acknowledgment_secret=route.submission_callback_secret.get_secret_value(),
                    remittance_url=f"{remittance_url}/v1/callbacks/{route.id}",
                    remittance_secret=route.remittance_callback_secret.get_secret_value(),
                )
                for route in routes
                if route.kind == "sandbox"
            }
        )

    def of_credentials(self, username: str, password: str) -> Submitter | None:
        """Return the submitter whose password this is."""
        submitter = self._by_username.get(username)
        expected = submitter.password if submitter else ""
        matches = compare_digest(expected.encode(), password.encode())
        return submitter if submitter and matches else None

    def named(self, submitter_id: str) -> Submitter | None:
        """Return a submitter by its id, or None when the routes file names it no more."""
        return self._by_id.get(submitter_id)
