"""A local server that answers as a language model does, and as it should not."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from simulator import Asked, Reply, Service, serving

KEY = "sk-secret-1234567890"

Content = Callable[[Mapping[str, Any]], str | Reply]
"""From a request to the text of the answer, or to another reply."""


def completion(text: object) -> Reply:
    """Return the reply of a server whose model says `text`."""
    message = {"role": "assistant", "content": text}
    body = {"object": "chat.completion", "choices": [{"index": 0, "message": message}]}
    return Reply(json.dumps(body).encode())


def failure(status: int, message: str, **headers: str) -> Reply:
    """Return an error as the API words it."""
    body = json.dumps({"error": {"message": message, "type": "x", "param": None, "code": None}})
    return Reply(body.encode(), status=status, headers=headers)


@contextmanager
def chat_server(content: Content, *, models: Sequence[str] = ("tiny",)) -> Iterator[Service]:
    """Serve a model; the address is `service.url` followed by /v1."""

    def answer(asked: Asked) -> Reply:
        if asked.path == "/v1/models" and asked.body is None:
            return Reply(json.dumps({"data": [{"id": name} for name in models]}).encode())
        if asked.path != "/v1/chat/completions" or asked.body is None:
            return failure(404, "404 page not found")
        said = content(json.loads(asked.body))
        return said if isinstance(said, Reply) else completion(said)

    with serving(answer) as service:
        yield service
