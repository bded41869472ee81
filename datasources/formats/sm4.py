"""SM4-ECB without padding, as HJ 212-2025 Annex A.2 uses it: whole blocks are enciphered, a shorter rest stays plain."""

from typing import Final

BLOCK: Final = 16  # bytes of a block, and of a key


def key_of(text: str) -> bytes:
    """A key given as 16 characters or 32 hex digits; ValueError for anything else."""
    raw = text.encode()
    if len(raw) == 2 * BLOCK:
        raw = bytes.fromhex(text)
    if len(raw) != BLOCK:
        raise ValueError("an SM4 key has 16 characters or 32 hex digits")
    return raw


def deciphered(content: bytes, key: bytes) -> bytes:
    """The plain text, of the same length."""
    return _blockwise(content, key, encipher=False)


def enciphered(content: bytes, key: bytes) -> bytes:
    """The cipher text, of the same length."""
    return _blockwise(content, key, encipher=True)


def _blockwise(content: bytes, key: bytes, *, encipher: bool) -> bytes:
    # Imported here: only devices with a key need it, and it costs the collector some megabytes.
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    cipher = Cipher(algorithms.SM4(key), modes.ECB())  # noqa: S305 - the standard's own choice
    worker = cipher.encryptor() if encipher else cipher.decryptor()
    whole = len(content) - len(content) % BLOCK
    return worker.update(content[:whole]) + worker.finalize() + content[whole:]
