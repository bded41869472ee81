from domain.batch import Batch
from domain.place import Site
from store import Store
from tests.store.values import NOW


def test_learnt_sites_come_back_and_the_newest_description_stays(store: Store) -> None:
    one = Site(id="x", name="长隆站", kind="air", district="441802", lon=113.0, lat=23.7, facts={"body": "river"})
    store.write(Batch("air", NOW, sites=(one,)))
    version = store.version()
    store.write(Batch("air", NOW, sites=(one,)))
    assert (store.sites(), store.version()) == ([one], version)
    moved = one.model_copy(update={"name": "新站"})
    store.write(Batch("air", NOW, sites=(moved, one.model_copy(update={"id": "a"}))))
    assert [site.name for site in store.sites()] == ["长隆站", "新站"]
