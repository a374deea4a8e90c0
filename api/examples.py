"""The examples of the OpenAPI document: one invented story, with quotes that stand where they say they do."""

import json
from typing import Any

TEXT = (
    "The ferry between Oddermouth and Skarn will not sail before Friday. "
    "“The rudder is bent, and nobody sails with a bent rudder,” said harbour master Ilse Brandow. "
    "About 140 passengers were taken home by bus."
)
_QUOTE = "“The rudder is bent, and nobody sails with a bent rudder,” said harbour master Ilse Brandow."
_WORDS = "“The rudder is bent, and nobody sails with a bent rudder,”"
_START = TEXT.index(_QUOTE)
_ID = "oddermouth-ferry"

CITED_ARTICLE: dict[str, Any] = {
    "id": _ID,
    "title": "Ferry stays in harbour",
    "outlet": "Skarn Observer",
    "author": "Tom Adeyo",
    "published": "2024-03-05",
    "published_basis": "stated",
    "captured": None,
    "url": None,
}
LISTED_ARTICLE: dict[str, Any] = {**CITED_ARTICLE, "language": "en", "section": None, "updated": "2024-03-06"}
EARLIER: dict[str, Any] = {
    "text_sha256": "9f2b1c",
    "title": "Ferry stays in harbour",
    "published": "2024-03-05",
    "updated": None,
    "replaced": "2024-03-06",
}
ARTICLE: dict[str, Any] = {**LISTED_ARTICLE, "text": TEXT, "versions": [EARLIER]}
ARTICLES: dict[str, Any] = {"items": [LISTED_ARTICLE], "next_cursor": None}

NEW_ARTICLE: dict[str, Any] = {
    "id": _ID,
    "title": "Ferry stays in harbour",
    "text": TEXT,
    "outlet": "Skarn Observer",
    "author": "Tom Adeyo",
    "published": "2024-03-05",
    "language": "en",
}
OUTCOMES: dict[str, Any] = {
    "items": [{"source": "http#1", "kind": "created", "article_id": _ID, "reason": None}],
    "index_build": "b_20240306t081500+1",
}

ASK: dict[str, Any] = {
    "question": "What did Brandow say about the rudder?",
    "mode": "answer",
    "stream": False,
    "limit": 10,
    "filters": {
        "outlet": ["Skarn Observer"],
        "author": [],
        "article_id": [],
        "published": {"from": "2024-03-01", "to": "2024-03-31"},
    },
    "history": [{"question": "Does the ferry sail?", "answer": "Not before Friday."}],
    "reference_date": "2024-03-06",
}
CITATION: dict[str, Any] = {
    "number": 1,
    "id": "c_5d0c3f6a1b2e",
    "quote": _QUOTE,
    "start": _START,
    "end": _START + len(_QUOTE),
    "speaker": "Ilse Brandow",
    "article": CITED_ARTICLE,
    "also": [
        {
            "id": "ferry-waits-for-rudder",
            "title": "Ferry waits for a new rudder",
            "outlet": "Oddermouth Mail",
            "published": "2024-03-06",
            "published_basis": "stated",
            "url": None,
        }
    ],
}
ANSWER: dict[str, Any] = {
    "status": "answered",
    "mode": "answer",
    "answer": f"Brandow said: {_WORDS} [1]",
    "short_answer": _WORDS,
    "claims": [{"text": f"Brandow said: {_WORDS}", "citations": [1]}],
    "citations": [CITATION],
    "closest": [],
    "reason": None,
    "reason_code": None,
    "undated_left_out": 0,
    "index_build": "b_20240306t081500+0",
    "model": "qwen2.5-coder-1.5b-instruct-q4_k_m",
    "trace_id": "t_9f2c41d7",
    "cached": False,
    "timings_ms": {"retrieve": 31, "evidence": 12, "first_quote": 45, "generate": 5100, "verify": 8, "total": 5160},
}
DECLINED: dict[str, Any] = {
    **ANSWER,
    "status": "insufficient_evidence",
    "mode": "quotes",
    "answer": "",
    "short_answer": "",
    "claims": [],
    "citations": [],
    "closest": [CITATION],
    "reason": "The articles hold no statement by the mayor about the rudder; Ilse Brandow spoke about it.",
    "reason_code": "other_speaker",
    "model": None,
    "timings_ms": {"retrieve": 31, "evidence": 12, "total": 44},
}

CHAT: dict[str, Any] = {
    "model": "dateline",
    "messages": [{"role": "user", "content": "What did Brandow say about the rudder?"}],
    "stream": False,
    "dateline": {"filters": {"outlet": ["Skarn Observer"]}, "limit": 10},
}
CHAT_COMPLETION: dict[str, Any] = {
    "id": "chatcmpl-t_9f2c41d7",
    "object": "chat.completion",
    "created": 1709712900,
    "model": "dateline",
    "choices": [
        {
            "index": 0,
            "message": {
                "role": "assistant",
                "content": f"{ANSWER['answer']}\n\n[1] “{_QUOTE}” — Ferry stays in harbour, Skarn Observer, 2024-03-05",
                "refusal": None,
            },
            "logprobs": None,
            "finish_reason": "stop",
        }
    ],
    "usage": {"prompt_tokens": 312, "completion_tokens": 0, "total_tokens": 312},
    "dateline": ANSWER,
}
CHAT_MODELS: dict[str, Any] = {
    "object": "list",
    "data": [
        {"id": name, "object": "model", "created": 1709712900, "owned_by": "dateline"}
        for name in ("dateline", "dateline-answer", "dateline-quotes")
    ],
}

SEARCH: dict[str, Any] = {
    "question": "Why does the ferry not sail?",
    "filters": {"outlet": ["Skarn Observer"]},
    "limit": 5,
    "explain": True,
}
PASSAGES: dict[str, Any] = {
    "passages": [
        {
            "id": f"{_ID}:0",
            "text": TEXT,
            "start": 0,
            "end": len(TEXT),
            "score": 0.83,
            "scores": {"dense": 0.71, "lexical": 9.4},
            "article": CITED_ARTICLE,
        }
    ]
}

_EVENTS = {
    "passages": PASSAGES,
    "quotes": {"citations": [CITATION]},
    "claim": {"text": ANSWER["claims"][0]["text"], "citations": [CITATION]},
    "final": ANSWER,
}
_DELTAS: tuple[dict[str, Any], ...] = (
    {"role": "assistant", "content": ""},
    {"content": ANSWER["answer"]},
    {"content": CHAT_COMPLETION["choices"][0]["message"]["content"].removeprefix(ANSWER["answer"])},
    {},
)
_CHUNKS = [
    {
        **{name: CHAT_COMPLETION[name] for name in ("id", "created", "model")},
        "object": "chat.completion.chunk",
        "choices": [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": None if delta else "stop"}],
        **({} if delta else {"dateline": ANSWER}),
    }
    for delta in _DELTAS
]
STREAMS: dict[str, str] = {
    "stream": "".join(
        f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n" for name, data in _EVENTS.items()
    ),
    "chat_stream": "".join(f"data: {json.dumps(chunk, ensure_ascii=False)}\n\n" for chunk in _CHUNKS)
    + "data: [DONE]\n\n",
}
"""The examples of server-sent events."""

MANIFEST: dict[str, Any] = {
    "build": "b_20240306t081500+0",
    "id": "b_20240306t081500",
    "revision": 0,
    "schema_version": 1,
    "created": "2024-03-06T08:15:00Z",
    "encoder": "all-minilm-l6-v2",
    "encoder_sha256": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "dimension": 384,
    "splitter": "sentences",
    "fingerprint": "0f6d2c51",
    "articles": 1,
    "passages": 1,
    "sources": ["seeds"],
    "outcomes": {"created": 1, "rejected": 0},
}

QUEUED: dict[str, Any] = {
    "id": "j_4be1f6a90c27d358",
    "state": "queued",
    "created": "2024-03-07T06:00:00Z",
    "step": None,
    "articles_done": 0,
    "articles_total": None,
    "passages_per_second": None,
    "seconds_left": None,
    "outcomes": None,
    "left_out": None,
    "error": None,
    "build": None,
}
RUNNING: dict[str, Any] = {
    **QUEUED,
    "state": "running",
    "step": "encode",
    "articles_done": 312,
    "articles_total": 1000,
    "passages_per_second": 164.2,
    "seconds_left": 20.5,
}
BUILT: dict[str, Any] = {
    **QUEUED,
    "id": "b_20240306t081500",
    "state": "done",
    "created": "2024-03-06T08:15:00Z",
    "articles_done": 1,
    "articles_total": 1,
    "seconds_left": 0.0,
    "outcomes": {"created": 1, "rejected": 0},
    "build": "b_20240306t081500+0",
}
BUILDS: dict[str, Any] = {"items": [RUNNING, BUILT], "next_cursor": None}

TRACE: dict[str, Any] = {
    "id": "t_9f2c41d7",
    "created": "2024-03-06T09:30:12.412+00:00",
    "asker": "k_6f1d0b9a2c84e375",
    "question": {
        "text": ASK["question"],
        "mode": "answer",
        "limit": 10,
        "filters": {
            "outlet": ["Skarn Observer"],
            "author": [],
            "article_id": [],
            "published_from": "2024-03-01",
            "published_to": "2024-03-31",
        },
        "history": ASK["history"],
        "reference_date": "2024-03-06",
    },
    "parts": [
        {
            "text": "What did Brandow say about the rudder",
            "kind": "said_about",
            "topic": "the rudder",
            "expects": "other",
            "speaker": "Brandow",
            "names": ["Brandow"],
        }
    ],
    "passages": [{"id": f"{_ID}:0", "article_id": _ID, "score": 0.83}],
    "candidates": {
        "What did Brandow say about the rudder": [
            {
                "article_id": _ID,
                "start": _START,
                "end": _START + len(_QUOTE),
                "speaker": "Ilse Brandow",
                "score": 0.91,
                "features": {"cover_rest": 1.0, "spoken": 1.0},
            }
        ]
    },
    "status": "answered",
    "reason_code": None,
    "claims": ANSWER["claims"],
    "citations": [{"id": CITATION["id"], "article_id": _ID, "start": _START, "end": _START + len(_QUOTE)}],
    "score": 0.91,
    "dropped": 0,
    "index_build": "b_20240306t081500+0",
    "model": "qwen2.5-coder-1.5b-instruct-q4_k_m",
    "timings_ms": ANSWER["timings_ms"],
}

LIVE: dict[str, Any] = {"status": "live"}
READY: dict[str, Any] = {
    "status": "ready",
    "index": "b_20240306t081500+0",
    "encoder": "all-minilm-l6-v2",
    "llm": "missing: the weights could not be had",
    "mode": "quotes",
}

NAMED: dict[str, dict[str, Any]] = {
    "answered": ANSWER,
    "declined": DECLINED,
    "trace": TRACE,
    "chat": CHAT_COMPLETION,
    "models": CHAT_MODELS,
    "passages": PASSAGES,
    "articles": ARTICLES,
    "article": ARTICLE,
    "outcomes": OUTCOMES,
    "manifest": MANIFEST,
    "queued": QUEUED,
    "running": RUNNING,
    "built": BUILT,
    "builds": BUILDS,
    "live": LIVE,
    "ready": READY,
}
"""The examples of answers by the names that the document gives them."""
