"""Personal data in running text made unreadable: numbers, plates, names, addresses; what people wrote is left out whole.

Rules find what they know the shape of, and err towards hiding. Free text of citizens has no shape, so it is never shown in
part (`complaint`). Pure; whoever may see the original is decided elsewhere.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Final

from access.names import LABELLED, SPOKEN_OF, TITLED, hidden_name
from domain.incident import Incident

Match = re.Match[str]
COMPLAINT: Final = "诉求内容不公开（{n} 字）"
STAR: Final = "*"
HIDDEN: Final = "***"

_HALF = str.maketrans(
    {code: code - 0xFEE0 for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B), 0xFF20)}
)
_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_PLACE = "路街巷道里村弄镇区园苑城厦场组坊庭府湾居队屯寨"
_UNIT = "号楼|栋|幢|座|单元|梯|层|楼|室|房|户"
_FIXED = "线|路灯|灯|杆|井|泵|闸|桩|国道|省道|县道|公路|桥|出口|高速"  # numbers of the city's own things


def text(given: str) -> str:
    """The text with every personal detail that a rule knows made unreadable. Masking twice changes nothing more."""
    return _masked(given) if given else given


def complaint(given: str) -> str:
    """What stands for a citizen's own words: how many there are, and no word of them."""
    return given if not given or _TOLD.fullmatch(given) else COMPLAINT.format(n=len(given))


def detail(name: str, value: str) -> str:
    """A named field: one that is personal as a whole is hidden, a citizen's words are left out, any other is masked as text."""
    if _WORDS.search(name):
        return complaint(value)
    return HIDDEN if value and _PERSONAL.search(name) else text(value)


def details(given: Mapping[str, str]) -> dict[str, str]:
    """All fields of a record."""
    return {name: detail(name, value) for name, value in given.items()}


def incident(given: Incident) -> Incident:
    """An incident with title and details masked."""
    return replace(given, title=text(given.title), detail=details(given.detail))


def _starred(keep: int, tail: int) -> Callable[[Match], str]:
    """A replacement that keeps the first and last characters of what was found."""

    def hide(found: Match) -> str:
        whole = found.group()
        return whole[:keep] + STAR * max(len(whole) - keep - tail, 1) + (whole[len(whole) - tail :] if tail else "")

    return hide


def _behind(found: Match) -> str:
    """Keeps the label, hides the value."""
    return f"{found.group('label')}{HIDDEN}"


def _card(found: Match) -> str:
    """A bank card's number when its check digit is right (ISO/IEC 7812 Luhn), else some other long number."""
    digits = [int(d) for d in reversed(re.sub(r"\D", "", found.group()))]
    total = sum(d if i % 2 == 0 else d // 5 + d * 2 % 10 for i, d in enumerate(digits))
    return _starred(4, 2)(found) if total % 10 == 0 else found.group()


def _house(found: Match) -> str:
    return re.sub(
        r"[0-9A-Za-z一二三四五六七八九十百]+(?=号|之|" + _UNIT + r"|$|[-－—])|(?<=[-－—])\d+",
        "**",
        found.group("number"),
    )


def _address(found: Match) -> str:
    return f"{found.group('place')}{_house(found)}"


_NUMBER = r"(?:\d{1,5}|[A-Za-z]\d{0,3}|[一二三四五六七八九十百]{1,4})"
RULES: Final[tuple[tuple[str, re.Pattern[str], Callable[[Match], str]], ...]] = (
    ("e-mail", re.compile(r"[\w.+-]+@(?=[\w-]+\.[\w.-]+)", re.ASCII), lambda m: f"{m.group()[0]}{HIDDEN}@"),
    (
        "identity card",
        re.compile(
            r"(?<![0-9A-Za-z])[1-9]\d{5}(?:(?:18|19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[0-9Xx]"
            r"|\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3})(?![0-9A-Za-z])"
        ),
        _starred(4, 0),
    ),
    ("bank card", re.compile(r"(?<!\d)62\d{2}(?:[ -]?\d{4}){3}(?:[ -]?\d{1,3})?(?!\d)"), _card),
    (
        "mobile telephone",  # also a terminal's number: JT/T 808 pads it with a zero
        re.compile(r"(?<!\d)(?:(?:\+|00)?86[- ]?)?0?1[3-9]\d([- .]?)\d{4}\1\d{4}(?!\d)"),
        lambda m: f"{m.group()[: -len(m.group(1)) * 2 - 8]}****{m.group()[-4:]}",
    ),
    ("mobile telephone in words", re.compile(r"[一幺][三四五六七八九][零〇一幺二两三四五六七八九]{9}"), _starred(3, 2)),
    (
        "landline",  # not 400 and 800, which are firms' own, nor the city's short numbers
        re.compile(
            r"(?<![\d.])(?P<label>\(0\d{2,3}\)|（0\d{2,3}）|0\d{2,3}[- ]|0\d{2,3})[2-8]\d{6,7}(?:[-转]\d{1,6})?(?!\d)"
        ),
        _behind,
    ),
    (
        "labelled number",
        re.compile(
            r"(?P<label>(?:电话|座机|手机|联系方式|号码|微信号?|[Qq]{2}号?|[Ww]e[Cc]hat|终端(?:手机)?(?:号|编号|[Ii][Dd])?|设备(?:号|编号|[Ii][Dd])"
            r"|序列号|[Ss][Ii][Mm]卡?号?|IMEI|ICCID|车架号|证件号码?|身份证号?码?)\s*[:：#为是]?\s*)"
            r"(?!\*|(?:12345|110|119|120|122)(?!\d)|[48]00)(?=[A-Za-z0-9_-]*\d)[A-Za-z0-9_-]{5,}"
        ),
        _behind,
    ),
    (
        "plate",  # GA 36: ordinary and new-energy, trailers, learners, police, 粤Z…港/澳, embassies, armed police
        re.compile(
            rf"[{_PROVINCES}][A-HJ-NP-Za-hj-np-z][·•・.\- ]?[A-HJ-NP-Za-hj-np-z0-9]{{4,5}}[A-HJ-NP-Za-hj-np-z0-9挂学警港澳领使]"
            rf"(?![A-Za-z0-9])|WJ[{_PROVINCES}]?[·•・.\- ]?\d{{4}}[A-Z0-9](?![A-Za-z0-9])|使[·•・.\- ]?\d{{6}}(?!\d)"
        ),
        _starred(2, 1),
    ),
    ("labelled name", LABELLED, hidden_name),
    ("titled name", TITLED, hidden_name),
    ("name told of", SPOKEN_OF, hidden_name),
    (
        "house number",
        re.compile(
            rf"(?P<place>[{_PLACE}](?:门牌)?\s?)(?P<number>{_NUMBER}(?:之{_NUMBER})?(?:[-－—]\d{{1,4}})?号(?!{_FIXED})(?:楼)?"
            rf"(?:{_NUMBER}(?:{_UNIT}))*(?:\d{{3,4}}(?!\d))?|(?:{_NUMBER}(?:{_UNIT})){{2,}}|{_NUMBER}(?:{_UNIT})\d{{3,4}}(?!\d))"
        ),
        _address,
    ),
    (
        "flat",
        re.compile(rf"(?P<number>(?:\d{{1,3}}(?:号楼|栋|幢|座))(?:{_NUMBER}(?:{_UNIT})|\d{{3,4}}(?!\d))+)"),
        _house,
    ),
)
_TOLD: Final = re.compile(re.escape(COMPLAINT).replace(r"\{n\}", r"\d+"))
_WORDS: Final = re.compile(
    r"诉求|投诉内容|来电内容|工单内容|反映内容|举报内容|留言|描述|complaint|narrative", re.IGNORECASE
)
_PERSONAL: Final = re.compile(
    r"姓名|联系人|当事人|报警人|报案人|来电人|电话|手机|联系方式|证件|身份证|车牌|号牌|住址|地址|门牌|终端|微信|邮箱"
    r"|name|phone|mobile|tel|contact|plate|address|email|terminal|id_?card",
    re.IGNORECASE,
)


@lru_cache(maxsize=4096)
def _masked(given: str) -> str:
    out = given.translate(_HALF)
    for _, pattern, hide in RULES:
        out = pattern.sub(hide, out)
    return out
