import asyncio
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api import limits
from api.limits import Buckets, Gone, Rate, TooLarge, TooSlow, read_body, replayed


def test_a_bucket_gives_its_burst_and_then_its_rate() -> None:
    now = [0.0]
    buckets = Buckets(Rate(2, 3), lambda: now[0])
    assert [buckets.take("a") for _ in range(3)] == [0, 0, 0]
    assert buckets.take("a") == 0.5
    assert buckets.take("b") == 0
    now[0] = 0.5
    assert buckets.take("a") == 0
    assert buckets.take("a") == 0.5
    now[0] = 1000
    assert [buckets.take("a") for _ in range(4)] == [0, 0, 0, 0.5]


@given(st.lists(st.floats(0, 5), max_size=200))
def test_nobody_gets_more_than_burst_and_rate_whatever_the_rhythm(pauses: list[float]) -> None:
    now, given_out = [0.0], 0
    buckets = Buckets(Rate(2, 5), lambda: now[0])
    for pause in pauses:
        now[0] += pause
        given_out += buckets.take("a") == 0
    assert given_out <= 5 + 2 * now[0] + 1e-6


def test_many_names_cost_no_memory_without_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MOST_KEYS", 10)
    buckets = Buckets(Rate(1, 1), lambda: 0.0)
    for number in range(100):
        buckets.take(str(number))
    assert len(buckets._left) == 10
    assert buckets.take("99") > 0


def receiving(*messages: dict[str, Any]) -> Any:
    left = list(messages)

    async def receive() -> dict[str, Any]:
        if not left:
            await asyncio.Event().wait()
        return left.pop(0)

    return receive


def part(body: bytes, more: bool = True) -> dict[str, Any]:
    return {"type": "http.request", "body": body, "more_body": more}


async def test_a_body_is_read_whole_and_received_again_below() -> None:
    receive = receiving(part(b"ab"), part(b"c", more=False), {"type": "http.disconnect"})
    body = await read_body(receive, 3)
    assert body == b"abc"
    again = replayed(body, receive)
    assert await again() == part(b"abc", more=False)
    assert (await again())["type"] == "http.disconnect"


async def test_a_body_too_large_too_slow_or_broken_off_is_no_body() -> None:
    with pytest.raises(TooLarge):
        await read_body(receiving(part(b"ab"), part(b"cd")), 3)
    with pytest.raises(TooSlow):
        await read_body(receiving(part(b"ab")), 3, patience=0.01)
    with pytest.raises(Gone):
        await read_body(receiving(part(b"ab"), {"type": "http.disconnect"}), 3)
