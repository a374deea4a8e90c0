"""Sends spans of requests and of the steps of answers to an OpenTelemetry collector: the only file that imports it."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from api.errors import Refused
from api.observing import Served, TellServed, place_steps
from qa.types import Answer

if TYPE_CHECKING:
    from opentelemetry.sdk.trace.export import SpanExporter

_SEND_SECONDS, _CLOSE_SECONDS = 5.0, 3.0
_PATH = "/v1/traces"
_SERVER_FAULT = 500


class Spans:
    """An `Observer` that makes a span of each request, each answer and each step of it.

    They hold ids, names and numbers: no word of a question, of an article, or of an error.
    """

    def __init__(self, exporter: "SpanExporter", *, close_seconds: float = _CLOSE_SECONDS) -> None:
        from opentelemetry import trace
        from opentelemetry.sdk.resources import SERVICE_NAME, Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        self._close_seconds = close_seconds
        # A provider of our own: the global one would send the spans of libraries too, whatever is in them.
        self._provider = TracerProvider(resource=Resource.create({SERVICE_NAME: "dateline"}), shutdown_on_exit=False)
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = self._provider.get_tracer("dateline")
        self._callers = TraceContextTextMapPropagator()
        self._kinds, self._failed, self._within = trace.SpanKind, trace.StatusCode.ERROR, trace.set_span_in_context

    @contextmanager
    def request(self, *, method: str, request_id: str, headers: Mapping[str, str]) -> Iterator[TellServed]:
        """A span around a request; below the caller's own where a `traceparent` header names one."""
        caller = self._callers.extract({"traceparent": headers.get("traceparent", "")})
        with self._tracer.start_as_current_span(
            method, context=caller, kind=self._kinds.SERVER, record_exception=False, set_status_on_exception=False
        ) as span:

            def tell(served: Served) -> None:
                span.update_name(f"{served.method} {served.route}")
                span.set_attribute("http.request.method", served.method)
                span.set_attribute("http.route", served.route)
                span.set_attribute("http.response.status_code", served.status)
                span.set_attribute("dateline.request_id", request_id)
                if not served.status or served.status >= _SERVER_FAULT:
                    span.set_status(self._failed)

            yield tell

    def answered(self, answer: Answer, *, began_ns: int) -> None:
        """A span of an answer, with one below it for each step, as the answer itself timed them."""
        span = self._tracer.start_span("answer", start_time=began_ns)
        for name, value in _told(answer).items():
            span.set_attribute(f"dateline.{name}", value)
        for step, begin, end in place_steps({} if answer.cached else answer.timings_ms):
            child = self._tracer.start_span(step, context=self._within(span), start_time=began_ns + int(begin * 1e6))
            child.end(began_ns + int(end * 1e6))
        span.end()

    def failed(self, error: Exception, *, began_ns: int) -> None:
        """A span of a question without an answer, with the class of the error."""
        span = self._tracer.start_span("answer", start_time=began_ns)
        span.set_attribute("error.type", type(error).__name__)
        span.set_status(self._failed)
        span.end()

    def close(self) -> None:
        """Send what has not been sent; a collector that does not answer is not waited for longer than seconds."""
        closing = threading.Thread(target=self._provider.shutdown, name="close-spans", daemon=True)
        closing.start()
        closing.join(self._close_seconds)


def open_spans(endpoint: str, *, close_seconds: float = _CLOSE_SECONDS) -> Spans:
    """Spans that go to a collector, by OTLP over HTTP; nothing is sent yet. Raises `Refused` without the extra `otel`."""
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

        address = endpoint if urlsplit(endpoint).path.strip("/") else f"{endpoint.rstrip('/')}{_PATH}"
        return Spans(OTLPSpanExporter(endpoint=address, timeout=_SEND_SECONDS), close_seconds=close_seconds)
    except ImportError as error:
        message = (
            f"DATELINE_OTLP_ENDPOINT is {endpoint!r}, but OpenTelemetry is not there ({error.name}): "
            "run `pip install -c requirements.lock -e '.[otel]'`, or unset it."
        )
        raise Refused(message) from error


def _told(answer: Answer) -> Mapping[str, str | int | bool]:
    return {
        "trace_id": answer.trace_id,
        "status": answer.status,
        "mode": answer.mode,
        "reason_code": answer.reason_code or "",
        "index_build": answer.index_build,
        "model": answer.model or "",
        "cached": answer.cached,
        "citations": len(answer.citations),
        "dropped": answer.dropped,
        "prompt_tokens": answer.prompt_tokens,
    }
