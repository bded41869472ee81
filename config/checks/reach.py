"""What the city's sources may call and read, as far as it can be told without calling and reading."""

from config.parts import Parts, valid
from datasources.guard import Guard, host_fault


def check_reach(parts: Parts) -> None:
    """The hosts that city.yaml declares, and every source's addresses against them."""
    entry = parts.city
    if entry is None or entry.value is None:
        return
    spec = entry.value
    for index, host in enumerate(spec.allow_hosts):
        if fault := host_fault(host):
            entry.tell(fault, "allow_hosts", index)
    guard = Guard(spec.allow_hosts, loopback=spec.demo)
    for _, source_entry, source in valid(parts.sources):
        for path, url in source.calls().items():
            if fault := guard.url_fault(url, source.schemes):
                source_entry.tell(fault, *path)
