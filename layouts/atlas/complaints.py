"""12345 complaints as density: what each place filed, summed into hexagons of one size, or by district; none by itself."""

from geo import hexes
from layouts import links, theme, words
from layouts.atlas import limits
from layouts.atlas.picture import Area, Asked, Class, Picture, located
from layouts.view import View, is_judgeable

METRIC, DISTRICTS = "hotline.local", "hotline.requests"
SIZE_KM = 3.0  # from side to side
PEOPLE = 10_000
FEW = 3  # fewer in a hexagon may point at a household (docs/map.md): they are told as "< 3"


def draw(asked: Asked) -> Picture:
    """Hexagons where a source tells of places, else districts by their people; a click opens the topic's page of the district."""
    view = asked.view
    for metric, made in ((METRIC, _hexagons), (DISTRICTS, _districts)):
        if metric in view.city.metrics and view.may_read(metric):
            return made(view)
    return Picture(view.t("12345 诉求"), note=view.t("无数据"))


def _districts(view: View) -> Picture:
    """Complaints of today per 10,000 people: what districts tell may not be spread over places nobody told of."""
    people = {code: d.population for code, d in view.city.districts.items() if d.population}
    found = [r for r in view.snapshot.by_district(DISTRICTS, "today") if r.value is not None and r.place in people]
    rates = {r.place: r.value / people[r.place] * PEOPLE for r in found if r.value is not None and is_judgeable(r)}
    bounds = limits.round_limits(list(rates.values()))
    said = limits.texts(bounds) or [view.t("有诉求")]
    classes = [Class(text, colour, "fill") for text, colour in zip(said, theme.HEAT, strict=False)]
    areas = []
    for place, rate in rates.items():
        go = {"href": links.href(view, f"{links.TOPIC}hotline", district=place)}
        text = view.t("每万人 {n} 件", n=words.figure(rate, 2))
        areas.append(Area(place, place, limits.step_of(rate, bounds), view.place_name(place), text, go))
    unit = view.t("件/万人")
    return Picture(view.t("12345 诉求密度"), classes, areas=areas, unit=unit, note=view.t("按区县 · 今日"))


def _hexagons(view: View) -> Picture:
    metric = view.metric(METRIC)
    told = {r.place: r.value for r in view.snapshot.readings(METRIC) if r.value}
    spots = [(lon, lat, told[site], site) for site, lon, lat in located(view, (metric.site_kind,)) if site in told]
    cells = hexes.bins([(lon, lat) for lon, lat, _, _ in spots], [n for _, _, n, _ in spots], SIZE_KM)
    bounds = limits.round_limits([cell.total for cell in cells])
    said = limits.texts(bounds) or [view.t("有诉求")]
    classes = [Class(text, colour, "fill") for text, colour in zip(said, theme.HEAT, strict=False)]
    areas = []
    for cell in cells:
        most = max((spots[i] for i in cell.members), key=lambda spot: spot[2])[3]
        count = words.figure(cell.total, 0) if cell.total >= FEW else f"< {FEW}"
        text = f"{count} {view.t(metric.unit)}"
        district = view.city.district_of(most)
        go = {"href": links.href(view, f"{links.TOPIC}hotline", district=district)}
        areas.append(Area(cell.id, cell.ring, limits.step_of(cell.total, bounds), view.place_name(most), text, go))
    note = view.t("每格边宽 {km} km · 今日", km=words.figure(SIZE_KM, 0)) if areas else view.t("今日尚无诉求")
    return Picture(view.t("12345 诉求密度"), classes, areas=areas, unit=view.t(metric.unit), note=note)
