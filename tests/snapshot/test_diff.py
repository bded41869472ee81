import math

import orjson
from hypothesis import given
from hypothesis import strategies as st

from snapshot.diff import Changes, Put, apply, diff

leaves = (
    st.none()
    | st.booleans()
    | st.integers(-(2**31), 2**31)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8)
)
names = st.sampled_from(["a", "b", "x", "data", "长"])
values = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=4), max_leaves=20
)
renderings = st.dictionaries(
    st.sampled_from(['{"panel":"a","part":"b"}', "clock"]), st.dictionaries(names, values, max_size=3), max_size=2
)


def plain(props: object) -> object:
    """As a browser sees it."""
    return orjson.loads(orjson.dumps(props))


@given(renderings, renderings)
def test_applying_the_changes_to_the_old_gives_the_new(old, new) -> None:
    after = apply(diff(old, new), old)
    for key, props in new.items():
        for prop, value in props.items():
            assert plain(after[key][prop]) == plain(value)


@given(renderings, renderings)
def test_what_vanished_stays_and_what_was_given_is_not_touched(old, new) -> None:
    before = orjson.dumps(old)
    after = apply(diff(old, new), old)
    assert orjson.dumps(old) == before
    for key, props in old.items():
        assert props.keys() <= after[key].keys()


@given(renderings)
def test_the_same_picture_is_no_change(old) -> None:
    copy = orjson.loads(orjson.dumps(old))
    assert not diff(old, copy)


@given(renderings, renderings)
def test_puts_are_never_longer_than_the_whole_property(old, new) -> None:
    changes = diff(old, new)
    for put in changes.puts:
        whole = len(orjson.dumps(new[put.id][put.prop]))
        sent = sum(len(orjson.dumps([p.value])) for p in changes.puts if (p.id, p.prop) == (put.id, put.prop))
        assert sent <= whole + 2


def test_one_number_of_a_figure_goes_alone() -> None:
    old = {"f": {"figure": {"data": [{"y": list(range(100)), "name": "今日"}], "layout": {"title": "x" * 50}}}}
    new = {"f": {"figure": {"data": [{"y": [*range(99), 7], "name": "今日"}], "layout": {"title": "x" * 50}}}}
    assert diff(old, new) == Changes({}, (Put("f", "figure", ("data", 0, "y", 99), 7),))


def test_a_short_property_goes_whole() -> None:
    assert diff({"f": {"children": "12"}}, {"f": {"children": "13"}}) == Changes({"f": {"children": "13"}})


def test_true_is_not_one_and_no_number_is_itself() -> None:
    assert diff({"f": {"a": 1}}, {"f": {"a": True}})
    assert diff({"f": {"a": False}}, {"f": {"a": 0}})
    assert not diff({"f": {"a": math.nan}}, {"f": {"a": math.nan}})
    assert not diff({"f": {"a": [1]}}, {"f": {"a": (1.0,)}})


def test_a_list_that_grew_is_replaced_where_it_lies() -> None:
    rest = {"k": "x" * 60}
    old, new = {"f": {"p": {"rows": [1, 2], "rest": rest}}}, {"f": {"p": {"rows": [1, 2, 3], "rest": rest}}}
    assert diff(old, new).puts == (Put("f", "p", ("rows",), [1, 2, 3]),)


def test_a_key_that_went_away_takes_its_container_along() -> None:
    rest = {"k": "x" * 60}
    old, new = {"f": {"p": {"style": {"a": 1, "b": 2}, "rest": rest}}}, {"f": {"p": {"style": {"a": 1}, "rest": rest}}}
    assert diff(old, new).puts == (Put("f", "p", ("style",), {"a": 1}),)
