"""Whom a TLS connection trusts, and in words why it does not."""

import ssl
from typing import Final

# OpenSSL's X509_V_ERR_*, from x509_vfy.h.
_NOBODY: Final = frozenset({2, 18, 19, 20, 21, 27})
_OTHER_NAME: Final = frozenset({62, 64})  # a host's name, an address
_EARLY, _LATE = 9, 10


def trusting(ca: str) -> ssl.SSLContext:
    """A client's context: the authorities of a PEM file, else those of the system; certificate and name are always checked.

    ValueError in words when the file is not there or holds no certificate.
    """
    try:
        return ssl.create_default_context(cafile=ca or None)
    except FileNotFoundError:
        raise ValueError("the file of ca: is not there") from None
    except OSError:  # ssl.SSLError among them
        raise ValueError("the file of ca: cannot be read as PEM certificates") from None


def distrust(error: OSError, host: str) -> str:
    """Why a TLS connection did not come about; "" when it was no matter of TLS."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return _judged(error, host)
    if isinstance(error, ssl.SSLError):
        return f"{host} does not speak TLS at this port, or no version that we do ({error.reason or 'no reason given'})"
    return ""


def _judged(error: ssl.SSLCertVerificationError, host: str) -> str:
    code = error.verify_code
    if code in _OTHER_NAME:
        return f"the certificate of {host} is made out to another name"
    if code in _NOBODY:
        return (
            f"the certificate of {host} is signed by an authority that is not trusted; ca: names the file of one's own"
        )
    if code in {_EARLY, _LATE}:
        return f"the certificate of {host} {'is not valid yet' if code == _EARLY else 'has expired'}"
    return f"the certificate of {host} is refused: {error.verify_message}"
