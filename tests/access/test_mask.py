import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from access import mask
from domain.incident import Incident
from tests.cities import NOW

HIDDEN = [
    ("请拨打13812345678", "请拨打138****5678"),
    ("+86 138-0013-8000", "+86 138****8000"),
    ("138 0013 8000 或 138.0013.8001", "138****8000 或 138****8001"),
    ("１３８１２３４５６７８", "138****5678"),
    ("一三八零零一三八零零零", "一三八******零零"),
    ("0763-3312345 转 8", "0763-*** 转 8"),
    ("(0763)3312345，07633312345", "(0763)***，0763***"),
    ("身份证441802199001011234，", "身份证4418**************，"),
    ("44180219900101123X", "4418**************"),
    ("441802900101123", "4418***********"),
    ("粤R12345 撞 粤RD12345 与粤Z1234港", "粤R****5 撞 粤R*****5 与粤Z****港"),
    ("京A·12345，粤r1234挂，使014578", "京A*****5，粤r****挂，使0****8"),
    ("联系人：张伟，电话 3312345", "联系人：张*，电话 ***"),
    ("市民张小明先生反映", "市民张**先生反映"),
    ("司机李强受伤送医，业主陈大文称", "司机李*受伤送医，业主陈**称"),
    ("伤者欧阳娜娜已送医，我叫王小明", "伤者欧阳**已送医，我叫王**"),
    ("姓名:麦麦提·吐尔逊", "姓名:麦******"),
    ("车载终端号 013800138000，设备编号：GD-44180-7", "车载终端号 0138****8000，设备编号：***"),
    ("zhang.wei@example.com，微信 wxid_12345a", "z***@example.com，微信 ***"),
    ("卡6222021234567890128", "卡6222*************28"),
    ("清城区人民二路35号3栋2单元501室漏水", "清城区人民二路**号**栋**单元**室漏水"),
    ("阳光花园3栋501，凤城街道12-3号", "阳光花园**栋**，凤城街道**-**号"),
]
KEPT = [
    "400-830-1234 12345 110 119",
    "市民何先生反映噪声扰民",
    "市民反映噪声，群众要求整改",
    "G107 K2487 多车相撞，K12+345",
    "清远站 PM10 小时均值 168 µg/m³",
    "人民二路3号线桥北路8号路灯不亮",
    "影响12栋楼约 200 户",
    "工单 20261123000123456，事件 202611230001234",
    "2026-11-25 02:54:55 23.6813,113.0512",
    "阳山县城西片区停电",
]


@pytest.mark.parametrize(("told", "shown"), HIDDEN)
def test_personal_details_become_unreadable(told: str, shown: str) -> None:
    assert mask.text(told) == shown


@pytest.mark.parametrize("told", KEPT)
def test_what_is_nobodys_stays_as_it_is(told: str) -> None:
    assert mask.text(told) == told


@pytest.mark.parametrize("told", [told for told, _ in HIDDEN])
def test_masking_twice_changes_nothing_more(told: str) -> None:
    assert mask.text(mask.text(told)) == mask.text(told)


_DIGITS = st.text("0123456789", min_size=8, max_size=8)
_AROUND = st.text(st.characters(exclude_categories=("Nd", "Cs")), max_size=12)


@given(_AROUND, st.sampled_from("3456789"), _DIGITS, _AROUND)
def test_no_mobile_number_survives_whatever_stands_around_it(before: str, kind: str, rest: str, after: str) -> None:
    number = f"1{kind}{rest}0"
    assert number not in mask.text(f"{before}{number}{after}")


@given(
    _AROUND,
    st.sampled_from("粤京沪湘桂"),
    st.sampled_from("ABCDRZ"),
    st.text("ABCDEF0123456789", min_size=5, max_size=6),
)
def test_no_plate_survives(before: str, province: str, letter: str, rest: str) -> None:
    plate = province + letter + rest
    assert plate not in mask.text(f"{before}{plate}，")


@given(st.text(max_size=200))
def test_any_text_comes_back_as_text_and_never_longer_by_much(told: str) -> None:
    shown = mask.text(told)
    assert mask.text(shown) == shown
    assert len(shown) <= 2 * len(told) + 3


def test_a_citizens_own_words_are_left_out_whole() -> None:
    shown = mask.complaint("我家楼下的烧烤店每晚吵到两点")
    assert shown == "诉求内容不公开（14 字）"
    assert mask.complaint(shown) == shown
    assert mask.complaint("") == ""


def test_fields_are_masked_by_their_names() -> None:
    found = mask.details(
        {"联系电话": "33123", "诉求内容": "吵", "进展": "已联系 13812345678", "影响": "200 户", "姓名": ""}
    )
    assert found == {
        "联系电话": "***",
        "诉求内容": "诉求内容不公开（1 字）",
        "进展": "已联系 138****5678",
        "影响": "200 户",
        "姓名": "",
    }


def test_an_incident_keeps_all_but_what_is_personal() -> None:
    told = Incident("i1", "s", "fire", "粤R12345 起火", NOW, NOW, NOW, "open", 2, detail={"报警人": "李强"})
    shown = mask.incident(told)
    assert (shown.id, shown.grade, shown.kind) == ("i1", 2, "fire")
    assert shown.title == "粤R****5 起火"
    assert shown.detail == {"报警人": "***"}


def test_every_rule_has_a_name_of_its_own_and_hides_something() -> None:
    names = [name for name, _, _ in mask.RULES]
    assert len(names) == len(set(names))
    for name, pattern, _ in mask.RULES:
        assert any(pattern.search(re.sub(r"[０-９]", "", told)) for told, _ in HIDDEN), name
