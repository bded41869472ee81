"""A city's store, opened as the settings say."""

from domain.city import City
from jobs.settings import Settings
from store import Store, open_store


def open_city_store(city: City, settings: Settings) -> Store:
    """The store of a city with the sites learnt so far; StoreError when it cannot be opened or written."""
    settings.var.mkdir(parents=True, exist_ok=True)
    store = open_store(settings.database_url, synchronous=settings.synchronous, zone=city.spec.zone)
    for site in store.sites():
        city.sites.setdefault(site.id, site)
    return store
