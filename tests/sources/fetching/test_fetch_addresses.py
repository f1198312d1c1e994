"""Where requests may go; keys that are never shown."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from analysis.base.errors import InputError
from analysis.base.progress import Progress
from analysis.sources.fetching import FetchOptions, fetch_arxiv, fetch_hf_daily
from analysis.sources.fetching.limits import origin_of, parse_base_url, redirect_target
from simulator import (
    Answer,
    Reply,
    Waits,
    arxiv_service,
    hf_paper,
    hf_service,
    preprints,
    quick,
    serving,
)

DAY = date(2025, 1, 2)
USUAL = hf_service({"2025-01-02": [hf_paper(n, day="2025-01-02") for n in (1, 2)]})
KEY = "hf_thisIsAVerySecretKey"


def fetched(url: str | None, folder: Path) -> Path:
    options = FetchOptions(
        out=folder / "x.jsonl.gz",
        base_url=url,
        pace=quick(tries=1),
        clock=Waits().clock,
        progress=Progress(),
    )
    return fetch_hf_daily(first=DAY, last=DAY, options=options).path


def message_of(answer: Answer, folder: Path) -> str:
    with serving(answer) as service, pytest.raises(InputError) as caught:
        fetched(service.url, folder)
    return str(caught.value)


# --base-url


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://example.org",
        "example.org",
        "//example.org",
        "http://",
        "https:",
        "http://exa mple.org",
        "http://a/?q=1",
        "http://a/#b",
        "http://a\n.b",
        "http://a:99999",
        "http://[::1",
        "javascript:alert(1)",
        "",
        "http://a:0",
        "unix:///run/x",
        "http://é.org",
    ],
)
def test_addresses_that_are_none(url, tmp_path):
    with pytest.raises(InputError, match="--base-url") as caught:
        parse_base_url(url)
    assert "Allowed: an http or https address" in str(caught.value)


def test_an_address_with_a_password_is_refused_and_not_shown():
    with pytest.raises(InputError, match="contains a user name or a password") as caught:
        parse_base_url("https://me:secret@example.org")
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://example.org/", "https://example.org"),
        ("https://example.org:443/api", "https://example.org"),
        ("http://EXAMPLE.org:8080", "http://example.org:8080"),
        ("http://[::1]:80/x", "http://[::1]"),
    ],
)
def test_the_origin_of_an_address(url, origin):
    assert parse_base_url(url).origin == origin


def test_a_path_of_the_base_url_comes_before_the_services_own(tmp_path):
    with serving(lambda a: Reply(status=404)) as service:
        with pytest.raises(InputError):
            fetched(f"{service.url}/mirror/", tmp_path)
        assert [a.path for a in service.asked] == ["/mirror/api/daily_papers"]


# redirects


@pytest.mark.parametrize(
    ("location", "shown"),
    [
        ("https://elsewhere.example/x?key=1", "https://elsewhere.example"),
        ("http://localhost:1/", "http://localhost:1"),
        ("http://127.0.0.1/", "http://127.0.0.1"),
        ("http://169.254.169.254/latest/meta-data", "http://169.254.169.254"),
        ("//elsewhere.example/x", "//elsewhere.example/x"),
        ("file:///etc/passwd", "file:///etc/passwd"),
        ("javascript:alert(1)", "javascript:alert(1)"),
        ("http://[", "http://["),
        ("", "nowhere"),
    ],
)
def test_a_redirect_elsewhere_is_refused(tmp_path, location, shown):
    """Nothing is sent there: the address in the message is the only trace."""
    found = message_of(lambda a: Reply(status=302, headers={"Location": location}), tmp_path)
    if location:
        assert f"gave a redirect to {shown}\n" in found
        assert "give its new address as --base-url" in found
    else:
        assert "redirect" in found


def test_a_redirect_to_a_name_before_our_host_is_refused():
    asked = "http://here.example:8080/api"
    assert redirect_target(asked, location="http://user@here.example:8080/x") is None
    assert redirect_target(asked, location="http://here.example:8080@evil.example/") is None
    assert redirect_target(asked, location="https://here.example:8080/") is None
    assert redirect_target(asked, location="/x y") is None
    assert redirect_target(asked, location="/new") == "http://here.example:8080/new"
    assert redirect_target(asked, location="?p=1") == "http://here.example:8080/api?p=1"


def test_a_redirect_within_is_followed(tmp_path):
    def answer(asked):
        if asked.path == "/api/daily_papers":
            page = asked.query["p"]
            return Reply(status=301, headers={"Location": f"/new?date=2025-01-02&p={page}"})
        return USUAL(type(asked)("/api/daily_papers", asked.query, asked.headers))

    with serving(answer) as service:
        assert fetched(service.url, tmp_path).exists()


def test_redirects_in_a_circle_end(tmp_path):
    def answer(asked):
        return Reply(status=307, headers={"Location": "/b" if asked.path == "/a" else "/a"})

    with serving(answer) as service:
        with pytest.raises(InputError, match="gave more than 3 redirects"):
            fetched(service.url, tmp_path)
        assert len(service.asked) == 4


# nowhere else

WATCH = """
import sys
places = []
def hook(event, arguments):
    if event == "socket.connect":
        places.append(repr(arguments[1]))
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        places.append(repr(arguments[:2]))
sys.addaudithook(hook)
from analysis.cli.main import main
sys.argv[0] = "papertide"
try:
    main()
finally:
    print(sorted(set(places)), file=sys.stderr)
"""


def places_of(*arguments: object, folder: Path) -> tuple[str, str]:
    """The output of a command, and every address that its process resolved or connected to."""
    done = subprocess.run(
        [sys.executable, "-c", WATCH, *map(str, arguments)],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout, done.stderr.splitlines()[-1]


def test_no_address_but_the_given_one_is_contacted(tmp_path):
    with serving(USUAL) as service:
        port = service.url.rpartition(":")[2]
        out, places = places_of(
            "fetch",
            "hf-daily",
            "--from",
            DAY,
            "--to",
            DAY,
            "--base-url",
            service.url,
            folder=tmp_path,
        )
        assert places == f"[\"('127.0.0.1', {port})\"]"
        n_asked = len(service.asked)
        shown, places = places_of("snapshot", out.strip(), folder=tmp_path)
        assert places == "[]"
        assert len(service.asked) == n_asked
    assert out == "hf-daily-2025-01-02--2025-01-02.jsonl.gz\n"
    assert "2 papers" in shown


def test_the_environments_proxy_is_used(tmp_path, monkeypatch, capsys):
    with serving(USUAL) as service:
        monkeypatch.setenv("http_proxy", service.url.replace("://", "://me:geheim@"))
        monkeypatch.delenv("no_proxy", raising=False)
        monkeypatch.delenv("NO_PROXY", raising=False)
        path = fetched("http://papers.invalid", tmp_path)
        assert {a.headers["Host"] for a in service.asked} == {"papers.invalid"}
        assert {a.headers["proxy-authorization"] for a in service.asked} == {"Basic bWU6Z2VoZWlt"}
    assert "geheim" not in path.with_name("x.jsonl.gz.manifest.json").read_text()
    (tmp_path / "gone").mkdir()
    with pytest.raises(InputError, match="no connection through the proxy") as caught:
        fetched("http://papers.invalid", tmp_path / "gone")
    assert "geheim" not in str(caught.value) + capsys.readouterr().err


@pytest.mark.parametrize("proxy", ["socks5://me:geheim@127.0.0.1:1", "http://[", "http://:80"])
def test_a_proxy_that_is_none_is_said_without_its_password(tmp_path, monkeypatch, proxy):
    monkeypatch.setenv("http_proxy", proxy)
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    with pytest.raises(InputError, match="a proxy for http that is not an http or https") as caught:
        fetched("http://papers.invalid", tmp_path)
    assert "geheim" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


# keys


def test_the_key_is_sent_and_nowhere_written(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("HF_TOKEN", f" {KEY}\n")
    seen = []

    def answer(asked):
        seen.append(asked.headers.get("Authorization"))
        seen.extend(p.read_text() for p in tmp_path.rglob("request.json"))
        return USUAL(asked)

    with serving(answer) as service:
        path = fetched(service.url, tmp_path)
    assert seen[0] == f"Bearer {KEY}"
    told = json.loads(path.with_name("x.jsonl.gz.manifest.json").read_text())
    assert KEY not in json.dumps(told) + "".join(seen[1:2])
    assert KEY not in "".join(capsys.readouterr())


def test_no_key_goes_to_arxiv(tmp_path, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", KEY)
    with serving(arxiv_service(preprints(3))) as service:
        options = FetchOptions(
            out=tmp_path / "x.zip",
            base_url=service.url,
            pace=quick(),
            clock=Waits().clock,
            progress=Progress(quiet=True),
        )
        fetch_arxiv("all:x", options=options)
        assert all("Authorization" not in a.headers for a in service.asked)


def test_a_server_that_repeats_the_key_is_not_repeated(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("HF_TOKEN", KEY)
    for status in (403, 500, 200):
        body = f'{{"error": "no {KEY}"}}'.encode()
        found = message_of(lambda a, s=status, b=body: Reply(b, status=s), tmp_path)
        assert KEY not in found + capsys.readouterr().err
        if status == 403:
            assert "check the key in HF_TOKEN" in found
    assert not [p for p in tmp_path.rglob("*") if p.is_file() and KEY in p.read_text()]


@pytest.mark.parametrize("key", ["hf_a\r\nX-Other: 1", "hf_ä", "hf a"])
def test_a_key_that_is_none_is_refused_and_not_shown(tmp_path, monkeypatch, key):
    monkeypatch.setenv("HF_TOKEN", key)
    with serving(USUAL) as service:
        with pytest.raises(InputError, match="HF_TOKEN is not a valid key") as caught:
            fetched(service.url, tmp_path)
        assert service.asked == []
    assert key not in str(caught.value)
    assert caught.value.next_step == "set HF_TOKEN again, or unset it"


@pytest.mark.parametrize(
    ("url", "may"),
    [
        ("https://huggingface.co", True),
        ("http://huggingface.co", False),
        ("http://127.0.0.1:8000", True),
        ("http://localhost", True),
        ("http://[::1]", True),
        ("http://127.0.0.1.example.org", False),
        ("http://10.0.0.1", False),
    ],
)
def test_keys_go_over_https_or_stay_here(url, may):
    assert parse_base_url(url).may_carry_keys is may


def test_origins_compare_ports_and_schemes():
    assert origin_of("https://a.example") == origin_of("https://A.example:443/x")
    assert origin_of("http://a.example") != origin_of("https://a.example")
