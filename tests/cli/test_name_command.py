"""The command `papertide name`: asked, given, suggested and accepted names."""

from __future__ import annotations

import io
import json
import threading
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from analysis.clusters.overrides import read_cluster_overrides
from analysis.pipeline.names.overrides_file import names_in
from analysis.pipeline.run import Settings, run
from analysis.runs import Run
from chat_server import KEY, chat_server, failure
from command_line import Cli, refusal
from page_runs import made_run, written
from series_of_runs import TODAY
from simulator import Reply

NAMES = {
    "adapters": "Adapters for large language models",
    "scaling": "Scaling laws of vision transformers",
    "reinforcement": "Reinforcement learning from feedback",
    "speech": "Wombats",
}


@pytest.fixture
def place(subjects: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with a series of one run of four clusters, and no keys."""
    written(subjects, tmp_path / "runs")
    monkeypatch.chdir(tmp_path)
    for name in ("PAPERTIDE_API_KEY", "OPENAI_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch):
    """Type lines at the questions; none are left at the end."""

    def at(text: str) -> None:
        monkeypatch.setattr("sys.stdin", io.StringIO(text))

    return at


def overrides(place: Path) -> Path:
    return place / "data" / "overrides.toml"


# asked


def test_each_cluster_is_shown_and_its_name_asked(cli: Cli, place: Path, typed):
    typed("Adapters\n\ns\n Speech  recognition \n")
    said = cli("name")
    assert (said.code, said.err) == (0, "")
    lines = said.out.splitlines()
    assert max(map(len, lines)) <= 100
    assert lines[1] == "c0001 Cluster 1 (50 papers, 60% say the label; 1 of 4)"
    assert lines[2] == "  terms: wombat, burrow"
    assert lines[3] == "  - On adapters for large language models, part 0"
    assert said.out.count("Name [Enter keeps, s skips, q stops]: ") == 4
    assert "beside: " in said.out
    assert "Adapters" in said.out.split("c0002 Cluster 2")[1]  # a sibling's new name is shown
    assert "  50 of its 50 papers say it, no other does" in said.out
    assert lines[-5:] == [
        "c0002: stays “Cluster 2”",
        "c0004: “Cluster 4” is now “Speech recognition”",
        "3 names written to data/overrides.toml",
        "The next run takes them; the same snapshot will do, with its other options:",
        "  papertide run papers.csv",
    ]
    assert names_in(overrides(place)) == {
        "c0001": "Adapters",
        "c0002": "Cluster 2",
        "c0004": "Speech recognition",
    }


def test_a_name_that_cannot_be_taken_is_asked_again(cli: Cli, place: Path, typed):
    typed(f"multimodal\n--\n{'a' * 81}\nAdapters\nadapters\nq\n")
    said = cli("name")
    assert said.code == 0
    assert "“multimodal” would be the name of cluster c0001 and topic topic-2" in said.out
    assert "c0001: '--' has no letter or digit" in said.out
    assert "has 81 characters" in said.out
    assert "“adapters” would be the name of cluster c0001 and cluster c0002" in said.out
    assert names_in(overrides(place)) == {"c0001": "Adapters"}


@pytest.mark.parametrize("answers", ["", "q\n", "s\ns\ns\ns\n", "s\n"])
def test_without_names_nothing_is_written(cli: Cli, place: Path, typed, answers):
    typed(answers)
    said = cli("name")
    assert said.code == 0
    assert said.out.endswith("No new names; nothing was written.\n")
    assert not overrides(place).exists()


def test_only_the_clusters_named_are_asked(cli: Cli, place: Path, typed):
    typed("Three\n")
    said = cli("name", "0001", "--cluster", "c0003", "--overrides", "mine.toml")
    assert "c0003 Cluster 3 (50 papers, 60% say the label; 1 of 1)" in said.out
    assert names_in(place / "mine.toml") == {"c0003": "Three"}
    assert "papertide run papers.csv --overrides mine.toml" in said.out
    typed("Tre\n")  # the figure is that of another label now
    again = cli("name", "--cluster", "c0003", "--overrides", "mine.toml")
    assert "c0003 Three (50 papers; 1 of 1)" in again.out
    told = refusal(cli("name", "--cluster", "c0009", "--cluster", "topic-0"))
    assert "has no cluster 'c0009'" in told
    assert "topic-0 is a topic" in told


def test_an_interruption_keeps_the_names_before_it(cli: Cli, place: Path, monkeypatch):
    answers = iter(["One", KeyboardInterrupt])

    def answer(question: str) -> str:
        said = next(answers)
        if said is KeyboardInterrupt:
            raise KeyboardInterrupt
        return said

    monkeypatch.setattr("builtins.input", answer)
    said = cli("name")
    assert said.code == 130
    assert said.err == "Interrupted; 1 name kept in data/overrides.toml.\n"
    assert names_in(overrides(place)) == {"c0001": "One"}


@pytest.mark.parametrize("n", [0, 1, 30])
def test_a_run_without_clusters_is_refused(cli: Cli, tmp_path: Path, n):
    written(made_run(n), tmp_path / "runs")
    assert "has no clusters" in refusal(cli("name", "--runs", tmp_path / "runs"))


# given


def test_names_are_given_without_questions(cli: Cli, place: Path):
    said = cli("name", "--set", "c0003=RL = learning", "--set", "c0001= One ", "--runs", "runs")
    assert said.code == 0
    assert said.out.splitlines() == [
        "c0003: “Cluster 3” is now “RL = learning”",
        "c0001: “Cluster 1” is now “One”",
        "2 names written to data/overrides.toml",
        "The next run takes them; the same snapshot will do, with its other options:",
        "  papertide run papers.csv --runs runs",
    ]
    again = cli("name", "--set", "c0003=RL = learning", "--set", "c0001=Uno")
    assert again.out.splitlines()[0] == "c0001: “One” is now “Uno”"
    assert names_in(overrides(place)) == {"c0003": "RL = learning", "c0001": "Uno"}


def test_wrong_names_and_ids_are_told_together_and_nothing_is_written(cli: Cli, place: Path):
    wrong = ("c0009=A", "topic-0=B", "c0001=", "c0002=C")
    told = refusal(cli("name", *(word for text in wrong for word in ("--set", text))))
    for problem in ("no cluster 'c0009'", "topic-0 is a topic", "c0001: no name"):
        assert problem in told
    assert not overrides(place).exists()
    told = refusal(cli("name", "--set", "c0001", "--set", "=x", "--set", "c1=a", "--set", "c1=b"))
    for problem in ("'c0001' is not ID=NAME", "'=x' is not ID=NAME", "two names for c1"):
        assert problem in told


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (("--set", "c0001=A", "--suggest"), "--set and --suggest together"),
        (("--set", "c0001=A", "--accept", "f"), "--set and --accept together"),
        (("--accept", "f", "--print-prompts"), "--accept and --suggest together"),
        (("--model", "m", "--out", "f"), "--out without --suggest"),
        (("--set", "c0001=A", "--cluster", "c0001"), "--cluster with --set"),
    ],
)
def test_options_that_do_not_go_together_are_refused(cli: Cli, place: Path, options, problem):
    assert problem in refusal(cli("name", *options))


@pytest.mark.usefixtures("_without_pages")
def test_the_next_run_takes_the_names(cli: Cli, series_of_one: Path, first_run: Run, tmp_path):
    groups = first_run.groups[first_run.groups["kind"] == "cluster"]
    file = tmp_path / "overrides.toml"
    given = ("--set", f"{groups['group_id'].iloc[0]}=Mine", "--overrides", file)
    assert cli("name", "--runs", series_of_one, *given).code == 0
    settings = Settings(runs=series_of_one, today=TODAY, overrides=file)
    made = run(first_run.path.parents[1] / "snapshot.csv", settings=settings)
    labels = made.groups.set_index("group_id")["label"]
    assert labels[groups["group_id"].iloc[0]] == "Mine"
    said = cli("compare", "0001", "0002", "--runs", series_of_one)
    assert f"Renamed by hand: “{groups['label'].iloc[0]}” is now “Mine”" in said.out


# suggested


def suggested(request: Mapping[str, Any]) -> str:
    """Answer with the subject of the exemplars."""
    title = json.loads(request["messages"][1]["content"])["exemplars"][0]["title"]
    (name,) = (name for word, name in NAMES.items() if word in title)
    return json.dumps({"name": name})


def test_suggestions_are_checked_written_and_accepted(cli: Cli, place: Path):
    with chat_server(suggested) as service:
        said = cli("name", "--suggest", "--base-url", f"{service.url}/v1")
    assert said.code == 0
    assert said.out.splitlines() == [
        "4 suggestions, 1 of them doubtful",
        "data/suggested-names.toml",
        "Delete what you do not want, correct what you like, then run:",
        "  papertide name 0001-2025-03-17 --accept data/suggested-names.toml",
    ]
    assert said.err.splitlines() == [
        "Model: tiny, the first that the server lists",
        f"Asking {service.url} about 4 clusters",
        "c0001 (1 of 4): Adapters for large language models (now Cluster 1); 50 of its 50 papers "
        "say it, no other does",
        "c0002 (2 of 4): Scaling laws of vision transformers (now Cluster 2); 50 of its 50 papers "
        "say it, no other does",
        "c0003 (3 of 4): Reinforcement learning from feedback (now Cluster 3); 50 of its 50 papers "
        "say it, no other does",
        "c0004 (4 of 4): Wombats (now Cluster 4); 0 of its 50 papers say it, no other does; "
        "doubtful",
    ]
    assert not overrides(place).exists()
    file = place / "data" / "suggested-names.toml"
    text = file.read_text(encoding="utf-8")
    content = tomllib.loads(text)
    assert (content["run"], content["model"]) == ("0001-2025-03-17", "tiny")
    assert content["suggestion"][0] == {
        "id": "c0001", "label": NAMES["adapters"], "now": "Cluster 1", "papers": 50,
        "coverage": 1.0, "precision": 1.0,
    }  # fmt: skip
    kept, _, doubtful = text.rpartition("\n[[suggestion]]")
    assert "Wombats" in doubtful
    file.write_text(kept.replace(NAMES["scaling"], "Scaling laws"), encoding="utf-8")
    accepted = cli("name", "0001", "--accept", file)
    assert accepted.code == 0
    assert "3 names written to data/overrides.toml" in accepted.out
    assert [(o.ids[0], o.label, o.why) for o in read_cluster_overrides(overrides(place))] == [
        ("c0001", NAMES["adapters"], "Suggested by tiny, accepted by hand."),
        ("c0002", "Scaling laws", "Suggested by tiny, accepted by hand."),
        ("c0003", NAMES["reinforcement"], "Suggested by tiny, accepted by hand."),
    ]


def test_what_is_printed_is_what_is_sent(cli: Cli, place: Path, monkeypatch):
    monkeypatch.setenv("PAPERTIDE_API_KEY", KEY)
    with chat_server(suggested) as service:
        options = ("--base-url", f"{service.url}/v1", "--model", "m", "--cluster", "c0002")
        printed = cli("name", "--print-prompts", *options)
        assert service.asked == []
        assert cli("name", "--suggest", *options).code == 0
    (asked,) = service.asked
    assert asked.headers["Authorization"] == f"Bearer {KEY}"
    assert printed.out == f"POST {service.url}/v1/chat/completions\n{asked.body.decode()}\n\n"
    assert printed.err.splitlines() == [
        f"With --suggest: The key in PAPERTIDE_API_KEY is sent to {service.url}",
        f"1 request, {len(asked.body):,} bytes; nothing was sent",
    ]
    assert KEY not in printed.out + printed.err


def test_without_a_model_the_list_is_printed_as_a_request(cli: Cli, place: Path):
    said = cli("name", "--print-prompts")
    assert said.out.startswith(
        "GET http://localhost:11434/v1/models\n\nPOST http://localhost:11434/v1/chat/completions\n"
    )
    assert "4 requests, " in said.err
    assert not (place / "data").exists()


def test_broken_answers_leave_their_cluster_out(cli: Cli, place: Path):
    answers = iter(
        ["no JSON", '{"name": "Multimodal"}', '{"name": "\\u001b[31mLearning"}', '{"name": "x"}']
    )
    with chat_server(lambda request: next(answers)) as service:
        said = cli("name", "--suggest", "--base-url", f"{service.url}/v1", "--model", "m")
    assert said.code == 0
    assert said.out.startswith("1 suggestion, 1 of them doubtful; 3 clusters without")
    assert "c0001 (1 of 4): the answer has no JSON with a name (no JSON)" in said.err
    assert "c0002 (2 of 4): the name is that of topic-2 too (Multimodal)" in said.err
    assert "c0003 (3 of 4): the name contains markup or an address ([31mLearning)" in said.err
    assert "\x1b" not in said.err + said.out


def test_the_same_name_for_two_clusters_is_taken_once_and_an_old_name_is_kept(cli: Cli, place):
    answers = iter(["Feedback", "feedback", "Cluster 3", "Speech"])
    with chat_server(lambda request: json.dumps({"name": next(answers)})) as service:
        said = cli("name", "--suggest", "--base-url", f"{service.url}/v1", "--model", "m")
    assert "c0002 (2 of 4): the name is that of c0001 too (feedback)" in said.err
    assert "c0003 (3 of 4): keeps its name Cluster 3" in said.err
    assert said.out.startswith("2 suggestions, 1 of them doubtful; 1 cluster without")


def test_a_model_without_a_single_name_is_told(cli: Cli, place: Path):
    with chat_server(lambda request: "no") as service:
        options = ("--suggest", "--base-url", f"{service.url}/v1", "--model", "m")
        told = refusal(cli("name", *options))
    assert "c0004: the answer has no JSON with a name (no)" in told
    assert not (place / "data").exists()


def test_a_server_that_fails_half_way_leaves_what_came_before(cli: Cli, place: Path):
    replies = iter([json.dumps({"name": "Adapters"}), failure(404, "model 'm' not found")])
    with chat_server(lambda request: next(replies)) as service:
        options = ("--suggest", "--base-url", f"{service.url}/v1", "--model", "m")
        told = refusal(cli("name", *options, "--out", "got.toml"))
    assert "a name for c0002: " in told
    assert "HTTP 404 (model 'm' not found)" in told
    assert "; 1 suggestion kept in got.toml" in told
    assert tomllib.loads((place / "got.toml").read_text())["suggestion"][0]["label"] == "Adapters"


@pytest.mark.parametrize(
    "reply",
    [
        failure(401, f"bad key {KEY}"),
        Reply(status=307, headers={"Location": "http://evil.invalid"}),
    ],
)
def test_a_refusal_is_told_without_the_key(cli: Cli, place: Path, monkeypatch, reply):
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    with chat_server(lambda request: reply) as service:
        said = cli("name", "--suggest", "--base-url", f"{service.url}/v1", "--model", "m")
    assert len(service.asked) == 1
    assert "Found:" in said.err
    assert KEY not in said.err + said.out
    assert not (place / "data").exists()


def test_suggestions_are_not_overwritten(cli: Cli, place: Path):
    (place / "got.toml").write_text("", encoding="utf-8")
    with chat_server(suggested) as service:
        options = ("--suggest", "--base-url", f"{service.url}/v1", "--out", "got.toml")
        told = refusal(cli("name", *options))
        assert "got.toml exists already" in told
        options = (*options[:-1], "got.toml/x/names.toml")
        assert "cannot write got.toml/x/names.toml" in refusal(cli("name", *options))
    assert service.asked == []


def test_a_model_that_takes_too_long_is_left_alone(cli: Cli, place: Path):
    done = threading.Event()

    def content(request: Mapping[str, Any]) -> str:
        done.wait(20)
        return "too late"

    with chat_server(content) as service:
        options = ("--suggest", "--base-url", f"{service.url}/v1", "--model", "m")
        told = refusal(cli("name", *options, "--timeout", "0.2"))
        done.set()
    assert "a name for c0001: " in told
    assert "give a slow model more time with --timeout" in told


def test_suggestions_for_another_series_are_refused(cli: Cli, place: Path):
    file = place / "got.toml"
    file.write_text('run = "0007"\n[[suggestion]]\nid = "c0001"\nlabel = "A"\n', encoding="utf-8")
    assert "it is for run 0007" in refusal(cli("name", "--accept", file))
    file.write_text('run = "0001-2025-03-17"\n', encoding="utf-8")
    assert cli("name", "--accept", file).out == "No new names; nothing was written.\n"


def test_hostile_labels_and_titles_are_shown_clean(cli: Cli, tmp_path, monkeypatch, typed):
    from hostile import HOSTILE

    texts = [text.encode("utf-8", "replace").decode() for text in HOSTILE]
    made = made_run(80, texts=texts)
    written(replace(made, manifest=made.manifest), tmp_path / "runs")
    monkeypatch.chdir(tmp_path)
    typed("One\ns\nq\n")
    said = cli("name", "--runs", tmp_path / "runs")
    assert said.code == 0
    assert "\x1b" not in said.out
    assert "\u202e" not in said.out
    assert "\x1b" not in cli("name", "--runs", tmp_path / "runs", "--print-prompts").out
