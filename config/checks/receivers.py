"""Receivers of notices: districts and departments that exist, and addresses that may be called."""

from alerts.notify import MailReceiver, WebhookReceiver
from config.checks.names import not_among
from config.parts import Parts, valid
from datasources.guard import Guard
from domain.receiver import Receiver


def check_receivers(parts: Parts) -> None:
    """Each receiver against the city's districts and the hosts that city.yaml declares."""
    spec = parts.city.value if parts.city else None
    if spec is None:
        return
    guard = Guard(spec.allow_hosts, loopback=spec.demo)
    districts = [one.adcode for one in spec.districts]
    departments = _departments(parts)
    for _, entry, receiver in valid(parts.receivers):
        for index, district in enumerate(receiver.districts):
            if sentence := not_among(district, districts, "district of the city"):
                entry.tell(sentence, "districts", index)
        for index, name in enumerate(receiver.departments):
            if sentence := not_among(name, departments, "department of a source or metric"):
                entry.tell(sentence, "departments", index)
        key, fault = _address_fault(receiver, guard)
        if fault:
            entry.tell(fault, key)


def _departments(parts: Parts) -> list[str]:
    """The departments that may be given orders: those that sources, metrics and rules name (`City.departments`)."""
    named = {one.department for _, _, one in valid(parts.sources)}
    named |= {one.department for _, _, one in valid(parts.metrics)}
    named |= {one.department for _, _, one in valid(parts.rules)}
    return sorted(named - {""})


def _address_fault(receiver: Receiver, guard: Guard) -> tuple[str, str]:
    """The key of an address and what is wrong with it, as far as it can be told without a name server."""
    if isinstance(receiver, WebhookReceiver) and receiver.url:
        return "url", guard.url_fault(receiver.url)
    if isinstance(receiver, MailReceiver):
        host = f"[{receiver.host}]" if ":" in receiver.host else receiver.host
        return "host", guard.url_fault(f"http://{host}:{receiver.port}/")
    return "", ""
