import gzip
import json
import re
from pathlib import Path

import brotli
import httpx

from api.layers import LayerFiles
from api.static import links, warm
from tests.api.conftest import Web

IMMUTABLE = "public, max-age=31536000, immutable"


def suffixes(folder: Path) -> set[str]:
    return {path.suffix for path in folder.iterdir()}


def put_in_the_way(folder: Path) -> None:
    folder.write_text("a file where a folder should be")


async def raw(client: httpx.AsyncClient, url: str, accept: str, **headers: str) -> tuple[httpx.Response, bytes]:
    """The answer with its body as it came, not decoded."""
    async with client.stream("GET", url, headers={"accept-encoding": accept, **headers}) as answer:
        return answer, b"".join([part async for part in answer.aiter_raw()])


async def test_a_layer_with_its_hash_may_be_kept_for_ever(web: Web) -> None:
    url = LayerFiles(web.services.city, web.services.cache).url("districts")
    kept = "private, max-age=31536000, immutable"  # behind the sign-in, so nobody on the way may keep it
    assert re.fullmatch(r"/layers/districts\.[0-9a-f]{12}\.geojson", url)
    async with web.client() as client:
        answer, body = await raw(client, url, "gzip, br")
        assert answer.headers["cache-control"] == kept
        assert answer.headers["content-encoding"] == "br"
        assert answer.headers["content-type"] == "application/geo+json"
        assert json.loads(brotli.decompress(body))["features"]
        plain, same = await raw(client, "/layers/districts.geojson", "identity")
        assert plain.headers["cache-control"] == "no-cache"
        assert same == brotli.decompress(body)
        zipped, packed = await raw(client, url, "gzip")
        assert gzip.decompress(packed) == same
        tags = {a.headers["etag"] for a in (answer, plain, zipped)}
        assert len(tags) == 3
        again, empty = await raw(client, url, "gzip, br", **{"if-none-match": answer.headers["etag"]})
        assert (again.status_code, empty) == (304, b"")
        head = await client.head(url)
        assert (head.status_code, head.content) == (200, b"")


async def test_static_files_are_compressed_once_and_kept_on_disk(web: Web) -> None:
    async with web.client() as client:
        page = (await client.get("/")).text
        (script,) = re.findall(r'src="(/assets/page\.js\?m=[^"]+)"', page)
        answer, body = await raw(client, script, "br")
        assert answer.headers["cache-control"] == IMMUTABLE
        assert answer.headers["content-encoding"] == "br"
        assert brotli.decompress(body) == b"// a script\n" * 200
        bare, _ = await raw(client, "/assets/page.js", "br")
        assert bare.headers["cache-control"] == "no-cache"
        assert bare.headers["etag"] == answer.headers["etag"]
    assert suffixes(web.services.cache) == {".br", ".gz"}


async def test_pictures_are_not_compressed_again(web: Web) -> None:
    async with web.client() as client:
        answer, body = await raw(client, "/assets/dot.png", "br, gzip")
    assert "content-encoding" not in answer.headers
    assert len(body) == 1024


async def test_component_bundles_are_immutable_by_name(web: Web) -> None:
    async with web.client() as client:
        page = (await client.get("/")).text
        bundle = next(link for link in links(page) if "dash_html_components" in link)
        answer, body = await raw(client, bundle, "gzip, deflate, br")
        assert answer.headers["cache-control"] == IMMUTABLE
        assert answer.headers["content-encoding"] == "br"
        assert answer.headers["vary"] == "Accept-Encoding"
        etag = {"if-none-match": answer.headers["etag"]}
        assert (await raw(client, bundle, "gzip, deflate, br", **etag))[0].status_code == 304
    assert len(body) < 100_000


async def test_a_client_that_refuses_an_encoding_does_not_get_it(web: Web) -> None:
    async with web.client() as client:
        answer, _ = await raw(client, "/assets/page.js", "br;q=0, gzip;q=0.5")
    assert answer.headers["content-encoding"] == "gzip"


async def test_a_cache_that_cannot_be_written_costs_only_time(web: Web) -> None:
    put_in_the_way(web.services.cache)
    async with web.client() as client:
        answer, body = await raw(client, "/assets/page.js", "br")
    assert answer.status_code == 200
    assert brotli.decompress(body) == b"// a script\n" * 200


async def test_warming_makes_everything_the_page_names(web: Web, monkeypatch) -> None:
    monkeypatch.setattr("api.static.PLOTLY", "/assets/dot.png")  # 5 MB at full quality is for the benchmark
    assert await warm(web.server) > 5


async def test_pages_carry_a_policy_that_allows_only_their_own_scripts(web: Web) -> None:
    async with web.client() as client:
        answer = await client.get("/")
    policy = dict(rule.split(" ", 1) for rule in answer.headers["content-security-policy"].split("; "))
    assert re.fullmatch(r"'self'( 'sha256-[\w+/=]+')+", policy["script-src"])
    assert policy["worker-src"] == "'self' blob:"
    assert "unsafe-eval" not in answer.headers["content-security-policy"]
    assert policy["object-src"] == "'none'"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"
    inline = re.findall(r'<script id="_dash-renderer"[^>]*>(.*?)</script>', answer.text, re.DOTALL)
    assert len(inline) == 1


async def test_layout_and_callback_answers_are_compressed_for_those_who_take_it(web: Web) -> None:
    async with web.client() as client:
        packed, _ = await raw(client, "/", "gzip")
        plain, _ = await raw(client, "/", "identity")
        assert packed.headers["content-encoding"] == "gzip"
        assert "content-encoding" not in plain.headers
        assert "content-encoding" not in (await raw(client, "/healthz", "gzip"))[0].headers
