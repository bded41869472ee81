from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.metric import Metric
from indicators.rank import Entry, rank

Declare = Callable[..., Metric]


def test_the_best_comes_first_and_ties_share_a_rank(metric: Declare) -> None:
    rows = rank(
        metric(unit="%", better="higher", digits=1),
        [Entry("a", 94.2), Entry("b", 98.64), Entry("c", 97.1), Entry("d", 98.6), Entry("e", 90.0)],
    )
    assert [(r.place, r.rank) for r in rows] == [("b", 1), ("d", 1), ("c", 3), ("a", 4), ("e", 5)]


def test_direction_turns_the_order(metric: Declare) -> None:
    entries = [Entry("a", 3.0), Entry("b", 7.0), Entry("c", 12.0)]
    assert [r.place for r in rank(metric(unit="", better="lower"), entries)] == ["a", "b", "c"]
    assert [r.place for r in rank(metric(unit="", better="band", band=(6, 9)), entries)] == ["b", "a", "c"]


def test_amounts_are_ranked_per_ten_thousand_persons(metric: Declare) -> None:
    calls = metric(unit="件", aggregate="sum", across="sum", better="lower")
    rows = rank(calls, [Entry("big", 500, persons=1_000_000), Entry("small", 90, persons=100_000), Entry("new", 1)])
    assert [(r.place, r.rank, r.value) for r in rows] == [("big", 1, 5.0), ("small", 2, 9.0), ("new", None, 1)]
    assert rows[2].refused == "缺少常住人口，不能折算每万人"


def test_a_few_cases_are_not_ranked(metric: Declare) -> None:
    rows = rank(metric(unit="%", better="higher"), [Entry("few", 100.0, n=29), Entry("many", 90.0, n=30)])
    assert [(r.place, r.rank) for r in rows] == [("many", 1), ("few", None)]
    assert rows[1].refused == "样本量 29，少于 30"


def test_a_census_of_a_few_is_ranked(metric: Declare) -> None:
    rows = rank(metric(unit="%", better="higher", census=True), [Entry("few", 100.0, n=3), Entry("many", 90.0, n=30)])
    assert [(r.place, r.rank) for r in rows] == [("few", 1), ("many", 2)]


@pytest.mark.parametrize(
    ("entry", "reason"),
    [(Entry("x", None), "无数据"), (Entry("x", 1.0, coverage=0.79), "数据覆盖率 79%，低于 80%"), (Entry("x", 1.0, standard="HJ 633-2012"), "标准不同")],
)  # fmt: skip
def test_what_cannot_be_ranked_says_why(metric: Declare, entry: Entry, reason: str) -> None:
    rows = rank(
        metric(unit="", better="lower"), [entry, Entry("y", 2.0, standard="HJ 633-2026" if entry.standard else "")]
    )
    assert (rows[0].place, rows[0].rank) == ("y", 1)
    assert rows[1].refused.startswith(reason)


def test_a_metric_without_direction_ranks_nobody(metric: Declare) -> None:
    rows = rank(metric(better="none"), [Entry("a", 1.0), Entry("b", 2.0)])
    assert [(r.place, r.rank, r.refused) for r in rows] == [
        ("a", None, "指标无优劣方向，不排名"),
        ("b", None, "指标无优劣方向，不排名"),
    ]


def test_last_periods_rank_is_carried_along(metric: Declare) -> None:
    rows = rank(metric(unit="%", better="higher"), [Entry("a", 1.0), Entry("b", 2.0)], before={"a": 1})
    assert [(r.place, r.before) for r in rows] == [("b", None), ("a", 1)]


@given(st.lists(st.integers(0, 20), max_size=12), st.randoms(use_true_random=False))
def test_a_rank_counts_who_is_better(values: list[int], random: object) -> None:
    declared = Metric.model_validate(
        {"key": "a.b", "name": "n", "unit": "", "topic": "service", "definition": "test", "department": "d", "every": "1h", "better": "higher"}
    )  # fmt: skip
    entries = [Entry(str(i), float(v)) for i, v in enumerate(values)]
    rows = {r.place: r.rank for r in rank(declared, entries)}
    assert rows == {str(i): 1 + sum(other > v for other in values) for i, v in enumerate(values)}
    shuffled = sorted(entries, key=lambda _: random.random())  # type: ignore[attr-defined]  # hypothesis' own Random
    assert {r.place: r.rank for r in rank(declared, shuffled)} == rows
