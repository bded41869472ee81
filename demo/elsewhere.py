"""What is told of the city by others: a station in the next city, and a weather model that knows the sky but not every shower."""

from typing import Final

from demo.air import Air
from demo.noise import Floats, Ints, smooth, uniform
from demo.places import Group, column
from demo.rhythm import HOUR
from demo.weather import Weather

NORTH, EAST = 0.72, 0.61  # degrees from the city's middle to the neighbour's station
_CELL: Final = 3 * HOUR  # a model's showers come in blocks


class Elsewhere:
    """Concentrations in µg/m³, temperature in °C, rain in mm of the hour before."""

    def __init__(self, weather: Weather) -> None:
        self.weather, self._air = weather, Air(weather)

    def pm25(self, city: Group, t: Ints) -> Floats:
        """At the neighbour's station: the same air mass, another rain."""
        return self._air.pm25(_neighbour(city), t)

    def o3(self, city: Group, t: Ints) -> Floats:
        """As pm25."""
        return self._air.o3(_neighbour(city), t)

    def model_temperature(self, city: Group, t: Ints) -> Floats:
        """Of the city's middle, a degree off now and then."""
        return self.weather.temperature(city, t) + 0.4 + 0.8 * smooth(city.key("model"), t, 20 * HOUR)

    def model_rain(self, city: Group, t: Ints) -> Floats:
        """Of the city's middle: right about whether, less about how much."""
        share = 0.6 + 0.7 * uniform(city.key("shower"), t // _CELL)
        return self.weather.accumulated(city, t, 1) * share


def _neighbour(city: Group) -> Group:
    names = tuple(f"neighbour of {name}" for name in city.names)
    lon, lat = city.lon + EAST, city.lat + NORTH
    return Group(names, lon, lat, city.district, column([1.0] * len(names)), city.seed)
