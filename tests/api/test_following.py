"""What an answer on its way holds is given back, however it ends."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

from api.following import _lent
from api.serving import Opened, Serving


class Lender:
    """Lends nothing, and notes in which thread it is given back."""

    def __init__(self) -> None:
        self.given_back: list[int] = []

    @contextmanager
    def lend(self) -> Iterator[Opened | None]:
        """Nothing, until it is given back."""
        try:
            yield None
        finally:
            self.given_back.append(threading.get_ident())


def test_a_build_is_given_back_in_a_thread() -> None:
    """Who is cancelled again while giving a build back gives it back all the same, and never where the service waits."""
    lender = Lender()

    async def use(held: asyncio.Event) -> None:
        async with _lent(cast("Serving", lender)):
            held.set()
            await asyncio.Event().wait()

    async def cancel_twice() -> None:
        held = asyncio.Event()
        using = asyncio.create_task(use(held))
        await held.wait()
        for _ in range(2):
            using.cancel()
            await asyncio.sleep(0)
        await asyncio.wait({using})

    asyncio.run(cancel_twice())
    assert len(lender.given_back) == 1
    assert threading.get_ident() not in lender.given_back
