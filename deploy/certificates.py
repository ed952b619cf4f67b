"""Local certificate authorities, and the certificates of sandbox and brokers: a local run can speak real TLS."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from claimwright import clock
from deploy.stack.secret_files import write_private

_VALID: Final = timedelta(days=398)  # the longest that TLS clients accept of a public authority; ours keeps to it
_RENEW: Final = timedelta(days=30)


def make_sandbox_certificate(folder: Path) -> None:
    """Write `ca.pem`, `sandbox.pem` (leaf and authority) and `sandbox-key.pem`, unless good ones are there."""
    wanted = [folder / name for name in ("ca.pem", "sandbox.pem", "sandbox-key.pem")]
    if _are_good(folder / "sandbox.pem", wanted):
        return
    made = _make("Claimwright sandbox", names=("localhost", "sandbox"))
    for path, text in zip(wanted, (made.authority, made.chain, made.key), strict=True):
        write_private(path, text)


def make_broker_certificate(folder: Path) -> None:
    """Write `kafka-ca.pem` for clients and `kafka.pem` (key, leaf and authority) for brokers, unless they are there.

    One certificate serves all brokers of this machine.
    """
    wanted = [folder / name for name in ("kafka-ca.pem", "kafka.pem")]
    if _are_good(folder / "kafka-ca.pem", wanted):
        return
    made = _make("Claimwright broker", names=("localhost", "kafka"))
    for path, text in zip(wanted, (made.authority, made.key + made.chain), strict=True):
        write_private(path, text)


@dataclass(frozen=True, slots=True)
class _Made:
    """An authority, a certificate with it behind, and its private key, as PEM."""

    authority: str
    chain: str
    key: str


def _make(subject: str, *, names: Collection[str]) -> _Made:
    """Make a certificate for a server of this machine.

    The authority's own key is thrown away: it signs this one certificate and can never sign another.
    """
    authority_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    authority_name = _name("Claimwright local authority")
    authority = (
        _builder(authority_name, authority_name, authority_key)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(authority_key.public_key()), critical=False)
        .sign(authority_key, hashes.SHA256())
    )
    addresses = [*(x509.DNSName(name) for name in names), x509.IPAddress(ip_address("127.0.0.1"))]
    leaf = (
        _builder(_name(subject), authority_name, key)
        .add_extension(x509.SubjectAlternativeName(addresses), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key()), critical=False)
        .sign(authority_key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return _Made(authority=_pem(authority), chain=_pem(leaf) + _pem(authority), key=private.decode())


def _are_good(certificate: Path, wanted: Collection[Path]) -> bool:
    """Tell whether all files are there and the certificate, of the same age as the others, is good for a while."""
    if not all(path.exists() for path in wanted):
        return False
    return x509.load_pem_x509_certificate(certificate.read_bytes()).not_valid_after_utc - clock.now() > _RENEW


def _builder(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
    now = clock.now()
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + _VALID)
    )


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()
