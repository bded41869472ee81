"""What an administration has simplified: service items, one-stop matters, licences, kiosks, and bureaux at their deadlines."""

import numpy as np

from demo.noise import Floats, Ints, poisson, smooth, thin, uniform
from demo.places import Group
from demo.rhythm import DAY, HOUR, office, waking, workday

_ZERO = np.zeros(1, dtype=np.int64)
_ITEMS = 2_100.0  # service items of a city of one scale, kept by its districts
# Kind of item -> its part of all items.
KINDS = {"permit": 0.27, "public": 0.46, "confirm": 0.12, "other": 0.15}


class Reform:
    """Figures of the day by district, of the hour by district and by bureau; `t` is the end of the period."""

    def __init__(self, offset: int) -> None:
        self.offset = offset

    def items(self, districts: Group, t: Ints) -> Floats:
        """All service items: exactly the sum of their kinds."""
        total: Floats = np.sum([self.of_kind(districts, t, kind) for kind in KINDS], axis=0)
        return total

    def of_kind(self, districts: Group, t: Ints, kind: str) -> Floats:
        """Items of one kind: lists are revised every few weeks."""
        held = _ITEMS * (0.55 + 0.45 * districts.share) * KINDS[kind]
        return np.rint(held * (1.0 + 0.01 * smooth(districts.key(f"items.{kind}"), t, 40 * DAY)))

    def once(self, districts: Group, t: Ints) -> Floats:
        """Items for which one visit is enough at most."""
        return np.rint(self.items(districts, t) * (0.985 - 0.04 * uniform(districts.key("gap.once"), _ZERO)))

    def one_thing(self, districts: Group, t: Ints) -> Floats:
        """Matters of several bureaux handled as one, of the day that ends at t."""
        return poisson(districts.key("onething"), t // DAY, districts.share * (20.0 + 160.0 * self._worked(t)))

    def cross_province(self, districts: Group, t: Ints) -> Floats:
        """Matters handled for another province, of the day."""
        return poisson(districts.key("cross"), t // DAY, districts.share * (6.0 + 42.0 * self._worked(t)))

    def licences(self, districts: Group, t: Ints) -> Floats:
        """Electronic licences ever issued: grows by the day."""
        return np.floor(districts.share * (3_150_000.0 + (t - 1_760_000_000) / DAY * 940.0))

    def licence_uses(self, districts: Group, t: Ints) -> Floats:
        """Times that a licence was used in place of paper, of the day."""
        return poisson(districts.key("uses"), t // DAY, districts.share * (900.0 + 5_200.0 * self._worked(t)))

    def bad_due(self, districts: Group, t: Ints) -> Floats:
        """Bad ratings whose time for mending ended in the day."""
        return poisson(districts.key("baddue"), t // DAY, 14.0 * districts.share * self._worked(t))

    def bad_mended(self, districts: Group, t: Ints) -> Floats:
        """Those of them that were mended in time."""
        return thin(districts.key("badfix"), t // DAY, self.bad_due(districts, t), 0.985)

    def due_soon(self, districts: Group, t: Ints) -> Floats:
        """Open cases whose promised time ends within a working day."""
        load = 0.35 + 0.65 * workday(t, self.offset)
        return poisson(districts.key("soon"), t // HOUR, 210.0 * districts.share * load)

    def bad_late(self, districts: Group, t: Ints) -> Floats:
        """Bad ratings open beyond the time for mending: seldom one."""
        late: Floats = np.where(uniform(districts.key("badlate"), t // (2 * DAY)) < 0.03, 1.0, 0.0)
        return late

    def kiosks(self, districts: Group, t: Ints) -> Floats:
        """Self-service terminals; constant."""
        held: Floats = np.rint(4.0 + 130.0 * districts.share) + 0.0 * t
        return held

    def kiosks_online(self, districts: Group, t: Ints) -> Floats:
        """Those that answered in the hour."""
        return thin(districts.key("kiosk"), t // HOUR, self.kiosks(districts, t), 0.985)

    def bureau_due(self, bureaux: Group, t: Ints) -> Floats:
        """Cases of a bureau whose promised time ended in the hour."""
        load = 1.3 * office(t - HOUR // 2, self.offset) + 0.12 * waking(t - HOUR // 2, self.offset)
        return poisson(bureaux.key("bureau"), t // HOUR, bureaux.fact("cases_hour", 20.0) * load)

    def bureau_on_time(self, bureaux: Group, t: Ints) -> Floats:
        """Closed in time; bureaux differ by some points."""
        share = 0.993 - 0.06 * uniform(bureaux.key("gap.bureau"), _ZERO)
        return thin(bureaux.key("bureautime"), t // HOUR, self.bureau_due(bureaux, t), share)

    def bureau_overdue(self, bureaux: Group, t: Ints) -> Floats:
        """Cases of a bureau over their time and open."""
        lag = uniform(bureaux.key("gap.bureau"), _ZERO)
        wave = np.maximum(0.9 + 0.5 * smooth(bureaux.key("late"), t, 2 * DAY), 0.0)
        return np.rint(bureaux.fact("cases_hour", 20.0) * 0.25 * (0.1 + lag) * wave)

    def _worked(self, t: Ints) -> Floats:
        """Whether the day that ends at t was a working day."""
        return workday(t - DAY // 2, self.offset)
