"""How often a source is expected to bring something."""

from datetime import timedelta

from domain.source import SourceSpec

# The widest gap of a field's unit in a five-field cron line: minute, hour, day of month, month, day of week.
_HOUR, _DAY, _WEEK, _MONTH, _YEAR = (timedelta(hours=1), timedelta(days=1), timedelta(7), timedelta(31), timedelta(366))


def interval_of(spec: SourceSpec) -> timedelta:
    """The declared interval, or the one a cron line comes to when its runs lie evenly ("*/10 * * * *": 10 minutes)."""
    return spec.every if spec.every is not None else cron_interval(spec.cron)


def cron_interval(cron: str) -> timedelta:
    """The usual time between two runs of a five-field cron line; a day when the line is not one."""
    fields = cron.split()
    if len(fields) != 5:
        return _DAY
    minute, hour, day, month, weekday = fields
    for field, span, size in ((month, _YEAR, 12), (day, _MONTH, 31), (weekday, _WEEK, 7), (hour, _DAY, 24)):
        if field not in ("*", "*/1"):
            return span / _times(field, size)
    return _HOUR / _times(minute, 60)


def _times(field: str, size: int) -> int:
    """How many values of a unit of `size` a cron field picks."""
    count = 0
    for part in field.split(","):
        span, _, step = part.partition("/")
        first, _, last = span.partition("-")
        width = size if span == "*" else int(last) - int(first) + 1 if last.isdigit() and first.isdigit() else 1
        every = int(step) if step.isdigit() and int(step) > 0 else 1
        count += max(1, -(-width // every))
    return max(1, min(count, size))
