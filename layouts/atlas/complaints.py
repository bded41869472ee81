"""12345 complaints as density: what each place filed, summed into hexagons of one size; no complaint is shown by itself."""

from geo import hexes
from layouts import links, theme, words
from layouts.atlas import limits
from layouts.atlas.picture import Area, Asked, Class, Picture, located

METRIC = "hotline.local"
SIZE_KM = 3.0  # from side to side
FEW = 3  # fewer in a hexagon may point at a household (docs/map.md): they are told as "< 3"


def draw(asked: Asked) -> Picture:
    """The hexagons with at least one complaint; a click opens the topic's page of the district."""
    view = asked.view
    if METRIC not in view.city.metrics or not view.may_read(METRIC):
        return Picture(view.t("12345 诉求"), note=view.t("无数据"))
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
