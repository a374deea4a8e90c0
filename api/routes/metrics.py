"""Serves the metrics to Prometheus."""

from fastapi import APIRouter, Request, Response

from api.state import MetricsOf

router = APIRouter(include_in_schema=False)


@router.get("/metrics")
async def metrics(request: Request, metrics: MetricsOf) -> Response:
    """In the text format of Prometheus, or as OpenMetrics where that is asked for."""
    document, media_type = metrics.write(request.headers.get("accept", ""))
    return Response(document, headers={"Content-Type": media_type})
