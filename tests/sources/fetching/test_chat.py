"""Questions to a server that speaks the OpenAI chat-completions API, and its failures."""

from __future__ import annotations

import contextlib
import json
import socketserver
import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest

from analysis.base.errors import InputError
from analysis.sources.fetching.chat import (
    LONGEST_MODEL,
    ask,
    chat_content,
    chat_key,
    chat_pace,
    open_chat,
)
from analysis.sources.fetching.limits import MEGABYTE, Clock, parse_base_url
from chat_server import KEY, chat_server, completion, failure
from hostile import HOSTILE
from simulator import Reply, Service, serving

QUESTION = [
    {"role": "user", "content": "Name “α” & <b>β</b>\n\ud83d".encode("utf-8", "ignore").decode()}
]
IMMEDIATE = Clock(sleep=lambda seconds: None, random=lambda: 0.5)


@pytest.fixture(autouse=True)
def _no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PAPERTIDE_API_KEY", "OPENAI_API_KEY"):
        monkeypatch.delenv(name, raising=False)


def asked(service: Service, *, model: str | None = "m", timeout: float = 20.0) -> tuple[str, list]:
    """Ask once; return the answer and what was said."""
    said: list[str] = []
    with open_chat(
        base_url=f"{service.url}/v1", model=model, say=said.append, timeout=timeout, clock=IMMEDIATE
    ) as chat:
        return ask(chat, QUESTION, what="a name"), said


def refused(reply: Reply, **how: object) -> InputError:
    """Return what is said of a reply."""
    with chat_server(lambda request: reply) as service, pytest.raises(InputError) as caught:
        asked(service, **how)
    return caught.value


# good answers


def test_a_question_is_sent_as_the_api_wants_it_and_as_it_is_printed():
    with chat_server(lambda request: "A name") as service:
        text, said = asked(service)
    (post,) = service.asked
    assert (text, said) == ("A name", [])
    assert post.path == "/v1/chat/completions"
    assert post.headers["Content-Type"] == "application/json"
    assert "Authorization" not in post.headers
    assert post.body == chat_content(QUESTION, model="m")
    assert json.loads(post.body) == {
        "model": "m",
        "messages": QUESTION,
        "stream": False,
        "temperature": 0.0,
    }


def test_without_a_model_the_first_of_the_list_is_asked():
    with chat_server(lambda request: request["model"], models=("\x1b[1m", "first", "b")) as service:
        text, said = asked(service, model=None)
    assert text == "first"
    assert said == ["Model: first, the first that the server lists"]
    assert [request.path for request in service.asked] == ["/v1/models", "/v1/chat/completions"]


def test_a_model_that_takes_no_temperature_is_asked_without():
    def content(request):
        if "temperature" in request:
            return failure(400, "Unsupported value: 'temperature' does not support 0")
        return "A name"

    with (
        chat_server(content) as service,
        open_chat(base_url=f"{service.url}/v1", model="m", say=print) as chat,
    ):
        first = ask(chat, QUESTION, what="a name")
        second = ask(chat, QUESTION, what="a name")
    assert (first, second) == ("A name", "A name")
    assert ["temperature" in json.loads(each.body) for each in service.asked] == [
        True,
        False,
        False,
    ]


def test_a_refusal_of_the_temperature_is_met_once():
    error = refused(failure(400, "temperature, whatever you do"))
    assert "HTTP 400 (temperature, whatever you do)" in str(error)


@pytest.mark.parametrize("text", [None, "", 3, ["x"], {"a": 1}])
def test_an_answer_without_text_is_empty(text):
    with chat_server(lambda request: completion(text)) as service:
        assert asked(service)[0] == ""


def test_a_busy_server_is_asked_again():
    replies = iter(
        [failure(503, "loading the model"), failure(429, "slowly", **{"Retry-After": "1"})]
    )

    with chat_server(lambda request: next(replies, completion("A name"))) as service:
        text, said = asked(service)
    assert text == "A name"
    assert [line.partition(";")[0] for line in said] == [
        "a name: HTTP 503 (loading the model)",
        "a name: HTTP 429 (slowly)",
    ]


# failures


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>hello</html>", b"[" * 5000, b"{}", b'{"choices": []}', b'{"choices": [{}]}',
     b'{"choices": [{"message": "text"}]}', b'{"choices": {"0": 1}}', b"[1]", b"\xff\xfe",
     b"1" * 5000],
)  # fmt: skip
def test_what_is_no_answer_is_refused(body):
    error = refused(Reply(body))
    (problem,) = error.problems
    assert problem.startswith("a name: http://127.0.0.1:")
    expected = "a response that is no answer of a model" if body else "an empty response"
    assert problem.endswith(f"gave {expected}")
    assert error.next_step == "check --base-url, which often ends in /v1"


@pytest.mark.parametrize(
    "body", [b"[]", b'{"data": []}', b'{"data": 3}', b'{"data": [{"id": 3}, {"id": ""}, 1]}']
)
def test_a_server_without_models_is_told(body):
    with serving(lambda request: Reply(body)) as service, pytest.raises(InputError) as caught:
        asked(service, model=None)
    assert caught.value.problems[0].endswith("gave no list of models, or an empty one")
    assert "--model" in caught.value.next_step


def test_an_unknown_model_is_told_in_the_servers_words():
    error = refused(failure(404, "model 'x' not found, try pulling it first"))
    assert "HTTP 404 (model 'x' not found, try pulling it first)" in str(error)
    assert "check --model" in error.next_step
    plain = refused(Reply(b'{"error": "model \'x\' not found"}', status=404))
    assert "HTTP 404 (model 'x' not found)" in str(plain)


def test_a_refused_key_and_a_missing_one_are_told(monkeypatch):
    error = refused(failure(401, "no key"))
    assert error.next_step == (
        "put the server's key into the environment variable PAPERTIDE_API_KEY"
    )
    monkeypatch.setenv("PAPERTIDE_API_KEY", KEY)
    error = refused(failure(401, f"Incorrect API key provided: {KEY}."))
    assert error.next_step == "check the key in PAPERTIDE_API_KEY or OPENAI_API_KEY"
    assert "HTTP 401 (Incorrect API key provided: ....)" in str(error)


@pytest.mark.parametrize(
    "reply",
    [
        failure(401, KEY),
        Reply(failure(400, KEY).body.replace(b"-", rb"\u002d"), status=400),
        Reply(KEY.encode(), status=500),
        Reply(status=302, headers={"Location": f"http://evil.invalid/{KEY}"}),
        completion(f"Your key is {KEY}"),
        Reply(completion(KEY).body.replace(b"-", rb"\u002d")),
        Reply(f"<p>{KEY}".encode()),
    ],
)
def test_a_key_is_sent_and_never_shown(monkeypatch, reply):
    monkeypatch.setenv("PAPERTIDE_API_KEY", KEY)
    said: list[str] = []
    with (
        chat_server(lambda request: reply) as service,
        pytest.raises(InputError) as caught,
        open_chat(
            base_url=f"{service.url}/v1", model="m", say=said.append, clock=IMMEDIATE
        ) as chat,
    ):
        ask(chat, QUESTION, what="a name")
    assert service.asked[0].headers["Authorization"] == f"Bearer {KEY}"
    assert said[0] == f"The key in PAPERTIDE_API_KEY is sent to {service.url}"
    assert KEY not in "\n".join([*said, str(caught.value), repr(caught.value)])


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("where", ["http://evil.invalid/x", "/v1/elsewhere", "//evil.invalid"])
def test_redirects_are_refused_also_within_the_server(status, where):
    reply = Reply(status=status, headers={"Location": where})
    with chat_server(lambda request: reply) as service, pytest.raises(InputError) as caught:
        asked(service)
    assert len(service.asked) == 1
    assert "gave a redirect to" in str(caught.value)
    assert "--base-url" in caught.value.next_step


def test_an_answer_of_more_than_a_megabyte_is_refused():
    error = refused(completion("a" * (MEGABYTE + 1)))
    assert "a response of more than 1 MB" in str(error)


def test_a_server_that_drips_its_answer_has_one_deadline():
    stop = threading.Event()

    def drops() -> Iterator[bytes]:
        while not stop.wait(0.01):
            yield b" "

    error = refused(Reply(pieces=drops()), timeout=0.2)
    stop.set()
    assert "a response that is incomplete after 0.2 s, once" in str(error)
    assert "--timeout" in error.next_step


def test_a_server_that_drips_its_headers_has_one_deadline():
    stop = threading.Event()

    class Dripping(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            self.request.sendall(b"HTTP/1.1 200 OK\r\nX: ")
            with contextlib.suppress(OSError):
                while not stop.wait(0.01):
                    self.request.sendall(b"x")

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Dripping) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        with pytest.raises(InputError) as caught:
            asked(Service(f"http://127.0.0.1:{server.server_address[1]}"), timeout=0.2)
        stop.set()
        server.shutdown()
    assert "a response that is incomplete after 0.2 s, once" in str(caught.value)


def test_without_a_server_that_is_told():
    with serving(lambda request: Reply()) as service:
        pass
    with pytest.raises(InputError) as caught:
        asked(service)
    assert caught.value.problems[0].endswith("gave no connection, 3 times")
    assert "ollama serve" in caught.value.next_step


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_messages_are_cleaned(text):
    error = refused(failure(400, text))
    assert "\x1b" not in str(error)
    assert "\u202e" not in str(error)
    assert max(map(len, str(error).splitlines())) < 320


# keys and models


@pytest.mark.parametrize(
    ("names", "address", "is_chosen", "sent", "said"),
    [
        ((), "http://localhost:1/v1", True, "", []),
        (("PAPERTIDE_API_KEY", "OPENAI_API_KEY"), "https://a.example/v1", True, "PAPERTIDE_API_KEY",
         ["The key in PAPERTIDE_API_KEY is sent to https://a.example"]),
        (("OPENAI_API_KEY",), "https://a.example/v1", True, "OPENAI_API_KEY",
         ["The key in OPENAI_API_KEY is sent to https://a.example"]),
        (("OPENAI_API_KEY",), "http://localhost:11434/v1", False, "",
         ["OPENAI_API_KEY is not sent to http://localhost:11434, the default address"]),
        (("PAPERTIDE_API_KEY",), "http://localhost:11434/v1", False, "PAPERTIDE_API_KEY",
         ["The key in PAPERTIDE_API_KEY is sent to http://localhost:11434"]),
        (("PAPERTIDE_API_KEY",), "http://a.example/v1", True, "",
         ["PAPERTIDE_API_KEY is not sent to http://a.example: only over https"]),
    ],
)  # fmt: skip
def test_which_key_is_sent_where(monkeypatch, names, address, is_chosen, sent, said):
    for name in names:
        monkeypatch.setenv(name, f"of {name}".replace(" ", "-"))
    lines: list[str] = []
    key = chat_key(parse_base_url(address), is_chosen=is_chosen, say=lines.append)
    assert key == (f"of-{sent}" if sent else "")
    assert lines == said


def test_a_key_with_other_characters_is_refused_unseen(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "se cret\x1b")
    with pytest.raises(InputError) as caught, open_chat(base_url=None, model="m", say=print):
        pass
    assert "OPENAI_API_KEY is not a valid key" in str(caught.value)
    assert "cret" not in str(caught.value)


@pytest.mark.parametrize("name", ["", " x", "a\nb", "\x1b[1m", "a" * (LONGEST_MODEL + 1)])
def test_a_name_that_no_model_has_is_refused(name):
    with pytest.raises(InputError) as caught, open_chat(base_url=None, model=name, say=print):
        pass
    assert "is not the name of a model" in str(caught.value)


def test_the_bounds_of_an_answer():
    pace = chat_pace(5)
    assert (pace.connect, pace.read, pace.response, pace.whole) == (5, 5, 5, 5)
    assert replace(chat_pace(60), connect=60, between=1).whole == 60
    assert chat_pace(60).connect == 10
