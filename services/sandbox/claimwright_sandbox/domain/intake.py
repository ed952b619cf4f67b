"""What a clearinghouse can tell of a file before it answers it."""

from dataclasses import dataclass
from hashlib import sha256

from claimwright.refusals import Refusal
from claimwright.x12 import Unreadable, read_interchanges


class NotAnInterchange(Refusal):
    """The bytes are not exactly one interchange of claims."""

    code = "sandbox.not_an_interchange"
    fix = "Send one ISA to IEA with 837 transactions, as application/edi-x12."


class WrongSender(Refusal):
    """ISA06 is not the submitter's own id, or ISA08 is not the clearinghouse's."""

    code = "sandbox.wrong_sender"
    fix = "Put your submitter id into ISA06 and the receiver id into ISA08."


class HashDiffers(Refusal):
    """The bytes that arrived are not those that the header speaks of."""

    code = "sandbox.hash_differs"
    fix = "Send the file again; X-File-Sha256 is the SHA-256 of its bytes in hexadecimal."


@dataclass(frozen=True, slots=True)
class Arrival:
    """A file that can be answered: its hash and its interchange control number."""

    sha256: str
    interchange_control: str


def inspect(content: bytes, *, submitter_id: str, receiver_id: str, stated_sha256: str | None) -> Arrival:
    """Return what identifies a file.

    Errors: HashDiffers, NotAnInterchange, WrongSender.
    """
    digest = sha256(content).hexdigest()
    if stated_sha256 is not None and stated_sha256.lower() != digest:
        raise HashDiffers("the file is not the one that was announced")
    try:
        interchanges = read_interchanges(content).values
    except Unreadable as unreadable:
        raise NotAnInterchange("there is no interchange in these bytes") from unreadable
    if len(interchanges) != 1:
        raise NotAnInterchange("a file holds exactly one interchange")
    interchange = interchanges[0]
    if interchange.sender.id.strip() != submitter_id or interchange.receiver.id.strip() != receiver_id:
        raise WrongSender("the interchange is not from this submitter to this clearinghouse")
    return Arrival(sha256=digest, interchange_control=interchange.control_number.strip())
