import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from demo.noise import keys, normal, poisson_at, smooth, thin, uniform

TICKS = np.arange(20_000, dtype=np.int64)
KEY = keys(7, ["a", "b"], "test")


def test_a_value_depends_on_nothing_but_seed_name_and_tick() -> None:
    alone = uniform(keys(7, ["b"], "test"), TICKS[123:124])
    assert alone[0, 0] == uniform(KEY, TICKS)[1, 123]


def test_another_seed_salt_or_name_gives_another_value() -> None:
    values = {
        float(uniform(keys(seed, [name], salt), TICKS[:1])[0, 0]) for seed in (1, 2) for name in "ab" for salt in "xy"
    }
    assert len(values) == 8


def test_uniform_numbers_are_even_and_normal_ones_normal() -> None:
    u, n = uniform(KEY, TICKS), normal(KEY, TICKS)
    assert u.min() >= 0
    assert u.max() < 1
    assert abs(u.mean() - 0.5) < 0.01
    assert abs(n.mean()) < 0.02
    assert abs(n.std() - 1) < 0.02


def test_rows_are_not_correlated() -> None:
    u = uniform(KEY, TICKS)
    assert abs(np.corrcoef(u[0], u[1])[0, 1]) < 0.03


def test_a_smooth_wander_is_continuous_over_its_knots() -> None:
    t = np.arange(-5_000, 5_000, dtype=np.int64)
    assert np.abs(np.diff(smooth(KEY, t, 600))).max() < 0.02


@given(st.floats(0, 0.999999), st.lists(st.floats(0, 60), min_size=2, max_size=6))
def test_a_count_never_falls_when_its_mean_rises(u: float, means: list[float]) -> None:
    small = [m for m in sorted(means) if m <= 30]
    counts = [float(poisson_at(np.array(u), np.array(m))) for m in small]
    assert counts == sorted(counts)
    assert all(c >= 0 and c == int(c) for c in counts)


def test_counts_have_their_mean_and_variance() -> None:
    u = uniform(KEY, TICKS)
    for mean in (0.3, 4.0, 45.0):
        counts = poisson_at(u, np.full(u.shape, mean))
        assert abs(counts.mean() / mean - 1) < 0.05
        assert abs(counts.var() / mean - 1) < 0.15


def test_thinning_keeps_no_more_than_there_was() -> None:
    count = poisson_at(uniform(KEY, TICKS), np.full((2, TICKS.size), 6.0))
    kept = thin(keys(7, ["a", "b"], "losses"), TICKS, count, 0.9)
    assert (kept <= count).all()
    assert (kept >= 0).all()
    assert abs(kept.sum() / count.sum() - 0.9) < 0.02
