import pytest

from layouts import faults


@pytest.mark.parametrize(
    ("sentence", "word"),
    [
        ("water.codmn at sec-18: 999999 mg/L is outside the valid range 0 to 200", "超出有效范围"),
        ("time 2030-01-01T00:00:00+00:00 is in the future (received 2026-11-24T00:00:00+00:00)", "时间在将来"),
        ("time '2026-13-01' is in none of the declared formats", "时间无法识别"),
        ("site 'x' is not declared", "站点未知"),
        ("status 'x' is not declared", "事件要素不全"),
        ("coordinates 1, 2 are no place on Earth", "坐标无效"),
        ("air.pm25 at a-1: 'abc' is not a number", "不是数值"),
        ("unit 'furlong' is not known", "单位不明"),
        ("7 cells where the header has 9", "结构与声明不符"),
        ("http://127.0.0.1:1/x gave no answer within 30s", "没有响应"),
        ("http://127.0.0.1:1/x answered 401: the credentials are refused", "登录被拒"),
        ("http://127.0.0.1:1/x answered 503", "对方返回错误"),
        ("http://127.0.0.1:1/x cannot be read (ConnectError)", "无法连接或读取"),
        ("folder /drop does not exist", "目录不存在"),
        ("something new", "其他原因"),
    ],
)
def test_a_sentence_has_its_word(sentence: str, word: str) -> None:
    assert faults.kind(sentence) == word


def test_a_record_with_two_faults_counts_in_both() -> None:
    assert faults.counted(["site 'a' is not declared; no time", "no time"]) == [("时间无法识别", 2), ("站点未知", 1)]


def test_a_reason_loses_the_place_it_begins_with() -> None:
    assert faults.bare("a.csv:7: no time", "a.csv:7") == "no time"
    assert faults.bare("no time", "") == "no time"
