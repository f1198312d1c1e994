"""A fetch that is interrupted in any way, and the next call, which resumes."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import threading
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import pytest

from analysis.base.errors import InputError
from analysis.base.progress import Progress
from analysis.sources.fetching import FetchedFile, FetchOptions, fetch_hf_daily, files
from simulator import Answer, Asked, Reply, Waits, hf_paper, hf_service, quick, serving

DAYS = {f"2025-01-{d:02}": [hf_paper(d, day=f"2025-01-{d:02}")] for d in range(1, 13)}
N_REQUESTS = 2 * len(DAYS)
FIRST, LAST = date(2025, 1, 1), date(2025, 1, 12)


def fetched(url: str, out: Path, *, last: date = LAST) -> FetchedFile:
    options = FetchOptions(
        out=out, base_url=url, pace=quick(), clock=Waits().clock, progress=Progress(quiet=True)
    )
    return fetch_hf_daily(first=FIRST, last=last, options=options)


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The hash of the file that an uninterrupted fetch writes."""
    with serving(hf_service(DAYS)) as service:
        return sha256(fetched(service.url, tmp_path_factory.mktemp("whole") / "x.jsonl.gz").path)


# real processes

SCRIPT = """
import sys
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from analysis.sources.fetching import Pace, FetchOptions, fetch_hf_daily

options = FetchOptions(out=Path(sys.argv[1]), base_url=sys.argv[2], pace=Pace(between=0.02))
fetch_hf_daily(first=date(2025, 1, 1), last=date(2025, 1, 12), options=options)
"""


@dataclass
class Gate:
    """A service that holds back answer number `at` (from 1) until it is opened."""

    then: Answer
    at: int
    open: threading.Event = field(default_factory=threading.Event)
    reached: threading.Event = field(default_factory=threading.Event)
    count: int = 0

    def __call__(self, asked: Asked) -> Reply:
        self.count += 1
        if self.count == self.at:
            self.reached.set()
            self.open.wait(60)
        return self.then(asked)


def test_a_killed_process_loses_at_most_one_answer_and_the_next_goes_on(tmp_path, whole):
    out = tmp_path / "x.jsonl.gz"
    gate = Gate(hf_service(DAYS), at=0)
    ends = []
    with serving(gate) as service:
        for n_more in (1, 6, 10, 1000):
            gate.at = gate.count + n_more
            gate.reached.clear()
            process = subprocess.Popen([sys.executable, "-c", SCRIPT, str(out), service.url])
            while not gate.reached.wait(0.01) and process.poll() is None:
                pass
            if process.poll() is None:
                os.kill(process.pid, signal.SIGKILL)
            ends.append(process.wait())
        gate.open.set()
    assert ends == [-signal.SIGKILL] * 3 + [0]
    assert sha256(out) == whole
    assert len(service.asked) == N_REQUESTS + 3
    assert sorted(p.name for p in tmp_path.iterdir()) == [out.name, f"{out.name}.manifest.json"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "SIGTERM"])
def test_an_interrupt_ends_with_130_and_says_how_to_go_on(tmp_path, number):
    command = [
        sys.executable,
        "-m",
        "analysis",
        "fetch",
        "hf-daily",
        "--from",
        "2025-01-01",
        "--to",
        "2025-01-02",
        "--out",
        "x.jsonl.gz",
        "--base-url",
    ]
    gate = Gate(hf_service(DAYS), at=3)
    with serving(gate) as service:
        process = subprocess.Popen(
            [*command, service.url],
            cwd=tmp_path,
            stderr=subprocess.PIPE,
            # a test run in the background hands down that interrupts are ignored
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )
        assert gate.reached.wait(60)
        process.send_signal(number)
        said = process.communicate(timeout=120)[1].decode()
        assert process.returncode == 130
        assert said.splitlines()[-1] == (
            "Interrupted; 2 responses kept in x.jsonl.gz.parts: "
            "run the same command again to resume."
        )
        assert "Traceback" not in said
        gate.open.set()
        again = subprocess.run(
            [*command, service.url], cwd=tmp_path, capture_output=True, text=True, check=True
        )
    assert again.stdout == "x.jsonl.gz\n"
    assert "Resuming with 2 responses from 20" in again.stderr
    assert len(service.asked) == 5


def test_an_interrupt_before_the_first_answer_leaves_nothing(tmp_path):
    def interrupt(seconds: float) -> None:
        raise KeyboardInterrupt

    with serving(lambda asked: Reply(status=500)) as service:
        clock = replace(Waits().clock, sleep=interrupt)
        options = FetchOptions(
            out=tmp_path / "x.jsonl.gz",
            base_url=service.url,
            pace=quick(),
            clock=clock,
            progress=Progress(quiet=True),
        )
        with pytest.raises(KeyboardInterrupt) as caught:
            fetch_hf_daily(first=FIRST, last=LAST, options=options)
    assert str(caught.value) == ""
    assert list(tmp_path.iterdir()) == []


# every moment of writing


class Killed(BaseException):
    """Simulates a process that is killed."""


def dying(monkeypatch: pytest.MonkeyPatch, *, at: int, after: bool) -> None:
    """Kill the process before or after the `at`-th step that changes the disk."""
    count = iter(range(1000))

    def dies(step):
        def wrapped(*arguments, **settings):
            number = next(count)
            if number == at and not after:
                raise Killed
            done = step(*arguments, **settings)
            if number == at:
                raise Killed
            return done

        return wrapped

    for name in ("_write", "remove_responses"):
        monkeypatch.setattr(files, name, dies(getattr(files, name)))


N_STEPS = 1 + 4 + 2 + 1
"""The request, the responses of two days, the result and its manifest, the removal."""


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_whatever_step_is_the_last_the_next_call_finishes_it(tmp_path, after):
    digests = set()
    with serving(hf_service(DAYS)) as service:
        for at in range(N_STEPS):
            folder = tmp_path / str(at)
            folder.mkdir()
            out = folder / "x.jsonl.gz"
            with pytest.MonkeyPatch.context() as patched:
                dying(patched, at=at, after=after)
                with pytest.raises(Killed):
                    fetched(service.url, out, last=date(2025, 1, 2))
            was_whole = at + after >= N_STEPS - 1
            there = r"x\.jsonl\.gz exists \(2 papers, fetched on 2026-01-01\)"
            with pytest.raises(InputError, match=there) if was_whole else nullcontext():
                fetched(service.url, out, last=date(2025, 1, 2))
            told = json.loads((folder / "x.jsonl.gz.manifest.json").read_text())
            assert told["file"]["sha256"] == sha256(out)
            left = {p.name for p in folder.iterdir() if not p.name.startswith(".")}
            assert left == {"x.jsonl.gz", "x.jsonl.gz.manifest.json"}
            digests.add(sha256(out))
    assert len(digests) == 1


# what is kept


def test_a_kept_answer_that_is_broken_is_asked_for_again(tmp_path, whole, capsys):
    usual = hf_service(DAYS)
    out = tmp_path / "x.jsonl.gz"
    with serving(lambda a: Reply(status=404) if a.query["date"] > "2025-01-06" else usual(a)) as s:
        with pytest.raises(InputError, match="12 responses kept"):
            fetched(s.url, out)
        url = s.url
    folder = files.response_folder(out)
    kept = sorted(folder.glob("2025-*"))
    kept[0].write_bytes(kept[0].read_bytes()[:40])
    kept[2].write_bytes(b"")
    request = folder / "request.json"
    with serving(usual) as service:
        request.write_text(request.read_text().replace(url, service.url))
        assert sha256(fetched(service.url, out).path) == whole
        assert len(service.asked) == 12 + 2


def test_todays_list_is_asked_for_again(tmp_path):
    days = {"2025-12-31": [hf_paper(1, day="2025-12-31")], "2026-01-01": []}
    out = tmp_path / "x.jsonl.gz"
    options = FetchOptions(
        out=out, pace=quick(), clock=Waits().clock, progress=Progress(quiet=True)
    )
    usual = hf_service(days)

    def answer(asked):
        today = asked.query["date"] == "2026-01-01"
        return Reply(status=404) if today and asked.query["p"] == "1" else usual(asked)

    with serving(answer) as service:
        days["2026-01-01"] = [hf_paper(2, day="2026-01-01")]
        there = replace(options, base_url=service.url)
        with pytest.raises(InputError, match="2 responses kept"):
            fetch_hf_daily(first=date(2025, 12, 31), last=date(2026, 1, 1), options=there)
    assert [p.name[:10] for p in sorted(files.response_folder(out).glob("20*"))] == [
        "2025-12-31"
    ] * 2


def test_the_answers_of_another_request_are_not_mixed_in(tmp_path):
    out = tmp_path / "x.jsonl.gz"
    with serving(hf_service(DAYS)) as service:
        with files.open_responses(files.response_folder(out), request={"from": "else"}, now="then"):
            pass
        with pytest.raises(InputError, match="contains the responses of another request") as caught:
            fetched(service.url, out)
        assert "remove that folder if you do not need it" in str(caught.value)
        assert service.asked == []


def test_a_folder_that_is_not_ours_is_left_alone(tmp_path):
    out = tmp_path / "x.jsonl.gz"
    folder = files.response_folder(out)
    folder.mkdir()
    (folder / "thesis.txt").write_text("mine")
    with (
        serving(hf_service(DAYS)) as service,
        pytest.raises(InputError, match="contains other files"),
    ):
        fetched(service.url, out)
    assert (folder / "thesis.txt").read_text() == "mine"


def test_two_fetches_into_one_file_do_not_run_together(tmp_path):
    out = tmp_path / "x.jsonl.gz"
    with serving(hf_service(DAYS)) as service:
        with (
            files.open_responses(files.response_folder(out), request={}, now="now"),
            pytest.raises(InputError, match="another process is fetching into"),
        ):
            fetched(service.url, out)
        assert service.asked == []


# the file


def test_nothing_is_overwritten(tmp_path):
    out = tmp_path / "x.jsonl.gz"
    with serving(hf_service(DAYS)) as service:
        fetched(service.url, out)
        before = out.read_bytes()
        n_asked = len(service.asked)
        with pytest.raises(InputError) as caught:
            fetched(service.url, out)
        assert len(service.asked) == n_asked
    assert out.read_bytes() == before
    assert str(caught.value).splitlines() == [
        f"Found: {out} exists (12 papers, fetched on 2026-01-01)",
        "Allowed: a new file: fetched files are never overwritten",
        "Next: use it, or name another file with --out FILE",
    ]


def test_a_file_that_appears_meanwhile_is_not_overwritten(tmp_path):
    out = tmp_path / "x.jsonl.gz"
    usual = hf_service(DAYS)

    def answer(asked):
        out.write_text("somebody else's")
        return usual(asked)

    with serving(answer) as service, pytest.raises(InputError, match=r"x\.jsonl\.gz exists"):
        fetched(service.url, out)
    assert out.read_text() == "somebody else's"
    assert not files.manifest_path(out).exists()
    with serving(usual) as service, pytest.raises(InputError, match=r"x\.jsonl\.gz exists"):
        fetched(service.url, out)
    assert len(list(files.response_folder(out).glob("2025-*"))) == N_REQUESTS


def test_a_manifest_of_another_fetch_is_not_overwritten(tmp_path):
    out = tmp_path / "x.jsonl.gz"
    manifest = files.manifest_path(out)
    manifest.write_text("{}")
    with serving(hf_service(DAYS)) as service:
        with pytest.raises(InputError, match=r"x\.jsonl\.gz\.manifest\.json exists"):
            fetched(service.url, out)
        assert service.asked == []
    assert manifest.read_text() == "{}"


@pytest.mark.parametrize("name", ["no/such/folder/x.gz", "file.txt/x.gz"])
def test_a_folder_that_is_none_is_said_before_anything_is_asked(tmp_path, name):
    (tmp_path / "file.txt").write_text("a")
    with serving(hf_service(DAYS)) as service:
        with pytest.raises(InputError, match="its folder does not exist"):
            fetched(service.url, tmp_path / name)
        assert service.asked == []
