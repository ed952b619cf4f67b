"""The copy of an encounter that a case is about: who, what was wrong, what is billed."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from claimwright.events.parts import EncounterClinical, EncounterFinancial, EncounterIdentity


@dataclass(frozen=True, slots=True)
class Content:
    """One version of an encounter, by purpose."""

    identity: EncounterIdentity
    clinical: EncounterClinical
    financial: EncounterFinancial

    def days_of_diagnosis(self, place: int) -> list[date]:
        """Return the days of service on which a diagnosis is used, in order and each once.

        They are those of the lines that point to it, or of all lines where none does: a diagnosis that nothing points
        to is on the claim all the same.

        Shape: `place` counts from 1, as pointers do.
        """
        pointing = {line.service_date for line in self.financial.lines if place in line.diagnosis_pointers}
        return sorted(pointing or {line.service_date for line in self.financial.lines})

    def first_day(self) -> date:
        """Return the first day of service."""
        return min(line.service_date for line in self.financial.lines)

    def diagnosis_codes(self) -> Iterator[tuple[int, str]]:
        """Yield each diagnosis with its place from 1."""
        for place, diagnosis in enumerate(self.clinical.diagnoses, start=1):
            yield place, diagnosis.code
