"""Passwords: hashed with argon2id, judged by a short policy, handed out once in a form that can be read aloud."""

import itertools
import secrets
import unicodedata
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from access.refused import AccessRefused, Reason

SHORTEST = 10  # characters; NIST SP 800-63B asks for 8, and for no rules of composition
LONGEST = 256  # longer ones only cost hashing time
# 64 MiB and a tenth of a second each: more at a time would let a handful of strangers take the machine's memory.
AT_A_TIME = 2

# Beginnings and whole words of what is guessed first, also in Chinese offices; compared without case, spaces and signs.
COMMON = frozenset(
    [
        "password",
        "passw0rd",
        "p4ssw0rd",
        "qwerty",
        "qwertyuiop",
        "asdfghjkl",
        "zxcvbnm",
        "letmein",
        "welcome",
        "iloveyou",
        "abcdefghij",
        "abcdefg",
        "administrator",
        "admin",
        "root",
        "guest",
        "changeme",
        "cockpit",
        "superman",
        "football",
        "monkey",
        "dragon",
        "woaini",
        "woaini1314",
        "wodemima",
        "mima",
        "zhongguo",
        "beijing",
        "shanghai",
        "guangdong",
        "dongguan",
        "shenzhen",
        "guangzhou",
        "1qaz2wsx",
        "qazwsxedc",
        "q1w2e3r4t5",
        "1q2w3e4r",
        "a123456",
        "abc123",
        "abc123456",
        "aa123456",
        "qq123456",
        "asd123456",
        "zxc123456",
        "woaizhongguo",
        "我爱中国",
        "中华人民共和国",
        "密码",
    ]
)

# No letter or digit that sounds or looks like another (0 o 1 l i, b d p t, m n, s f): 4 groups of 4 from 20 signs = 69 bits.
ALOUD = "acehjkrwxy2346789guq"
GROUPS = 4

_PARAMETERS = PasswordHasher()  # RFC 9106, second recommendation: argon2id, 64 MiB, 3 passes, 4 lanes


class Passwords:
    """Hashes and verifies. `hasher` is another one in tests, which need no strength."""

    def __init__(self, hasher: PasswordHasher = _PARAMETERS) -> None:
        self._hasher = hasher
        self._turn = BoundedSemaphore(AT_A_TIME)
        # What a login without a password is compared with: the same work, and never a match that counts.
        self._nobody = hasher.hash(secrets.token_urlsafe(16))

    def hash(self, password: str) -> str:
        """The hash to keep, in PHC form with its parameters and salt."""
        with self._turn:
            return self._hasher.hash(_bytes(password))

    def matches(self, password: str, kept: str) -> bool:
        """Whether a password is the one that was hashed. The same work when nothing is kept ("")."""
        with self._turn:
            try:
                self._hasher.verify(kept or self._nobody, _bytes(password))
            except (VerificationError, InvalidHashError):
                return False
        return bool(kept)

    def outdated(self, kept: str) -> bool:
        """Whether a hash was made with weaker parameters than today's."""
        return self._hasher.check_needs_rehash(kept)


def normal(password: str) -> str:
    """One form for what keyboards and input methods write differently (full-width letters, composed accents)."""
    return unicodedata.normalize("NFKC", password)


def _bytes(password: str) -> bytes:
    """What is hashed; cut, for a stranger may send a book. Half a surrogate pair is odd, and no reason to fail."""
    return normal(password)[: LONGEST + 1].encode("utf-8", "surrogatepass")


def check_password(password: str, login: str) -> None:
    """AccessRefused with the first rule of the policy that a new password breaks."""
    plain = normal(password)
    bare = "".join(sign for sign in plain.casefold() if sign.isalnum())
    if len(plain) < SHORTEST:
        raise AccessRefused(Reason.PASSWORD_SHORT)
    if len(plain) > LONGEST:
        raise AccessRefused(Reason.PASSWORD_LONG)
    if len(login) > 1 and login.casefold() in plain.casefold():
        raise AccessRefused(Reason.PASSWORD_LOGIN)
    if _is_common(bare):
        raise AccessRefused(Reason.PASSWORD_COMMON)


def one_time_password() -> str:
    """A password that is handed over once, by voice if need be, and has to be changed at the first sign-in."""
    return "-".join("".join(secrets.choice(ALOUD) for _ in range(4)) for _ in range(GROUPS))


def _is_common(bare: str) -> bool:
    """Few different signs, a run of neighbours, or a known word with only digits about it."""
    if len(set(bare)) < 5 or _runs(bare):
        return True
    return bare.strip("0123456789") in COMMON or bare in COMMON


def _runs(bare: str) -> bool:
    """Whether nearly every sign is the neighbour of the one before it (1234567890, abcdefghij, 9876543210)."""
    steps = [abs(ord(after) - ord(before)) for before, after in itertools.pairwise(bare)]
    return len(steps) - steps.count(1) <= 1
