"""Offers the tools over the Model Context Protocol: the only file that imports its SDK."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, cast

from pydantic import ValidationError
from starlette.requests import Request
from starlette.types import ASGIApp

from api.logs import open_log
from api.problems import INTERNAL, find_kind, tell_invalid, without_surrogates
from api.tools import INSTRUCTIONS, TOOLS, Served
from indexes.errors import DatelineError

if TYPE_CHECKING:
    from mcp.server import Server

_BY_NAME = {tool.name: tool for tool in TOOLS}


@asynccontextmanager
async def open_mcp(served: Served, *, most_bytes: int) -> AsyncIterator[ASGIApp]:
    """What answers the requests of clients while the context is open: each by itself, in JSON, without a session.

    Hosts, origins and bodies are checked by our own layers before a request comes here.
    """
    from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
    from mcp.server.transport_security import TransportSecuritySettings

    sessions = StreamableHTTPSessionManager(
        _open_server(served),
        json_response=True,
        stateless=True,
        security_settings=TransportSecuritySettings(enable_dns_rebinding_protection=False),
        max_request_body_size=most_bytes,
    )
    async with sessions.run():
        yield sessions.handle_request


def _open_server(served: Served) -> "Server[Any]":
    from mcp import MCPError
    from mcp.server import Server, ServerRequestContext
    from mcp.types import (
        INVALID_PARAMS,
        CallToolRequestParams,
        CallToolResult,
        ListToolsResult,
        TextContent,
        Tool,
        ToolAnnotations,
    )

    async def list_tools(_: object, __: object) -> ListToolsResult:
        return ListToolsResult(
            tools=[
                Tool(
                    name=tool.name,
                    title=tool.title,
                    description=tool.description,
                    input_schema=tool.input_schema,
                    output_schema=tool.output_schema,
                    annotations=ToolAnnotations(read_only_hint=True, open_world_hint=False),
                )
                for tool in TOOLS
            ]
        )

    async def call_tool(context: ServerRequestContext[Any, Any], asked: CallToolRequestParams) -> CallToolResult:
        tool = _BY_NAME.get(asked.name)
        if tool is None:
            message = f"There is no tool {asked.name[:80]!r}: use one of {', '.join(_BY_NAME)}."
            raise MCPError(INVALID_PARAMS, without_surrogates(message))
        try:
            result = await tool.run(asked.arguments or {}, served, cast("Request", context.request))
        except Exception as error:  # noqa: BLE001 - a model can read what went wrong, and try otherwise
            return CallToolResult(content=[TextContent(type="text", text=_tell(error))], is_error=True)
        # Clients that know no structured content read the same as text.
        text = json.dumps(result, ensure_ascii=False)
        return CallToolResult(content=[TextContent(type="text", text=text)], structured_content=result)

    return Server(
        "dateline",
        title="Dateline",
        version="1",
        instructions=INSTRUCTIONS,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
    )


def _tell(error: Exception) -> str:
    """What went wrong and what to do next, in one line; no path leaves, and the log has the rest."""
    if isinstance(error, ValidationError):
        return f"The arguments do not validate: {tell_invalid(error)}"
    kind = find_kind(error)
    if kind is INTERNAL or not isinstance(error, DatelineError):
        open_log("tools").exception("failed")
        return f"{INTERNAL.title}: {INTERNAL.detail}"
    if kind.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        open_log("tools").warning("problem", kind=kind.slug, error=str(error))
    return without_surrogates(f"{kind.title}: {kind.detail or error}")
