"""Files with a unit's report: what is taken, and the ticket by which an uploaded file is handed in with a step. Pure."""

import base64
import hmac
import io
import json
import unicodedata
import zipfile
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Final

from pydantic import ValidationError

from access.secret import Key
from domain.errors import TransitionRefused
from domain.order import Attachment, Order

LARGEST: Final = 10 * 1024 * 1024  # bytes of a file
A_STEP: Final = 5  # files
LASTS: Final = timedelta(hours=20)  # of a ticket; a file that no order names is swept away after a day
LONGEST_NAME: Final = 100  # characters
FILED: Final = frozenset({"report", "hand_in", "answer", "note"})  # steps that take files
_HIDDEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})  # characters that make a name look like another
_TEXT_CONTROLS: Final = frozenset("\t\r\n\f")
_OFFICE: Final = "application/vnd.openxmlformats-officedocument."


def _begins(*marks: bytes) -> Callable[[bytes], bool]:
    return lambda content: content.startswith(marks)


def _package(part: str) -> Callable[[bytes], bool]:
    """An office document: a zip whose list of members says so, without macros. Nothing is unpacked."""

    def fits(content: bytes) -> bool:
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as packed:
                names = set(packed.namelist())
        except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError, EOFError):
            return False  # whatever zipfile says of bytes that are no package: the answer is the same
        return {"[Content_Types].xml", part} <= names and not any("vbaproject" in name.lower() for name in names)

    return fits


def _is_text(content: bytes) -> bool:
    for coding in ("utf-8", "gb18030"):
        try:
            text = content.decode(coding)
        except UnicodeDecodeError:
            continue
        return not any(unicodedata.category(one) == "Cc" and one not in _TEXT_CONTROLS for one in text)
    return False


TYPES: Final[Mapping[str, tuple[str, Callable[[bytes], bool]]]] = {
    "jpg": ("image/jpeg", _begins(b"\xff\xd8\xff")),
    "jpeg": ("image/jpeg", _begins(b"\xff\xd8\xff")),
    "png": ("image/png", _begins(b"\x89PNG\r\n\x1a\n")),
    "pdf": ("application/pdf", _begins(b"%PDF-")),
    "xlsx": (f"{_OFFICE}spreadsheetml.sheet", _package("xl/workbook.xml")),
    "docx": (f"{_OFFICE}wordprocessingml.document", _package("word/document.xml")),
    "txt": ("text/plain", _is_text),
}
"""By a name's ending: the media type, and whether a content is one."""


def media_of(name: str, content: bytes) -> str:
    """The media type of a file that may be taken. TransitionRefused with why it may not."""
    if not 0 < len(content) <= LARGEST:
        raise TransitionRefused("附件不能为空，每个不超过 10 MB", permanent=True)
    if not _is_name(name):
        raise TransitionRefused("附件名称不合规：不含路径和控制字符，不超过 100 字", permanent=True)
    media, fits = TYPES.get(name.rpartition(".")[2].lower(), ("", None))
    if fits is None:
        raise TransitionRefused("附件只接受 jpg、png、pdf、xlsx、docx、txt", permanent=True)
    if not fits(content):
        raise TransitionRefused("附件内容与其类型不符", permanent=True)
    return media


def _is_name(name: str) -> bool:
    stem = name.rpartition(".")[0].strip()
    plain = not any(one in "/\\:" or unicodedata.category(one) in _HIDDEN for one in name)
    return bool(stem) and plain and name == name.strip() and len(name) <= LONGEST_NAME and not name.startswith(".")


def ticket(key: Key, order: Order, file: Attachment) -> str:
    """What proves that this file was uploaded for this order by `file.by`, to be sent back with his step."""
    told = file.model_dump_json()
    return f"{base64.urlsafe_b64encode(told.encode()).decode()}.{_seal(key, order.id, told)}"


def redeemed(key: Key, order: Order, login: str, tickets: object) -> tuple[Attachment, ...]:
    """The files behind a JSON list of tickets, as a browser sent it: believe nothing. TransitionRefused."""
    if not tickets:
        return ()
    try:
        listed = json.loads(tickets) if isinstance(tickets, str) else None
    except (ValueError, RecursionError):
        listed = None
    if not isinstance(listed, list):
        raise TransitionRefused("附件无效，请重新上传", permanent=True)
    found = {one.sha256: one for one in (_read(key, order, login, text) for text in listed[: A_STEP + 1])}
    if len(listed) > A_STEP:
        raise TransitionRefused("每次最多 5 个附件", permanent=True)
    return tuple(found.values())


def _read(key: Key, order: Order, login: str, text: object) -> Attachment:
    body, _, seal = text.partition(".") if isinstance(text, str) else ("", "", "")
    try:
        told = base64.urlsafe_b64decode(body.encode()).decode()
        genuine = hmac.compare_digest(seal.encode(), _seal(key, order.id, told).encode())
        file = Attachment.model_validate_json(told) if genuine else None
    except (ValueError, ValidationError):
        file = None
    if file is None or file.by != login:
        raise TransitionRefused("附件无效，请重新上传", permanent=True)
    return file


def _seal(key: Key, order: str, told: str) -> str:
    return key.mac("attachment", f"{order}\0{told}")
