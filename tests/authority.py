"""A private certificate authority, as a department runs one for its broker."""

from datetime import datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID


class Authority:
    """Signs certificates into a folder; its own is `file`. Valid for a day from `now`."""

    def __init__(self, folder: Path, name: str, now: datetime) -> None:
        self._folder, self._now = folder, now
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _named(name)
        own = self._builder(self._name, self._key, now, now + timedelta(days=1))
        made = own.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True).sign(
            self._key, hashes.SHA256()
        )
        self.file = folder / f"{name}.pem"
        self.file.write_bytes(made.public_bytes(Encoding.PEM))

    def pair(self, name: str, *, until: datetime | None = None) -> tuple[Path, Path]:
        """Certificate and key of a server, for a host's name or an address."""
        key = ec.generate_private_key(ec.SECP256R1())
        end = until or self._now + timedelta(days=1)
        said = x509.DNSName(name) if name[-1].isalpha() else x509.IPAddress(ip_address(name))
        made = (
            self._builder(_named(name), key, min(self._now, end) - timedelta(days=1), end)
            .add_extension(x509.SubjectAlternativeName([said]), critical=False)
            .sign(self._key, hashes.SHA256())
        )
        at, secret = self._folder / f"{name}.crt", self._folder / f"{name}.key"
        at.write_bytes(made.public_bytes(Encoding.PEM))
        secret.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        return at, secret

    def _builder(
        self, name: x509.Name, key: ec.EllipticCurvePrivateKey, start: datetime, end: datetime
    ) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(start)
            .not_valid_after(end)
        )


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
