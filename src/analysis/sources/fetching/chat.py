"""A language model behind a server that speaks the OpenAI chat-completions API.

That is Ollama, llama.cpp, vLLM, LM Studio, OpenAI and others. The API:
https://platform.openai.com/docs/api-reference/chat/create. Only what all of them know is sent:
model, messages, and a temperature of 0, which is left out if the model refuses it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import metadata
from typing import Any

from analysis.base.errors import InputError
from analysis.base.escaping import clean, first_lines

from .client import Client, open_client, request
from .limits import MEGABYTE, SYSTEM_CLOCK, BaseUrl, Clock, Pace, environment_key, parse_base_url
from .response import Advice, PermanentError, QueryRefusedError

CHAT_ADDRESS = "http://localhost:11434/v1"
"""Where Ollama listens: https://docs.ollama.com/openai."""

OWN_KEY, OPENAI_KEY = "PAPERTIDE_API_KEY", "OPENAI_API_KEY"
CHAT_PATH, MODELS_PATH = "/chat/completions", "/models"
TIMEOUT = 120.0
LONGEST_MODEL = 200

Messages = Sequence[Mapping[str, str]]

_ALLOWED = "the answers of an OpenAI chat-completions API (/models, /chat/completions)"
_KEY_ADVICE = f"check the key in {OWN_KEY} or {OPENAI_KEY}"
_ADVICE = Advice(
    status="check --model (the server lists its models at --base-url followed by /models) and "
    "--base-url, which often ends in /v1",
    key=_KEY_ADVICE,
    no_key=f"put the server's key into the environment variable {OWN_KEY}",
    connection="check that the server runs (Ollama: ollama serve) and --base-url; give a slow "
    "model more time with --timeout",
)


@dataclass
class Chat:
    """An open connection to a server and the model that is asked.

    `temperature` becomes None if the model refuses to be given one.
    """

    client: Client
    model: str
    temperature: float | None = 0.0


def chat_pace(timeout: float) -> Pace:
    """Return the bounds of requests to a model: `timeout` seconds for one whole answer."""
    return Pace(
        between=0.0,
        tries=3,
        first_wait=2.0,
        longest_wait=10.0,
        longest_retry_after=60.0,
        connect=min(10.0, timeout),
        read=timeout,
        response=timeout,
        whole=timeout,
        max_bytes=MEGABYTE,
    )


def chat_key(base: BaseUrl, *, is_chosen: bool, say: Callable[[str], None]) -> str:
    """Return the key to send, "" for none.

    Parameters
    ----------
    base : BaseUrl
    is_chosen : bool
        Whether somebody named the address. The key of another service, in `OPENAI_API_KEY`, is
        not sent to the default one.
    say : callable
        Told which key is sent, or why one is not; never the key.
    """
    for name in (OWN_KEY, OPENAI_KEY):
        key = environment_key(name)
        if not key:
            continue
        if name == OPENAI_KEY and not is_chosen:
            say(f"{name} is not sent to {base.origin}, the default address")
            return ""
        if not base.may_carry_keys:
            say(f"{name} is not sent to {base.origin}: only over https")
            return ""
        say(f"The key in {name} is sent to {base.origin}")
        return key
    return ""


@contextmanager
def open_chat(
    *,
    base_url: str | None,
    model: str | None,
    say: Callable[[str], None],
    timeout: float = TIMEOUT,
    pace: Pace | None = None,
    clock: Clock = SYSTEM_CLOCK,
) -> Iterator[Chat]:
    """Connect to a server; without a `model`, ask it for its first one.

    Parameters
    ----------
    base_url : str or None
        Address up to and without `/chat/completions`; `CHAT_ADDRESS` by default.
    model : str or None
    say : callable
        Told what is sent where, and about further tries.
    timeout : float
        Seconds for one whole answer.
    pace : Pace, optional
        By default `chat_pace(timeout)`.

    Raises
    ------
    InputError
        If the address, the key or the model's name is invalid, or the server fails.
    """
    base = parse_base_url(base_url or CHAT_ADDRESS)
    model = None if model is None else checked_model(model)
    key = chat_key(base, is_chosen=base_url is not None, say=say)
    with open_client(
        base,
        pace=pace or chat_pace(timeout),
        clock=clock,
        agent=f"papertide/{metadata.version('papertide')} (names of clusters)",
        key=key,
        say=say,
        advice=_ADVICE,
        follows=False,
    ) as client:
        if model is None:
            model = _first_model(client)
            say(f"Model: {model}, the first that the server lists")
        yield Chat(client, model)


def chat_content(messages: Messages, *, model: str, temperature: float | None = 0.0) -> bytes:
    """Return the body of a request, as it is sent."""
    content: dict[str, Any] = {"model": model, "messages": list(messages), "stream": False}
    if temperature is not None:
        content["temperature"] = temperature
    return json.dumps(content, ensure_ascii=False, indent=1).encode("utf-8")


def ask(chat: Chat, messages: Messages, *, what: str) -> str:
    """Ask a model.

    Parameters
    ----------
    chat : Chat
    messages : sequence of mapping
        Each with `role` and `content`.
    what : str
        What is asked for, in words.

    Returns
    -------
    str
        The answer as it came, "" if it has none; not to be trusted.

    Raises
    ------
    InputError
        If the server refuses, is too slow, or does not answer as the API does.
    """
    content = chat_content(messages, model=chat.model, temperature=chat.temperature)
    try:
        _, text = request(
            chat.client,
            path=CHAT_PATH,
            params=lambda attempt: {},
            parse=lambda body, *, attempt: _answer(body, key=chat.client.key),
            what=what,
            explain=_message,
            content=content,
        )
    except QueryRefusedError as error:
        if chat.temperature is None or "temperature" not in str(error):
            raise
        chat.temperature = None
        return ask(chat, messages, what=what)
    return text


def checked_model(name: str) -> str:
    """Return the name of a model as it is, or refuse what cannot be one."""
    if not name or clean(name) != name or len(name) > LONGEST_MODEL:
        raise InputError(
            f"{first_lines(clean(name), limit=60)!r} is not the name of a model",
            allowed=f"a name on one line, of up to {LONGEST_MODEL} characters",
            next_step="correct --model, or leave it out for the first that the server lists",
        )
    return name


def _first_model(client: Client) -> str:
    _, name = request(
        client,
        path=MODELS_PATH,
        params=lambda attempt: {},
        parse=lambda body, *, attempt: _first_id(body),
        what="the list of models",
        explain=_message,
    )
    return name


def _first_id(body: bytes) -> str:
    models = _member(_parsed(body), "data")
    names = [_member(model, "id") for model in models] if isinstance(models, list) else []
    for name in names:
        if isinstance(name, str) and 0 < len(name) <= LONGEST_MODEL and clean(name) == name:
            return name
    raise PermanentError(
        "no list of models, or an empty one",
        allowed=_ALLOWED,
        next_step="name a model with --model (Ollama: download one with ollama pull)",
    )


def _answer(body: bytes, *, key: str) -> str:
    """Return the text of a completion, "" if it has none, as when a model only called a tool."""
    choices = _member(_parsed(body), "choices")
    message = _member(choices[0], "message") if isinstance(choices, list) and choices else None
    if not isinstance(message, dict):
        raise _no_chat(body)
    text = message.get("content")
    text = text if isinstance(text, str) else ""
    if key and key in text:
        raise PermanentError("a response that repeats your key", allowed="responses without it")
    return text


def _message(body: bytes) -> str:
    """Return the message in the body of an error: `{"error": {"message": …}}` or `{"error": …}`."""
    try:
        error = _member(json.loads(body), "error")
    except (ValueError, RecursionError):
        return ""
    message = _member(error, "message") if isinstance(error, dict) else error
    return message if isinstance(message, str) else ""


def _parsed(body: bytes) -> object:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise _no_chat(body) from None


def _member(value: object, name: str) -> object:
    return value.get(name) if isinstance(value, dict) else None


def _no_chat(body: bytes) -> PermanentError:
    return PermanentError(
        "a response that is no answer of a model" if body else "an empty response",
        allowed=_ALLOWED,
        next_step="check --base-url, which often ends in /v1",
    )
