"""Where a configured source may reach: which hosts it may call, which folders and files it may read.

A city folder is written by people and may be wrong or tampered with, and a department's name server or drop folder is not
ours. So every address is judged after it is resolved and just before it is used, and every path after its links are followed.
"""

import asyncio
import ipaddress
import socket
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from domain.errors import SourceError

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Neighbourhood = Literal["never", "loopback", "intranet", "public"]

SCHEMES = ("http", "https")
# Where clouds answer machines about themselves, credentials included, outside the link-local range. In order: Alibaba, Azure,
# Oracle, AWS and Google over IPv6.
_METADATA = frozenset(
    map(ipaddress.ip_address, ("100.100.100.200", "168.63.129.16", "192.0.0.192", "fd00:ec2::254", "fd20:ce::254"))
)
_THIS_NETWORK = ipaddress.ip_network("0.0.0.0/8")  # RFC 1122 3.2.1.3: many systems take it for themselves
# An IPv4 address in the last four bytes of an IPv6 one: RFC 6052 (translation) and RFC 4291 2.5.5.1 (compatible, abandoned).
_HOLDING_V4 = (ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("::/96"))
_GLOBAL_V6 = ipaddress.ip_network("2000::/3")  # RFC 4291 2.4: the only unicast space given out
_OWN_V6 = (ipaddress.ip_network("fc00::/7"), ipaddress.ip_network("fec0::/10"))
_SAY = {
    "never": "is link-local, a cloud's metadata service or no host's address; a source never calls it",
    "loopback": "is this machine itself; declare it under allow_hosts in city.yaml if that is meant",
    "intranet": "is an intranet address; declare its host or network under allow_hosts in city.yaml",
}


def neighbourhood(address: str) -> Neighbourhood:
    """How near an IP address is; an IPv4 address inside an IPv6 one counts as what it leads to. ValueError for no address."""
    found = _innermost(ipaddress.ip_address(address))
    if found.is_loopback:
        return "loopback"
    if found in _METADATA or found in _THIS_NETWORK or found.is_link_local or found.is_multicast:
        return "never"
    if isinstance(found, ipaddress.IPv6Address):
        own = any(found in network for network in _OWN_V6)
        return "intranet" if own else "public" if found in _GLOBAL_V6 and found.is_global else "never"
    return "never" if found.is_reserved else "public" if found.is_global else "intranet"


def _innermost(address: Address) -> Address:
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if int(address) > 1 and any(address in network for network in _HOLDING_V4):  # :: and ::1 are what they are
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else address)


def host_fault(entry: str) -> str:
    """What is wrong with one entry of allow_hosts, "" when nothing is."""
    network = _network(entry)
    if network is not None:
        if network.prefixlen == 0:
            return f"{entry} is every address there is; name the networks that are meant"
        return f"{entry} {_SAY['never']}" if neighbourhood(str(network.network_address)) == "never" else ""
    name = entry.removeprefix("*.")
    if not name or not name.isascii() or set(name) & set("/:*@ ") or name.startswith("."):
        return f"{entry!r} is no host; write a name (data.dept.example), *.dept.example, an address or a network (10.12.0.0/16)"
    return ""


def _network(entry: str) -> Network | None:
    try:
        return ipaddress.ip_network(entry, strict=False)
    except ValueError:
        return None


@dataclass(frozen=True)
class Guard:
    """hosts: what city.yaml declares (names, *.names, addresses, networks). loopback: the demonstration city's departments.

    roots: folders that files may be read from besides the source's own root. kept: files no source may read, and no drop
    folder may hold. Frozen: a guard is made once, for the whole run.
    """

    hosts: tuple[str, ...] = ()
    loopback: bool = False
    roots: tuple[Path, ...] = ()
    kept: tuple[Path, ...] = ()

    @cached_property
    def _networks(self) -> tuple[Network, ...]:
        return tuple(network for entry in self.hosts if (network := _network(entry)) is not None)

    def refusal(self, host: str, address: str) -> str:
        """Why a host that resolved to this address may not be called; "" when it may."""
        near = neighbourhood(address)
        if near == "public" or (near == "loopback" and self.loopback):
            return ""
        inner = _innermost(ipaddress.ip_address(address))
        listed = any(inner in network for network in self._networks)
        # A wildcard for the intranet must not open this machine: a name server could lead any name here.
        named = self._names(host) if near == "intranet" else host == "localhost" and host in self.hosts
        if near != "never" and (listed or named):
            return ""
        return f"{host} leads to {address}, which {_SAY[near]}" if host != address else f"{address} {_SAY[near]}"

    def _names(self, host: str) -> bool:
        lower = host.lower().rstrip(".")
        declared = [entry.lower() for entry in self.hosts]
        return any(lower == entry or (entry.startswith("*.") and lower.endswith(entry[1:])) for entry in declared)

    def judged(self, host: str, addresses: Iterable[str]) -> list[str]:
        """The addresses, each once; SourceError when any of them may not be called."""
        found = list(dict.fromkeys(addresses))
        for address in found:
            if fault := self.refusal(host, address):
                raise SourceError(fault, permanent=True)
        return found

    def url_fault(self, url: str, schemes: Collection[str] = SCHEMES) -> str:
        """What can be said of an address without asking a name server: scheme, host, an IP address that is refused."""
        try:
            parts = urlsplit(url)
            host = parts.hostname or ""
        except ValueError:
            return "is no address"
        if parts.scheme not in schemes or not host:
            first, *_ = sorted(schemes)
            return f"give an {first}:// or {first}s:// address"
        try:
            ipaddress.ip_address(host)
        except ValueError:
            return ""
        return self.refusal(host, host)

    async def resolve(self, host: str, port: int) -> list[str]:
        """The addresses to call, judged; OSError when the name is not known."""
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        return self.judged(host, _addresses(found))

    def resolve_here(self, host: str, port: int) -> list[str]:
        """The same for threads."""
        return self.judged(host, _addresses(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)))

    def inside(self, path: Path, root: Path) -> Path:
        """The real path, all links followed; SourceError unless it lies in `root` or a declared folder and is not kept."""
        real = path.resolve()
        if not any(real.is_relative_to(place.resolve()) for place in (root, *self.roots)):
            raise SourceError(
                f"{path} lies outside the folders that sources may read; declare it under allow_folders in city.yaml",
                permanent=True,
            )
        if any(kept.resolve().is_relative_to(real) or real.is_relative_to(kept.resolve()) for kept in self.kept):
            raise SourceError(
                f"{path} holds what the cockpit keeps for itself; use a folder of its own", permanent=True
            )
        return real


def _addresses(found: Sequence[tuple[object, ...]]) -> list[str]:
    return [str(entry[4][0]) for entry in found if isinstance(entry[4], tuple)]
