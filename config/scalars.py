"""YAML scalars by the YAML 1.2 core schema, which editors use too, and ${NAME} from the environment.

YAML 1.1 reads `no` as false, 12:30 as 750 and 010 as 8; in a file of station codes and times each of these is a silent
error, so such texts stay texts here.
"""

import math
import re
from collections.abc import Mapping

Scalar = str | int | float | bool | None

_NULL = re.compile(r"~|null|Null|NULL|")
_TRUE = re.compile(r"true|True|TRUE")
_FALSE = re.compile(r"false|False|FALSE")
_INT = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_HEX = re.compile(r"0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_LEADING_ZERO = re.compile(r"[-+]?0[0-9]+")
_NOT_FINITE = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_NUMERIC_START = frozenset("0123456789+-.")
MAX_DIGITS = 300

_REFERENCE = re.compile(r"\$\$\{|\$\{([^{}]*)\}|\$\{")
_NAME = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)(:-(.*))?", re.DOTALL)


def plain(text: str) -> Scalar:
    """The value of an unquoted scalar; ValueError, with a sentence, for a number that is none of use."""
    if text[:1] in _NUMERIC_START and text:
        return _number(text)
    if _NULL.fullmatch(text):
        return None
    if _TRUE.fullmatch(text):
        return True
    return False if _FALSE.fullmatch(text) else text


def _number(text: str) -> Scalar:
    if _NOT_FINITE.fullmatch(text):
        raise ValueError(f"{text} is not a number to compare with; write a finite one")
    if _LEADING_ZERO.fullmatch(text):  # a code: 0123 is not 123
        return text
    whole, real = _INT.fullmatch(text), _FLOAT.fullmatch(text)
    if not (whole or real or _HEX.fullmatch(text)):
        return text
    if len(text) > MAX_DIGITS:
        raise ValueError(f"this number has {len(text)} characters; if it is a code, write it in quotes")
    if not real:
        return int(text, 16)
    value = int(text) if whole else float(text)
    if not math.isfinite(value) or abs(value) > 1e300:
        raise ValueError(f"{text} is too large; write a number below 1e300")
    return value


def expand(text: str, env: Mapping[str, str]) -> tuple[str, list[str]]:
    """Replace ${NAME} and ${NAME:-default}; "$${" stands for a plain "${". Returns the text and what is wrong with it."""
    wrong: list[str] = []

    def replace(match: re.Match[str]) -> str:
        if match[0] == "$${":
            return "${"
        name = _NAME.fullmatch(match[1]) if match[1] is not None else None
        if name is None:
            wrong.append(f"{match[0]} names no variable; write ${{NAME}}, ${{NAME:-default}}, or $${{ for a plain ${{")
            return match[0]
        value = env.get(name[1]) or name[3]  # like the shell's :-, an empty variable takes the default
        if value is None:
            if name[1] in env:
                return ""
            wrong.append(f"{name[1]} is not set; set it in the environment or write ${{{name[1]}:-default}}")
        return match[0] if value is None else value

    return _REFERENCE.sub(replace, text), wrong
