from datetime import timedelta

from domain.forecast import Outlook, Skill, Step, Tally, Weights
from domain.observation import SeriesKey
from store import Store
from tests.store.values import HOUR, NOW

MADE = NOW.replace(minute=0, second=0)
STEPS = tuple(Step(MADE + i * HOUR, 1.0, 2.0, 3.0 + i, 4.0 + i, 5.5 + i) for i in range(3))


def _outlook(site: str = "a", metric: str = "air.pm25", **said: object) -> Outlook:
    key = SeriesKey(metric, site, "air")
    return Outlook(key, MADE, "naive", STEPS, Skill(24, 1.0, 0.8, 0.95), **said)  # type: ignore[arg-type]


def test_an_outlook_comes_back_as_it_was_saved(store: Store) -> None:
    whole = _outlook(weights=Weights(0.5, 0.1, 0.2, 0.9, MADE), trial=STEPS[:2], tally=Tally(2, 3.5, 4.0, 1, 2))
    store.forecasts.save([whole, _outlook("b")])
    assert store.forecasts.of(["air.pm25"]) == [whole, _outlook("b")]


def test_the_next_outlook_takes_the_place_of_the_one_before(store: Store) -> None:
    store.forecasts.save([_outlook()])
    later = Outlook(
        SeriesKey("air.pm25", "a", "air"), MADE + HOUR, "holt_winters", STEPS[1:], Skill(3, None, 1.0, 1.0, True)
    )
    store.forecasts.save([later])
    assert store.forecasts.of(["air.pm25"]) == [later]


def test_outlooks_are_asked_for_by_metric_and_site(store: Store) -> None:
    store.forecasts.save([_outlook("a"), _outlook("b"), _outlook("a", "air.o3")])
    assert [one.key.site for one in store.forecasts.of(["air.pm25"])] == ["a", "b"]
    assert [one.key.metric for one in store.forecasts.of(["air.pm25", "air.o3"], "a")] == ["air.pm25", "air.o3"]
    assert store.forecasts.of([]) == []


def test_saving_nothing_is_nothing(store: Store) -> None:
    store.forecasts.save([])
    assert store.forecasts.of(["air.pm25"]) == []


def test_times_keep_their_hours(store: Store) -> None:
    store.forecasts.save([_outlook()])
    (found,) = store.forecasts.of(["air.pm25"])
    assert [step.at - found.made for step in found.steps] == [timedelta(hours=i) for i in range(3)]
