"""Bytes into text: the encodings that Chinese departments send."""

from typing import Literal

from domain.errors import SourceError

Encoding = Literal["auto", "utf-8", "gb18030"]
_UTF8_MARK = b"\xef\xbb\xbf"


def decode(data: bytes, encoding: Encoding, where: str) -> str:
    """Text without byte order mark; "auto" takes UTF-8 when it fits and GB18030 (the superset of GBK and GB2312) else.

    UTF-8 is tried first because GB18030 text practically never is valid UTF-8, while the reverse often holds.
    """
    if data.startswith(_UTF8_MARK) and encoding != "gb18030":
        data = data[len(_UTF8_MARK) :]
    for codec in ("utf-8", "gb18030") if encoding == "auto" else (encoding,):
        try:
            return data.decode(codec)
        except UnicodeDecodeError:
            continue
    tried = "neither UTF-8 nor GB18030" if encoding == "auto" else f"not {encoding}"
    raise SourceError(f"{where}: the text is {tried}", permanent=True)
