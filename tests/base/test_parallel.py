"""Functions run in processes beside this one, and here when there is only this one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import analysis
from analysis.base.errors import InputError
from analysis.base.parallel import JOBS_VARIABLE, Workers, workers

SRC = str(Path(analysis.__file__).parents[1])


def test_with_one_job_a_function_runs_here_when_its_result_is_asked_for(tmp_path):
    with workers(1) as others:
        others.prepare("no_such_module")
        result = others.start((tmp_path / "made").mkdir)
        assert not (tmp_path / "made").exists()
        result()
        assert not others.running
    assert (tmp_path / "made").exists()


def test_with_two_it_runs_in_another_process_in_the_order_of_the_starts():
    with workers(2) as others:
        others.prepare("json")
        first, second = others.start(os.getpid), others.start(divmod, 7, 2)
        assert others.running
        assert second() == (3, 1)
        assert first() == first() != os.getpid()


def test_what_a_function_raises_arrives_whole():
    with workers(2) as others:
        result = others.start(refuse, ["one", "two"])
        with pytest.raises(InputError) as caught:
            result()
    assert str(caught.value) == "Found:\n  - one\n  - two\nAllowed: none\nNext: stop"


def refuse(problems: list[str]) -> None:
    raise InputError(problems, allowed="none", next_step="stop")


def test_a_process_ended_from_outside_is_said_so():
    with workers(2) as others, pytest.raises(InputError, match="was ended from outside") as caught:
        others.start(os._exit, 1)()
    assert "with --jobs 1" in caught.value.next_step


def test_an_error_here_ends_the_other_process_at_once():
    numbers: list[int] = []
    with pytest.raises(KeyError), workers(2) as others:
        fail_beside(others, numbers)
    with pytest.raises(ProcessLookupError):
        os.kill(numbers[0], 0)


def fail_beside(others: Workers, numbers: list[int]) -> None:
    numbers.append(others.start(os.getpid)())
    others.start(sleep_for_an_hour)
    raise KeyError


def sleep_for_an_hour() -> None:
    import time

    time.sleep(3600)


@pytest.mark.parametrize(("value", "jobs"), [("1", 1), ("3", 3)])
def test_the_environment_names_the_number(monkeypatch, value, jobs):
    monkeypatch.setenv(JOBS_VARIABLE, value)
    with workers() as others:
        assert others.jobs == jobs


def test_without_it_there_are_two_or_as_many_as_cores(monkeypatch):
    monkeypatch.delenv(JOBS_VARIABLE)
    for cores, jobs in ((1, 1), (2, 2), (64, 2)):
        monkeypatch.setattr("analysis.base.parallel._cores", lambda cores=cores: cores)
        with workers() as others:
            assert others.jobs == jobs


@pytest.mark.parametrize("value", ["0", "-1", "two", "1.5"])
def test_another_number_is_refused(monkeypatch, value):
    monkeypatch.setenv(JOBS_VARIABLE, value)
    with pytest.raises(InputError, match="1 or more"), workers():
        pass


def ended(script: Path) -> tuple[int, str, str]:
    """Run a script; its exit code, stdout and stderr."""
    done = subprocess.run(
        [sys.executable, str(script)],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": SRC},
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


@pytest.mark.slow
def test_a_script_needs_no_guard_around_its_main_part(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(
        "from analysis.base.parallel import workers\n"
        "with workers(2) as others:\n    print(others.start(divmod, 7, 2)())\n"
    )
    assert ended(script) == (0, "(3, 1)\n", "")


@pytest.mark.timeout(120)
def test_the_other_process_ends_when_this_one_is_killed(tmp_path):
    """Both hold the end of the pipe that is read here until the last of them has ended."""
    script = tmp_path / "script.py"
    script.write_text(
        "import time\nfrom analysis.base.parallel import workers\n"
        "with workers(2) as others:\n"
        "    others.start(divmod, 7, 2)()\n    others.start(time.sleep, 3600)\n"
        "    print('started', flush=True)\n    time.sleep(3600)\n"
    )
    process = subprocess.Popen(
        [sys.executable, str(script)], stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": SRC}
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"started\n"
    process.kill()
    assert process.stdout.read() == b""
    process.wait()
    process.stdout.close()


@pytest.mark.slow
def test_an_error_leaves_no_warning_of_a_bar_that_was_drawn_there(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(
        "from analysis.base.parallel import workers\n"
        "with workers(2) as others:\n"
        "    others.start(eval, 'type(__import__(\"tqdm\").tqdm.get_lock()).__name__')()\n"
        "    raise SystemExit(3)\n"
    )
    assert ended(script) == (3, "", "")
