"""Which listening sources are listened to: those this collector holds and nobody has paused."""

import asyncio
from collections.abc import Callable, Collection, Coroutine


class Hearing:
    """One task a source. A source taken away or paused lets go of its connections; senders dial in anew elsewhere."""

    def __init__(self, listen: Callable[[str], Coroutine[object, object, None]]) -> None:
        self._listen = listen
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._moved = asyncio.Event()

    async def only(self, keys: Collection[str]) -> None:
        """Listen to these sources and to no other."""
        over = [self._tasks.pop(key) for key in self._tasks.keys() - set(keys)]
        for task in over:
            task.cancel()
        await asyncio.gather(*over, return_exceptions=True)  # a port is free again before anybody else wants it
        for key in sorted(set(keys) - self._tasks.keys()):
            self._tasks[key] = asyncio.create_task(self._listen(key), name=f"listen:{key}")
        self._moved.set()

    async def run(self) -> None:
        """Stay until cancelled; a source that ends by itself ends this too, with what it raised."""
        try:
            while True:
                moved = asyncio.create_task(self._moved.wait())
                done, _ = await asyncio.wait([moved, *self._tasks.values()], return_when=asyncio.FIRST_COMPLETED)
                moved.cancel()
                self._moved.clear()
                for task in done & set(self._tasks.values()):
                    task.result()
        finally:
            await self.only(())
