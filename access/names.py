"""Where a person's name stands in a Chinese text: after a label, before a form of address, after "named"."""

import re
from typing import Final

# Surnames as they are borne (公安部 2020: these cover more than nine in ten); the double ones first.
_DOUBLE = "欧阳|上官|司马|诸葛|司徒|东方|独孤|南宫|夏侯|皇甫|尉迟|公孙|慕容|令狐|端木|长孙|宇文|闻人"
_CLEAR = (
    "王李张刘陈杨赵黄周吴徐孙胡朱郭何罗宋郑谢韩唐冯董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏汪田任姜"
    "范姚谭廖邹熊陆郝孔崔邱秦顾侯邵孟龙万段雷钱汤尹黎武赖龚文樊兰殷施陶洪翟颜倪严牛俞章鲁葛韦毛庞邢舒屈聂"
    "骆蓝麦莫冼植丘欧邝梁钟林马高"
)
# Surnames that are common words as well: only a colon or a form of address makes them names.
_UNCLEAR = "方石金白江史尚温安常成时于和向应管关平水车路计项祝古易冷包左申齐伍单卜柳毕康伊"
_AFTER_LABEL = (
    "联系人|联络人|当事人|报警人|报案人|诉求人|投诉人|举报人|来电人|反映人|申请人|负责人|经办人|户主|房东|姓名|"
    "司机|驾驶员|驾驶人|车主|伤者|死者|患者|失踪者|被困者|业主|市民|群众|嫌疑人|肇事者"
)
_ADDRESSES = "先生|女士|小姐|太太|阿姨|大爷|大妈|老人|某某"
# Characters that rather begin the next word than end a name.
_GOES_ON = (
    "受被在于称说因已和与的从到将向死伤驾报来反拨打致等又也为是电手年男女身住醉酒未经送无当现想要求请表认，。；、"
)

_HAN = "[一-鿿]"
_SURNAME = f"(?:{_DOUBLE}|[{_CLEAR}])"
_ANY_SURNAME = f"(?:{_DOUBLE}|[{_CLEAR}{_UNCLEAR}])"
_GIVEN = rf"(?:{_HAN}(?![{_GOES_ON}]){_HAN}|{_HAN})"

LABELLED: Final = re.compile(
    rf"(?P<head>(?:{_AFTER_LABEL}|先生|女士)\s?[:：]\s?)(?P<keep>{_DOUBLE}|{_HAN})(?P<name>{_HAN}{{1,3}}(?:[·・]{_HAN}{{1,8}})?)(?![*·・])"
    rf"|(?P<head2>(?:{_AFTER_LABEL})(?:名?叫|为|是)?\s?)(?P<keep2>{_SURNAME})(?P<name2>(?!{_ADDRESSES}){_GIVEN})(?!\*)"
)
TITLED: Final = re.compile(
    rf"(?P<head>)(?P<keep>{_ANY_SURNAME})(?P<name>(?!{_ADDRESSES}){_HAN}{{1,2}})(?=(?:{_ADDRESSES}))"
)
SPOKEN_OF: Final = re.compile(rf"(?P<head>(?:我|名|他|她)叫(?:做)?)(?P<keep>{_ANY_SURNAME})(?P<name>{_GIVEN})(?!\*)")


def hidden_name(found: re.Match[str]) -> str:
    """The surname stays, each other character becomes a star."""
    parts = found.groupdict(default="")
    head, keep, name = (parts.get(key) or parts.get(f"{key}2", "") for key in ("head", "keep", "name"))
    return f"{head}{keep}{'*' * len(name)}"
