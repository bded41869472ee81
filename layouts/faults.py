"""What went wrong with a feed or a record, as one word for people: collectors write whole sentences for engineers."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence

_KINDS: Sequence[tuple[str, str]] = (
    (r"outside the valid range", "超出有效范围"),
    (r"in the future", "时间在将来"),
    (r"no time|^time |: time |such day", "时间无法识别"),
    (r"coordinates", "坐标无效"),
    (r"site .* (is not declared|cannot be learnt)|names no site", "站点未知"),
    (r"status .* is not declared|grade .* is not declared|the incident has", "事件要素不全"),
    (r"unit|cannot become|molar mass", "单位不明"),
    (r"not a (finite )?number|number is too large", "不是数值"),
    (r"none of the declared fields|nothing at rows path|cells where the header|column", "结构与声明不符"),
    (r"gave no answer|time ?d? ?out|not finished within", "没有响应"),
    (r"no device is connected", "没有设备连接"),
    (r"answered 401|answered 403|environment variable", "登录被拒"),
    (r"answered \d", "对方返回错误"),
    (r"does not exist", "目录不存在"),
    (r"cannot be read|refused|Operational|unreachable", "无法连接或读取"),
    (r"not (a|an|CSV)|the text is|unpacks|package", "文件无法读取"),
)
OTHER = "其他原因"


def kind(sentence: str) -> str:
    """The word (Chinese source string) for a collector's sentence."""
    return next((word for pattern, word in _KINDS if re.search(pattern, sentence)), OTHER)


def bare(reason: str, where: str) -> str:
    """A reason without the place it begins with, because the place stands beside it."""
    return reason.removeprefix(f"{where}: ") if where else reason


def counted(reasons: Iterable[str]) -> list[tuple[str, int]]:
    """How many records have each kind of fault, most frequent first. A record may have several, told after semicolons."""
    found: Counter[str] = Counter()
    for reason in reasons:
        found.update({kind(part) for part in reason.split("; ")})
    return sorted(found.items(), key=lambda pair: (-pair[1], pair[0]))
