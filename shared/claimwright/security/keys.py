"""Data keys: one an organization, purpose and version, wrapped by the key-encryption key of its purpose.

The console makes them; the wrapped ones travel on the access topic, and every service keeps its copy. A process opens
only the purposes whose key-encryption keys it was given.
"""

import time
from base64 import b64decode, b64encode
from collections import OrderedDict
from dataclasses import dataclass
from secrets import token_bytes
from typing import Final, Protocol, TypeVar
from uuid import UUID

from cryptography.exceptions import InvalidTag

from claimwright import ids
from claimwright.events.envelope import Purpose
from claimwright.refusals import Poison, Transient
from claimwright.security.sealing import Aes256Gcm, Cipher, SealedPlace, key_id_of, open_seal, seal
from claimwright.settings import KEY_BYTES, KeySettings

DATA_KEY: Final = "key"
"""Prefix of a data key's id."""

UNWRAPPED_SECONDS: Final = 300.0
"""How long an unwrapped key stays in memory."""
NEWEST_SECONDS: Final = 30.0
"""How long a process goes on sealing under a version after a newer one came; the old one opens for good."""
ABSENT_SECONDS: Final = 60.0
"""How long the access topic may take to bring a key before what needs it is parked."""
_CACHED_KEYS: Final = 10_000
_CACHED_ABSENCES: Final = 10_000
_WRAP_NONCE: Final = 12
_Key = TypeVar("_Key")
_Value = TypeVar("_Value")


class KeyNotHere(Transient):
    """A data key that the access topic has not brought yet."""


class KeyUnknown(Poison):
    """A data key that did not come within a minute."""


class PurposeClosed(Poison):
    """A purpose that this process may not open: it was not given the key-encryption key."""


@dataclass(frozen=True, slots=True)
class WrappedKey:
    """A data key as it travels and is stored; `key_id` is the id's text, `wrapped` is base64."""

    key_id: str
    org_id: UUID
    purpose: Purpose
    version: int
    wrapped: str


class WrappedKeys(Protocol):
    """Where the wrapped keys are kept; `security.access.Access` in a service."""

    async def data_key(self, key_id: UUID) -> WrappedKey | None:
        """Return a wrapped key by its id."""

    async def newest_data_key(self, org_id: UUID, purpose: Purpose) -> WrappedKey | None:
        """Return the wrapped key of the highest version."""


@dataclass(frozen=True, slots=True)
class _DataKey:
    id: UUID
    org_id: UUID
    purpose: Purpose
    cipher: Cipher


def new_data_key(key_encryption_key: bytes, *, org_id: UUID, purpose: Purpose, version: int) -> WrappedKey:
    """Return a new data key, wrapped; the key itself leaves this function only so."""
    key_id = ids.new()
    nonce = token_bytes(_WRAP_NONCE)
    context = _wrap_context(org_id=org_id, purpose=purpose, version=version, key_id=key_id)
    wrapped = nonce + Aes256Gcm(key_encryption_key).encrypt(nonce, token_bytes(KEY_BYTES), context)
    return WrappedKey(
        key_id=ids.text(DATA_KEY, key_id),
        org_id=org_id,
        purpose=purpose,
        version=version,
        wrapped=b64encode(wrapped).decode(),
    )


def unwrap(key_encryption_key: bytes, key: WrappedKey) -> Cipher:
    """Return the cipher of a wrapped key.

    Errors: Poison when the wrapping is broken, or made for another organization, purpose or version.
    """
    raw = b64decode(key.wrapped)
    context = _wrap_context(
        org_id=key.org_id, purpose=key.purpose, version=key.version, key_id=ids.parse(DATA_KEY, key.key_id)
    )
    try:
        return Aes256Gcm(Aes256Gcm(key_encryption_key).decrypt(raw[:_WRAP_NONCE], raw[_WRAP_NONCE:], context))
    except InvalidTag as broken:
        raise Poison("data_key_does_not_unwrap") from broken


class Keyring:
    """Seals and opens for every organization, with the data keys of the purposes this process may open.

    Unwrapped keys stay in memory for five minutes at most.
    """

    def __init__(self, keys: KeySettings, wrapped: WrappedKeys) -> None:
        self._encryption_keys = {
            purpose: key for purpose in Purpose if (key := keys.key_encryption_key(purpose)) is not None
        }
        self._wrapped = wrapped
        self._open: OrderedDict[UUID, tuple[float, _DataKey]] = OrderedDict()
        self._newest: OrderedDict[tuple[UUID, Purpose], tuple[float, UUID]] = OrderedDict()
        self._absent: OrderedDict[object, float] = OrderedDict()

    async def seal(self, plain: bytes, place: SealedPlace) -> bytes:
        """Return a seal over some bytes for one place, under the newest data key of its organization and purpose.

        Errors: PurposeClosed; KeyNotHere for a minute, then KeyUnknown.
        """
        key = await self._sealing_key(place.org_id, place.purpose)
        return seal(key.cipher, plain, key_id=key.id, context=place.context(key.id))

    async def open(self, sealed: bytes, place: SealedPlace) -> bytes:
        """Return what a seal holds, if it was made for this place.

        Errors: PurposeClosed; SealBroken; KeyNotHere for a minute, then KeyUnknown.
        """
        self._encryption_key(place.purpose)
        key_id = key_id_of(sealed)
        key = self._cached(key_id) or await self._fetch(key_id)
        return open_seal(key.cipher, sealed, context=place.context(key_id))

    async def _sealing_key(self, org_id: UUID, purpose: Purpose) -> _DataKey:
        self._encryption_key(purpose)
        newest = self._newest.get((org_id, purpose))
        if newest is not None and newest[0] > time.monotonic():
            cached = self._cached(newest[1])
            if cached is not None:
                return cached
        wrapped = await self._wrapped.newest_data_key(org_id, purpose)
        key = self._unwrapped(wrapped, absent=(org_id, purpose))
        _keep(self._newest, (org_id, purpose), (time.monotonic() + NEWEST_SECONDS, key.id), _CACHED_KEYS)
        return key

    def _cached(self, key_id: UUID) -> _DataKey | None:
        entry = self._open.get(key_id)
        if entry is None:
            return None
        if entry[0] <= time.monotonic():
            del self._open[key_id]
            return None
        self._open.move_to_end(key_id)
        return entry[1]

    async def _fetch(self, key_id: UUID) -> _DataKey:
        return self._unwrapped(await self._wrapped.data_key(key_id), absent=key_id)

    def _unwrapped(self, wrapped: WrappedKey | None, *, absent: object) -> _DataKey:
        if wrapped is None:
            raise self._not_here(absent)
        self._absent.pop(absent, None)
        key = _DataKey(
            id=ids.parse(DATA_KEY, wrapped.key_id),
            org_id=wrapped.org_id,
            purpose=wrapped.purpose,
            cipher=unwrap(self._encryption_key(wrapped.purpose), wrapped),
        )
        _keep(self._open, key.id, (time.monotonic() + UNWRAPPED_SECONDS, key), _CACHED_KEYS)
        return key

    def _encryption_key(self, purpose: Purpose) -> bytes:
        key = self._encryption_keys.get(purpose)
        if key is None:
            raise PurposeClosed(f"purpose_closed:{purpose.value}")
        return key

    def _not_here(self, absent: object) -> Exception:
        """Return a fault that passes for a minute after a key was first missed, and then one that parks.

        The minute is the key's, not the event's: a thousand events under one lost key wait one minute, not a thousand.
        """
        if absent not in self._absent:
            _keep(self._absent, absent, time.monotonic(), _CACHED_ABSENCES)
        if time.monotonic() - self._absent[absent] < ABSENT_SECONDS:
            return KeyNotHere("data_key_not_here", retry_after=1.0)
        return KeyUnknown("data_key_unknown")


def _wrap_context(*, org_id: UUID, purpose: Purpose, version: int, key_id: UUID) -> bytes:
    return f"data key|{org_id}|{purpose.value}|{version}|{key_id}".encode()


def _keep(cache: OrderedDict[_Key, _Value], key: _Key, value: _Value, most: int) -> None:
    cache[key] = value
    cache.move_to_end(key)
    while len(cache) > most:
        cache.popitem(last=False)
