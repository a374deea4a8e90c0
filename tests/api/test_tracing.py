"""Spans of requests and answers."""

import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Queue

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from api.app import create_app
from api.errors import Refused
from api.observing import place_steps
from api.settings import ApiSettings
from api.tracing import Spans, open_spans
from tests.api.conftest import Client
from tests.fakes.answering import SharedWordsAnswerer
from tests.fakes.changing import FakeArchive, SteppedWatch

CALLER = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.fixture
def exporter() -> InMemorySpanExporter:
    """Keeps the spans."""
    return InMemorySpanExporter()


@pytest.fixture
def spans(exporter: InMemorySpanExporter) -> Iterator[Spans]:
    """Spans that are kept."""
    made = Spans(exporter)
    yield made
    made.close()


@pytest.fixture
def client(opener: FakeArchive, watch: SteppedWatch, spans: Spans) -> Iterator[Client]:
    """A service that is traced."""
    with Client(create_app(opener, ApiSettings(), watch=watch, observers=[spans]), base_url="http://localhost") as one:
        yield one


def finished(spans: Spans, exporter: InMemorySpanExporter) -> list[ReadableSpan]:
    """All spans, once they are closed."""
    spans.close()
    return list(exporter.get_finished_spans())


def test_spans_of_an_answer(client: Client, spans: Spans, exporter: InMemorySpanExporter) -> None:
    """A request has a span named after its route, its answer one below it, and each step of the answer one below that."""
    client.post("/v1/ask", json={"question": "How many valves?"}, headers={"X-Request-Id": "one"})
    by_name = {span.name: span for span in finished(spans, exporter)}
    assert set(by_name) == {"POST /v1/ask", "answer", "retrieve"}
    request, answer, step = by_name["POST /v1/ask"], by_name["answer"], by_name["retrieve"]
    assert request.kind == SpanKind.SERVER
    assert request.parent is None
    assert answer.parent
    assert answer.parent.span_id == request.context.span_id
    assert step.parent
    assert step.parent.span_id == answer.context.span_id
    assert request.attributes
    assert request.attributes["http.response.status_code"] == 200
    assert request.attributes["dateline.request_id"] == "one"
    assert answer.attributes
    assert answer.attributes["dateline.trace_id"] == "t_fake"
    assert answer.attributes["dateline.status"] == "answered"
    assert step.start_time
    assert step.end_time
    assert step.end_time - step.start_time == 400_000


def test_no_words(client: Client, spans: Spans, exporter: InMemorySpanExporter) -> None:
    """No word of a question, of an article, of a path or of an error stands in a span."""
    client.post("/v1/ask", json={"question": "What of the valves at Tarnby?"})
    client.get("/secretly/valves?about=Tarnby")
    client.get("/v1/articles/orchard/frost")
    text = " ".join(span.to_json() for span in finished(spans, exporter))
    assert not [word for word in ("valves", "Tarnby", "secretly", "frost", "Osk") if word in text]


def test_caller(client: Client, spans: Spans, exporter: InMemorySpanExporter) -> None:
    """A request of a caller who is traced continues the caller's trace; an odd header is ignored."""
    client.get("/v1/index", headers={"traceparent": CALLER})
    client.get("/v1/index", headers={"traceparent": "odd"})
    first, second = finished(spans, exporter)
    assert format(first.context.trace_id, "032x") == CALLER.split("-")[1]
    assert second.parent is None


def test_failures(client: Client, answerer: SharedWordsAnswerer, spans: Spans, exporter: InMemorySpanExporter) -> None:
    """An error marks the spans with its class, without its message; a request that is refused is no failure of the service."""
    answerer.raising = ValueError("the secret of /srv/x")
    client.post("/v1/ask", json={"question": "valves"})
    client.get("/nowhere")
    answer, asked, refused = finished(spans, exporter)
    assert answer.status.status_code == asked.status.status_code == StatusCode.ERROR
    assert answer.attributes
    assert answer.attributes["error.type"] == "ValueError"
    assert refused.status.status_code == StatusCode.UNSET
    assert "secret" not in answer.to_json() + asked.to_json()


def test_places_of_steps() -> None:
    """Steps lie where they were: evidence ends at the first quote, verification ends with the answer."""
    timings = {"retrieve": 31, "evidence": 12, "first_quote": 45, "generate": 5100, "verify": 8, "total": 5160}
    assert place_steps(timings) == [
        ("retrieve", 2, 33),
        ("evidence", 33, 45),
        ("generate", 52, 5152),
        ("verify", 5152, 5160),
    ]
    assert place_steps({"retrieve": 31, "evidence": 12, "total": 50}) == [("retrieve", 0, 31), ("evidence", 31, 43)]
    assert place_steps({}) == []


class Collector:
    """A collector on a free loopback port; `held` keeps it from answering."""

    def __init__(self) -> None:
        self.received: Queue[tuple[str, bytes]] = Queue()
        self.release = threading.Event()
        self.release.set()
        received, release = self.received, self.release

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                received.put((self.path, self.rfile.read(int(self.headers["Content-Length"]))))
                release.wait(60)
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name of the base class
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()

    @property
    def address(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def close(self) -> None:
        """End it."""
        self.release.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def collector() -> Iterator[Collector]:
    """A running collector."""
    made = Collector()
    yield made
    made.close()


def test_collector(opener: FakeArchive, watch: SteppedWatch, collector: Collector) -> None:
    """With DATELINE_OTLP_ENDPOINT the spans reach the collector by OTLP over HTTP, the last ones when the service ends."""
    settings = ApiSettings(otlp_endpoint=collector.address)
    with Client(create_app(opener, settings, watch=watch), base_url="http://localhost") as client:
        client.post("/v1/ask", json={"question": "How many valves?"})
    path, body = collector.received.get(timeout=30)
    assert path == "/v1/traces"
    sent = ExportTraceServiceRequest.FromString(body)
    names = {span.name for one in sent.resource_spans for scope in one.scope_spans for span in scope.spans}
    assert names == {"POST /v1/ask", "answer", "retrieve"}
    assert b"valves" not in body


def test_hanging_collector(collector: Collector) -> None:
    """A collector that does not answer holds up neither a request nor the end of the service."""
    collector.release.clear()
    spans = open_spans(collector.address, close_seconds=0.05)
    spans.failed(ValueError("odd"), began_ns=1)
    spans.close()
    collector.received.get(timeout=30)
    collector.release.set()


def test_off_by_default(opener: FakeArchive, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the setting OpenTelemetry is not even imported."""
    for name in [name for name in sys.modules if name.startswith("opentelemetry")]:
        monkeypatch.setitem(sys.modules, name, None)
    with Client(create_app(opener, ApiSettings(), watch=SteppedWatch()), base_url="http://localhost") as client:
        assert client.post("/v1/ask", json={"question": "valves"}).status_code == 200


def test_missing_extra(opener: FakeArchive, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the extra is not installed, the setting is refused at the start with what to install."""
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter.otlp.proto.http.trace_exporter", None)
    with pytest.raises(Refused, match=r"\[otel\]"):
        create_app(opener, ApiSettings(otlp_endpoint="http://127.0.0.1:4318"))
