"""The view of a run in a real JupyterLab: what a browser does there, and what Python then sees."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from explored import told_run
from hostile import HOSTILE
from lab import Lab, jupyterlab
from lassos import AFTER, PAGE, READ, SHADOW, STARTS, Lasso, arrived, on_screen
from page_runs import written

pytestmark = [pytest.mark.slow, pytest.mark.browser]

N = 200

JUPYTERS_OWN = (
    *("Starting application in workspace", "Starting WebSocket", "Kernel: "),
    *("Connection lost, reconnecting", "Keeping old LSP connection"),  # at a kernel's restart
    "Blocked attempt to show a 'beforeunload' confirmation",
)
"""What JupyterLab writes to the console without any widget."""

OPEN = "from analysis import explore, open_run\nrun = open_run({path!r})\nview = explore(run)\nview"
CHOSEN = "print(len(view.selection), sorted(set(view.selection['cluster_id'])))"
SLEEP, READING = 2, 3


def ready(lab: Lab, views: int = 1) -> None:
    """Wait until this many views have read everything."""
    lab.until(
        "return document.querySelectorAll('.papertide-map[data-ready=true]').length"
        " === arguments[0]",
        views,
    )


def ask(lab: Lab, script: str, *arguments: Any, view: int = 0) -> Any:
    """Return the value of an expression in which `r` is the root of a view."""
    return lab.driver.execute_script(f"const r = {SHADOW}; return {script}", view, *arguments)


def says(lab: Lab, words: str, view: int = 0) -> None:
    """Wait until the status line of a view is as given."""
    lab.until(f"return {SHADOW}.getElementById('count').textContent === arguments[1]", view, words)


def bright(lab: Lab, view: int = 0) -> list[int]:
    """Return the rows of the papers that stand out on a view."""
    script = f"return [...{PAGE}.level].flatMap((one, row) => one === 2 ? [row] : [])"
    return lab.driver.execute_script(script, view)


def press(lab: Lab, name: str, view: int = 0) -> None:
    """Press the button with an id."""
    ask(lab, "r.getElementById(arguments[1]).click()", name, view=view)


@pytest.fixture(scope="module")
def lab(tmp_path_factory) -> Iterator[Lab]:
    folder = tmp_path_factory.mktemp("lab")
    with jupyterlab(folder) as started:
        yield started
        started.listen()
    assert [m for m in started.console if not any(known in m for known in JUPYTERS_OWN)] == []
    assert started.outside == []


@pytest.fixture(scope="module")
def opened(lab, tmp_path_factory) -> Lab:
    """A notebook with one view of 200 papers, and cells that read it."""
    path = written(told_run(N), tmp_path_factory.mktemp("told"))
    cells = [
        OPEN.format(path=str(path)),
        CHOSEN,
        "import time; time.sleep(1.5)",
        READ,
        "print(view.state)",
        "view.select(cluster='c0002')",
        "view.filter(text='vis tran')",
        "view.reset()",
        "print(view.opened, view.widget.camera)",
    ]
    lab.open("one.ipynb", cells)
    lab.start_cell(0)
    ready(lab)
    return lab


@pytest.fixture
def fresh(opened) -> Lab:
    """The same notebook with nothing filtered and nothing selected."""
    opened.run_cell(7)
    says(opened, f"{N} papers")
    return opened


LASSOS = [
    Lasso(i, start, after)
    for i, (start, after) in enumerate(zip(STARTS * 2, [*AFTER, "zoom", "filter"], strict=True))
]


@pytest.mark.parametrize("lasso", [*LASSOS, Lasso(7, STARTS[0], "nothing", 0.01, 1.5)])
def test_a_lasso_arrives_wherever_it_starts(fresh, lasso):
    """With a busy kernel, the view says that it waits, and then no more."""
    run = told_run(N)
    assert arrived(fresh, run, lasso, words="study", cells=(SLEEP, READING)) == ""
    fresh.until(f"return !/waiting/.test({SHADOW}.getElementById('count').textContent)", 0)
    assert len(bright(fresh)) == int(fresh.run_cell(1).split()[0]) > 0


def test_a_busy_kernel_is_waited_for_in_words(fresh):
    fresh.start_cell(SLEEP)
    press(fresh, "table-open")
    ask(fresh, "r.querySelector('#rows input').click()")
    says(fresh, f"{N} papers · 1 paper selected · waiting for the kernel")
    says(fresh, f"{N} papers · 1 paper selected")
    assert fresh.run_cell(1).startswith("1 ")


def test_what_code_does_is_seen(fresh):
    fresh.run_cell(5)
    says(fresh, f"{N} papers · 50 papers selected")
    assert bright(fresh) == list(range(1, N, 4))
    fresh.run_cell(6)
    says(fresh, f"50 of {N} papers: “vis tran” · 50 papers selected")
    assert ask(fresh, "r.getElementById('search').value") == "vis tran"
    fresh.run_cell(7)
    says(fresh, f"{N} papers")


def test_keys_go_to_the_view_and_their_filter_to_python(fresh):
    from selenium.webdriver.common.action_chains import ActionChains

    before = fresh.driver.execute_script(
        "return window.jupyterapp.shell.currentWidget.content.widgets.length"
    )
    ask(fresh, "r.getElementById('search').focus()")
    # JupyterLab would insert, cut and delete cells.
    ActionChains(fresh.driver).send_keys("ab xdd").perform()
    says(fresh, f"None of {N} papers: “ab xdd”")
    ask(fresh, "(r.getElementById('search').value = '', r.getElementById('search').focus())")
    ActionChains(fresh.driver).send_keys("noisy").perform()
    says(fresh, f"50 of {N} papers: “noisy”")
    assert fresh.run_cell(4) == f"50 of {N} papers with “noisy” in title or abstract."
    after = fresh.driver.execute_script(
        "return window.jupyterapp.shell.currentWidget.content.widgets.length"
    )
    assert after == before


def test_the_open_paper_and_the_view_arrive(fresh):
    press(fresh, "table-open")
    ask(fresh, "r.querySelector('#rows td:nth-child(2) button').click()")
    press(fresh, "zoom-in")
    for _ in range(40):
        if "zoom" in (told := fresh.run_cell(8)):
            break
    paper, _, camera = told.partition(" ")
    assert paper.startswith("2301.00")
    assert "'zoom': 1.6" in camera
    assert ask(fresh, "r.querySelectorAll('#paper .papers li').length") == 10


def test_a_restarted_kernel_runs_all_again(opened):
    opened.restart_and_run_all()
    ready(opened)
    says(opened, f"{N} papers")
    assert (
        arrived(opened, told_run(N), Lasso(3, STARTS[0]), words="study", cells=(SLEEP, READING))
        == ""
    )


def test_linked_views_share_what_is_selected(lab, tmp_path_factory):
    run = told_run(60)
    path = written(run, tmp_path_factory.mktemp("two"))
    other = "other = explore(run, linked=view)\nother"
    lab.open(
        "two.ipynb",
        [OPEN.format(path=str(path)), "alone = explore(run)\nalone", "pass", READ, other],
    )
    lab.run_all()
    ready(lab, 3)
    assert arrived(lab, run, Lasso(1, STARTS[1]), words="study", cells=(2, 3)) == ""
    chosen = bright(lab)
    assert 0 < len(chosen) < 60
    says(lab, f"60 papers · {len(chosen)} paper{'s' * (len(chosen) > 1)} selected", view=2)
    assert bright(lab, view=2) == chosen
    says(lab, "60 papers", view=1)


def test_every_paper_is_in_view_at_first(lab, tmp_path_factory):
    run = told_run(200)
    path = written(run, tmp_path_factory.mktemp("whole"))
    lab.open("whole.ipynb", [OPEN.format(path=str(path))])
    lab.start_cell(0)
    ready(lab)
    box = ask(
        lab,
        "(b => [b.left, b.top, b.right, b.bottom])"
        "(r.getElementById('plot').getBoundingClientRect())",
    )
    places = on_screen(lab, run)
    assert (places >= box[:2]).all()
    assert (places <= box[2:]).all()


def test_hostile_texts_do_nothing(lab, tmp_path_factory):
    path = written(told_run(64, texts=HOSTILE), tmp_path_factory.mktemp("hostile"))
    lab.open("hostile.ipynb", [OPEN.format(path=str(path)), "view.color_by('topic')"])
    lab.run_all()
    ready(lab)
    press(lab, "table-open")
    ask(lab, "r.querySelector('#rows td:nth-child(2) button').click()")
    press(lab, "page-on")
    ask(
        lab,
        "(() => { const s = r.getElementById('search'); s.value = arguments[1];"
        "s.dispatchEvent(new Event('change')); })()",
        HOSTILE[2],
    )
    lab.until(f"return {SHADOW}.getElementById('count').textContent.includes('onerror')", 0)
    assert lab.driver.execute_script("return window.pwned") is None
    assert ask(lab, "r.querySelectorAll('img, script, iframe').length") == 0
    protocols = ask(lab, "[...r.querySelectorAll('a')].map((a) => a.protocol)")
    assert set(protocols) <= {"https:", "http:"}
