"""How much one caller may ask: in a minute, at once, and of the language model."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from api.callers import Caller
from api.errors import TooMany
from api.keys import KeyFile
from api.limits import Slots
from api.rates import Rates
from qa.askers import asked_by
from tests.api.conftest import Client, Open
from tests.api.documents import check_problem
from tests.fakes.answering import SharedWordsAnswerer

QUESTION = {"question": "How many valves?", "mode": "answer"}


def bearer(secret: str) -> dict[str, str]:
    """The header that a key is sent in."""
    return {"Authorization": f"Bearer {secret}"}


def test_requests_a_minute(open_client: Open, answerer: SharedWordsAnswerer) -> None:
    """More requests of one address in a minute are a 429 that says when to come back; probes are never counted."""
    client = open_client(rate_requests=3)
    for _ in range(5):
        assert client.get("/health/live").status_code == 200
    assert [client.post("/v1/ask", json=QUESTION).status_code for _ in range(3)] == [200] * 3
    response = client.post("/v1/ask", json=QUESTION)
    problem = check_problem(response, 429, "too-many-requests")
    assert "3 requests" in problem["detail"]
    assert 1 <= int(response.headers["retry-after"]) <= 60
    check_problem(client.get("/"), 429, "too-many-requests")
    assert client.get("/health/live").status_code == 200
    assert client.get("/health/ready").status_code == 200
    assert len(answerer.asked) == 3


def test_keys_are_counted_apart(open_client: Open, tmp_path: Path) -> None:
    """Each key has its own minute, though all come from one address, and strangers have that of the address."""
    keys = KeyFile(tmp_path)
    one, other = keys.add("one", ["ask"])[1], keys.add("other", ["ask"])[1]
    client = open_client(rate_requests=2, home=tmp_path)
    for headers, status in [({}, 401), (bearer(one), 200), (bearer(other), 200)]:
        for _ in range(2):
            assert client.get("/v1/index", headers=headers).status_code == status
        check_problem(client.get("/v1/index", headers=headers), 429, "too-many-requests")


def test_guessing_is_slowed_down(open_client: Open, tmp_path: Path) -> None:
    """Wrong keys count by the address, whichever they are, and do not use up the minute of a right one."""
    _, secret = KeyFile(tmp_path).add("desk", ["ask"])
    client = open_client(rate_requests=3, home=tmp_path)
    sent = [client.get("/v1/index", headers=bearer(f"dl_{number}")).status_code for number in range(5)]
    assert sent == [401] * 3 + [429] * 2
    assert client.get("/v1/index", headers=bearer(secret)).status_code == 200


def test_no_limit(open_client: Open) -> None:
    """With 0 no request is counted."""
    client = open_client(rate_requests=0)
    assert {client.get("/health/nothing").status_code for _ in range(50)} == {404}


def test_at_once(open_client: Open, tmp_path: Path, answerer: SharedWordsAnswerer) -> None:
    """More requests of one key at once are a 429 with Retry-After; another key is served meanwhile, and the first later."""
    keys = KeyFile(tmp_path)
    one, other = keys.add("one", ["ask"])[1], keys.add("other", ["ask"])[1]
    client = open_client(rate_at_once=1, home=tmp_path)
    answerer.gate = threading.Event()
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(client.post, "/v1/ask", json=QUESTION, headers=bearer(one))
        assert answerer.begun.acquire(timeout=30)
        response = client.get("/v1/articles", headers=bearer(one))
        check_problem(response, 429, "too-many-requests")
        assert response.headers["retry-after"] == "5"
        assert client.get("/v1/articles", headers=bearer(other)).status_code == 200
        answerer.gate.set()
        assert first.result().status_code == 200
    assert client.get("/v1/articles", headers=bearer(one)).status_code == 200


def test_one_key_cannot_take_the_model(open_client: Open, tmp_path: Path, answerer: SharedWordsAnswerer) -> None:
    """A key that holds its share of the language model is told to wait, while another key still gets a place."""
    keys = KeyFile(tmp_path)
    one, other = keys.add("one", ["ask"])[1], keys.add("other", ["ask"])[1]
    client = open_client(rate_answers=2, answer_slots=1, answer_queue=2, home=tmp_path)
    slots: Slots = client.app_state["slots"]
    answerer.gate = threading.Event()
    with ThreadPoolExecutor(3) as pool:
        answers = []
        for number, secret in enumerate((one, one, other), start=1):
            answers.append(pool.submit(client.post, "/v1/ask", json=QUESTION, headers=bearer(secret)))
            while slots.taken < number:
                pass
            if number == 2:
                response = client.post("/v1/ask", json=QUESTION, headers=bearer(one))
                problem = check_problem(response, 429, "too-many-requests")
                assert "2 questions of yours" in problem["detail"]
                assert response.headers["retry-after"] == "5"
        assert client.post("/v1/search", json={"question": "valves"}, headers=bearer(one)).status_code == 200
        answerer.gate.set()
        assert [answer.result().status_code for answer in answers] == [200] * 3
    assert client.post("/v1/ask", json=QUESTION, headers=bearer(one)).status_code == 200


def test_shares_are_given_back() -> None:
    """A share is free again when its job ends, also by an error; who has no key has no share to use up."""

    async def work() -> None:
        slots = Slots(slots=1, queue=4, seconds=30, share=1)
        with asked_by("k_1"):
            assert await slots.run(lambda: 1) == 1
            with pytest.raises(ZeroDivisionError):
                await slots.run(lambda: 1 // 0)
            gate = threading.Event()
            waiting = asyncio.ensure_future(slots.run(lambda: gate.wait(30)))
            await asyncio.sleep(0)  # a task takes its place in its first step
            assert slots.taken == 1
            with pytest.raises(TooMany):
                await slots.run(lambda: 2)
        others = [asyncio.ensure_future(slots.run(lambda: 3)) for _ in range(3)]
        await asyncio.sleep(0)
        assert slots.taken == 4
        gate.set()
        assert await waiting
        assert await asyncio.gather(*others) == [3, 3, 3]
        slots.close()

    asyncio.run(work())


async def _nothing(*_: object) -> None:
    """An app, or a client, that does nothing."""


def test_the_counts_stay_small() -> None:
    """Addresses without end do not fill the memory: when there are too many, counting begins anew."""
    rates = Rates(_nothing, per_minute=1, at_once=1)
    kept = 0
    for number in range(10_500):
        assert rates.wait(f"a{number}") == 0
        kept = max(kept, len(rates._storage.events))
    assert kept <= 10_001


def test_nothing_is_left_of_who_is_done() -> None:
    """Who has no request under way takes no memory, also where a request failed."""

    async def fail(*_: object) -> None:
        raise ValueError

    for app in (_nothing, fail):
        rates = Rates(app, per_minute=0, at_once=1)
        connection = {"type": "http", "path": "/v1/ask", "caller": Caller(holder="a")}
        try:
            asyncio.run(rates(connection, _nothing, _nothing))  # type: ignore[arg-type]
        except ValueError:
            assert app is fail
        assert not rates.working


def test_many_clients_at_once(client: Client) -> None:
    """Twenty requests of one address at once are all answered by default."""
    with ThreadPoolExecutor(20) as pool:
        asked = [pool.submit(client.post, "/v1/search", json={"question": "valves"}) for _ in range(40)]
        assert {one.result().status_code for one in asked} == {200}
