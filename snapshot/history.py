"""A metric's rows over a span: the hot window where it reaches, older time from roll-ups."""

from dataclasses import replace

import numpy as np

from snapshot.course import Course
from snapshot.moment import Moment, Unit
from snapshot.rows import Floats, Ints, Rows, joined
from snapshot.times import DAY, HOUR, midnight, to_at, to_ms


def span_rows(moment: Moment, course: Course, start: int, end: int) -> Rows:
    """The rows of one span [start, end), to be folded into one value. Ends inside an old hour take their share of it."""
    cut = min(end, course.start)
    if moment.past is None or start >= cut:
        return course.points.between(start, end)
    first = to_ms(midnight(to_at(start + DAY - 1), moment.zone))
    last = to_ms(midnight(to_at(cut), moment.zone))
    if first >= last:
        return joined(_hours(moment, course, start, cut), course.points.between(cut, end))
    return joined(
        _hours(moment, course, start, first),
        moment.past.rows("day", course, first, last),
        _hours(moment, course, last, cut),
        course.points.between(cut, end),
    )


def step_rows(moment: Moment, course: Course, edges: Ints) -> Rows:
    """The rows of many equal steps: old ones from the coarsest roll-up that fits into a step."""
    start, end = int(edges[0]), int(edges[-1])
    hot = int(edges[np.searchsorted(edges, min(course.start, end))])
    if moment.past is None or start >= course.start:
        return course.points.between(start, end)
    unit = _unit(moment, edges)
    # A step that the hot window holds only in part is read whole from the past, which has all but its newest hour.
    return joined(moment.past.rows(unit, course, start, hot), course.points.between(hot, end))


def _unit(moment: Moment, edges: Ints) -> Unit:
    step = int(edges[1] - edges[0])
    at_midnight = int(edges[0]) == to_ms(midnight(to_at(int(edges[0])), moment.zone))
    if step % DAY == 0 and at_midnight:
        return "day"
    return "hour" if step % HOUR == 0 else "raw"


def _hours(moment: Moment, course: Course, start: int, end: int) -> Rows:
    """Hour roll-ups of a span; the hours at its ends count by the share of the metric's samples that lies inside."""
    if moment.past is None or end <= start:
        return course.points.between(0, 0)
    day = to_ms(midnight(to_at(start), moment.zone))  # hours are of the city's own clock
    first, last = day + (start - day) // HOUR * HOUR, day - (day - end) // HOUR * HOUR
    rows = moment.past.rows("hour", course, first, last)
    share = _samples_before(end, rows.at, course.every) - _samples_before(start, rows.at, course.every)
    return replace(rows, span=rows.span * share, total=rows.total * share).pick(share > 0)


def _samples_before(moment: int, hour: Ints, every: int) -> Floats:
    """Which share of each hour's samples, taken at its start and then at the metric's interval, lies before a moment."""
    step = min(every, HOUR)
    taken = -((hour - moment) // step)  # rounded up: the sample at the start of a step counts once the step has begun
    return np.clip(taken * step / HOUR, 0.0, 1.0)
