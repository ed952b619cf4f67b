"""Person tokens: for one act of one person the console signs a token that is good for that act and a minute at most.

ES256 (joserfc). The token names the person, the organization, the permission and the act as `METHOD /path`, so that a
token that was made to read one file cannot release another one's claim.
"""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Final
from uuid import UUID, uuid4

from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from claimwright import clock, ids
from claimwright.refusals import Refusal

ALGORITHM: Final = "ES256"
ISSUER: Final = "claimwright-console"
LIFE_SECONDS: Final = 60
_KID: Final = re.compile("[A-Za-z0-9_-]{1,128}")
_SKEW_SECONDS: Final = 5
"""How far the clocks of two hosts may stand apart."""


class TokenRefused(Refusal):
    """A person token that is not ours, not for this service, not for this act, or too old."""

    code: ClassVar[str] = "token_refused"
    fix: ClassVar[str | None] = "Do the act again from the console."


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A public ES256 key as the access topic brings it: the coordinates of a JWK on P-256."""

    kid: str
    x: str
    y: str


@dataclass(frozen=True, slots=True)
class PersonToken:
    """What a good token says."""

    person: str
    org_id: UUID
    permission: str
    token_id: str


class Signer:
    """The console's private key."""

    def __init__(self, key: ECKey) -> None:
        self._key = key
        self._kid = key.thumbprint()

    @classmethod
    def generate(cls) -> "Signer":
        """Return a signer with a new key."""
        return cls(ECKey.generate_key("P-256", private=True))

    @classmethod
    def load(cls, pem: bytes) -> "Signer":
        """Return the signer of a private key in PEM."""
        return cls(ECKey.import_key(pem))

    def pem(self) -> bytes:
        """Return the private key, to be kept in a file of mode 0600."""
        return self._key.as_pem(private=True)

    def published(self) -> PublicKey:
        """Return the public key, for `SigningKeyPublished`."""
        public = self._key.as_dict(private=False)
        return PublicKey(kid=self._kid, x=str(public["x"]), y=str(public["y"]))

    def sign(self, claims: dict[str, object]) -> str:
        """Return the claims as a signed token."""
        return jwt.encode({"alg": ALGORITHM, "kid": self._kid, "typ": "JWT"}, claims, self._key, algorithms=[ALGORITHM])


def issue(signer: Signer, *, person: str, org_id: UUID, service: str, permission: str, method: str, path: str) -> str:
    """Return a token with which one service lets one person do one act within a minute."""
    issued = int(clock.now().timestamp())
    return signer.sign(
        {
            "iss": ISSUER,
            "aud": service,
            "sub": person,
            "org": ids.text(ids.ORGANIZATION, org_id),
            "permission": permission,
            "act": f"{method} {path}",
            "iat": issued,
            "exp": issued + LIFE_SECONDS,
            "jti": str(uuid4()),
        }
    )


async def verify(
    text: str,
    *,
    key_named: Callable[[str], Awaitable[PublicKey | None]],
    service: str,
    method: str,
    path: str,
    now: datetime,
) -> PersonToken:
    """Return what a token says, if it is good for this act in this service now.

    The key is found by its id among those that the access topic brought, and by no address in the token's header.
    Errors: TokenRefused, with words that tell a person nothing about the key.
    """
    kid = _kid_of(text)
    key = None if kid is None else await key_named(kid)
    if key is None:
        raise TokenRefused("the token was signed by no key that is known here")
    public = ECKey.import_key({"kty": "EC", "crv": "P-256", "x": key.x, "y": key.y})
    try:
        claims = jwt.decode(text, public, algorithms=[ALGORITHM]).claims
    except (JoseError, ValueError) as wrong:
        raise TokenRefused("the token's signature does not fit") from wrong
    return _checked(claims, service=service, act=f"{method} {path}", now=now)


def _checked(claims: dict[str, object], *, service: str, act: str, now: datetime) -> PersonToken:
    moment = int(now.timestamp())
    issued, expires = claims.get("iat"), claims.get("exp")
    if not isinstance(issued, int) or not isinstance(expires, int) or expires - issued > LIFE_SECONDS:
        raise TokenRefused("the token is made for too long")
    if not issued - _SKEW_SECONDS <= moment < expires + _SKEW_SECONDS:
        raise TokenRefused("the token is not good at this moment")
    if claims.get("iss") != ISSUER or claims.get("aud") != service:
        raise TokenRefused("the token is for another service")
    if claims.get("act") != act:
        raise TokenRefused("the token is for another act")
    person, org, permission, token_id = (claims.get(name) for name in ("sub", "org", "permission", "jti"))
    if not (
        isinstance(person, str) and isinstance(org, str) and isinstance(permission, str) and isinstance(token_id, str)
    ):
        raise TokenRefused("the token does not say who and what")
    try:
        org_id = ids.parse(ids.ORGANIZATION, org)
    except ids.MalformedId as malformed:
        raise TokenRefused("the token names no organization") from malformed
    return PersonToken(person=person, org_id=org_id, permission=permission, token_id=token_id)


def _kid_of(text: str) -> str | None:
    """Return the key id in a token's header, which is not trusted for anything else."""
    try:
        kid = jws.extract_compact(text.encode()).headers().get("kid")
    except (JoseError, ValueError):
        return None
    return kid if isinstance(kid, str) and _KID.fullmatch(kid) else None
