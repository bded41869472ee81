import re

import pytest

from indicators.reasons import Why
from layouts.text import catalogue, said

PLACEHOLDER = re.compile(r"{(\w+)}")


@pytest.mark.parametrize("why", list(Why))
def test_every_reason_is_said_in_english_with_its_values(why: Why) -> None:
    values = dict.fromkeys(PLACEHOLDER.findall(why.value), "27")
    assert why.value in catalogue("en")
    told = said(why.say(**values), "en")
    assert told == catalogue("en")[why.value].format(**values)
    assert not re.search("[\u4e00-\u9fff]", told)
    assert said(why.say(**values), "zh") == why.say(**values)


def test_a_value_that_is_itself_a_word_of_ours_is_translated_too() -> None:
    told = said(Why.OTHER_DAY.say(a="春节", b="平日"), "en")
    assert told == "this period is Spring Festival, the base an ordinary day: not comparable"
    assert said(Why.OTHER_STANDARD.say(name=Why.UNNAMED.say()), "en") == "another standard: not named"


def test_a_reason_without_its_value_is_a_mistake() -> None:
    with pytest.raises(KeyError):
        Why.FEW.say(n=3)
