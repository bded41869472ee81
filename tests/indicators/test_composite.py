from collections.abc import Callable
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.metric import Metric
from indicators.composite import composite, score

Declare = Callable[..., Metric]


@pytest.mark.parametrize(
    ("declared", "value", "mark"),
    [({"better": "higher", "target": 95}, 95, 100), ({"better": "higher", "target": 95}, 99, 100), ({"better": "higher", "target": 80}, 40, 50),
     ({"better": "higher", "target": 80}, -4, 0), ({"better": "lower", "target": 100}, 46, 100), ({"better": "lower", "target": 100}, 200, 50),
     ({"better": "higher", "valid": (0, 200)}, 50, 25), ({"better": "lower", "valid": (0, 500)}, 50, 90), ({"better": "lower", "valid": (1, 20)}, 1, 100),
     ({"better": "band", "band": (6, 9)}, 6, 100), ({"better": "band", "band": (6, 9)}, 10.5, 50), ({"better": "band", "band": (6, 9)}, 20, 0),
     ({"better": "none", "target": 3}, 3, None), ({"better": "higher"}, 3, None), ({"better": "band", "band": (6, 6)}, 6, None), ({"better": "higher", "target": 3}, None, None)],
)  # fmt: skip
def test_scores_follow_direction_and_target(
    metric: Declare, declared: dict[str, object], value: float | None, mark: int | None
) -> None:
    assert score(metric(**declared), value) == mark


def test_the_index_is_the_weighted_mean_of_the_scores(metric: Declare) -> None:
    metrics = {"a.x": metric(better="higher", target=100), "a.y": metric(better="lower", target=10)}
    found = composite({"a.x": 80.0, "a.y": 20.0}, {"a.x": 0.7, "a.y": 0.3}, metrics)
    assert (found.value, found.coverage, found.missing) == (71.0, 1.0, ())
    assert found.scores == {"a.x": 80.0, "a.y": 50.0}


def test_missing_components_leave_their_weight_to_the_others(metric: Declare) -> None:
    metrics = {key: metric(better="higher", target=100) for key in ("a.x", "a.y", "a.z")}
    found = composite({"a.x": 80.0, "a.y": 60.0, "a.z": None}, {"a.x": 0.4, "a.y": 0.4, "a.z": 0.2}, metrics)
    assert (found.value, found.coverage, found.missing) == (70.0, 0.8, ("a.z",))


def test_nothing_to_score_is_no_index(metric: Declare) -> None:
    found = composite({}, {"a.x": 1.0}, {"a.x": metric(better="higher", target=1)})
    assert (found.value, found.coverage, found.missing) == (None, 0.0, ("a.x",))


@pytest.mark.parametrize("weights", [{"a.x": 0.0}, {"a.x": -1.0}, {}])
def test_weights_must_weigh(metric: Declare, weights: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="weights"):
        composite({"a.x": 1.0}, weights, {"a.x": metric()})


def test_an_undeclared_component_is_an_error() -> None:
    with pytest.raises(KeyError):
        composite({}, {"a.x": 1.0}, {})


@given(st.lists(st.tuples(st.floats(0, 200), st.floats(0.01, 5)), min_size=1, max_size=8))
def test_an_index_lies_between_its_scores_in_any_order(parts: list[tuple[float, float]]) -> None:
    declared = Metric.model_validate(
        {"key": "a.b", "name": "n", "unit": "", "topic": "service", "definition": "test", "department": "d", "every": "1h",
         "better": "higher", "target": 100}
    )  # fmt: skip
    keys = [f"a.m{i}" for i in range(len(parts))]
    values: dict[str, float | None] = {k: v for k, (v, _) in zip(keys, parts, strict=True)}
    weights = {k: w for k, (_, w) in zip(keys, parts, strict=True)}
    metrics = dict.fromkeys(keys, declared)
    found = composite(values, weights, metrics)
    assert found.value is not None
    assert min(found.scores.values()) - 1e-9 <= found.value <= max(found.scores.values()) + 1e-9
    assert composite(values, dict(reversed(weights.items())), metrics).value == found.value
    assert composite(values, {k: w * 2 for k, w in weights.items()}, metrics).value == pytest.approx(found.value)


@given(st.floats(-1e3, 1e3), st.floats(-1e3, 1e3))
def test_a_better_value_never_scores_lower(a: float, b: float) -> None:
    base = {
        "key": "a.b",
        "name": "n",
        "unit": "",
        "topic": "service",
        "definition": "test",
        "department": "d",
        "every": "1h",
    }
    low, high = sorted((a, b))
    for extra in ({"target": 50}, {"valid": (-100, 100)}):
        up = Metric.model_validate(base | {"better": "higher"} | extra)
        down = Metric.model_validate(base | {"better": "lower"} | extra)
        assert (score(up, low) or Fraction(0)) <= (score(up, high) or Fraction(0))
        assert (score(down, low) or Fraction(0)) >= (score(down, high) or Fraction(0))
        assert 0 <= (score(down, low) or Fraction(0)) <= 100


@given(
    st.lists(st.tuples(st.floats(0, 200) | st.none(), st.floats(0.01, 5)), min_size=1, max_size=8).filter(
        lambda parts: any(value is not None for value, _ in parts)
    )
)
def test_contributions_add_up_to_the_index(parts: list[tuple[float | None, float]]) -> None:
    """As the page decomposes it: score times the share of the weights that are present."""
    weights = {f"a.p{n}": weight for n, (_, weight) in enumerate(parts)}
    metrics = {
        key: Metric.model_validate(
            {"key": "a.b", "name": "n", "unit": "", "topic": "service", "definition": "test", "department": "d", "every": "1h",
             "better": "higher", "target": 100}
        )
        for key in weights
    }  # fmt: skip
    found = composite(dict(zip(weights, (value for value, _ in parts), strict=True)), weights, metrics)
    present = sum(weights[key] for key in found.scores)
    assert found.value == pytest.approx(sum(mark * weights[key] / present for key, mark in found.scores.items()))
