"""What the claims that findings count are called."""

from __future__ import annotations

from collections.abc import Collection

from claimwright.x12.envelope import EnvelopeReader, inside_sets
from claimwright.x12.tokens import Limits, Source, Unreadable, tokens

_CLAIMS = {"837": "CLM", "835": "CLP"}

Place = tuple[int, int]
"""The ST in its file and the CLM or CLP in its ST, both from 1, as a finding has them."""


def claim_numbers(source: Source, wanted: Collection[Place], limits: Limits | None = None) -> dict[Place, str]:
    """Return the patient control numbers, CLM01 or CLP01, of the claims at these places.

    The file is read as far as the last of them; a claim without a number, and one that stands behind what can't be
    read, is left out.
    """
    found: dict[Place, str] = {}
    missing = set(wanted)
    envelope = EnvelopeReader()
    claim, name = 0, ""
    try:
        for segment in inside_sets(tokens(source, limits), envelope) if missing else ():
            if segment.id == "ST":
                claim, name = 0, _CLAIMS.get(segment.element(1).strip(), "")
            elif name and segment.id == name:
                claim += 1
                place = envelope.set_ordinal, claim
                if place in missing:
                    missing.remove(place)
                    found[place] = segment.element(1).strip()
                    if not missing:
                        break
    except Unreadable:
        # The judge has said so.
        pass
    return {place: number for place, number in found.items() if number}
