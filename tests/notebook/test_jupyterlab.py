"""The view of a run in a real JupyterLab: what a browser does there, and what Python then sees."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from analysis import explore
from explored import told_run
from hostile import HOSTILE
from lab import Lab, jupyterlab
from page_runs import written

pytestmark = [pytest.mark.slow, pytest.mark.browser]

N = 200
RIGHT = [(0.64, 0.2), (0.95, 0.2), (0.95, 0.8), (0.64, 0.8), (0.64, 0.25)]
"""Round the cluster at the right-hand side of the map, c0001: every fourth paper."""

JUPYTERS_OWN = (
    *("Starting application in workspace", "Starting WebSocket", "Kernel: "),
    *("Connection lost, reconnecting", "Keeping old LSP connection"),  # at a kernel's restart
)
"""What JupyterLab writes to the console without any widget."""

OPEN = "from analysis import explore, open_run\nrun = open_run({path!r})\nview = explore(run)\nview"
CHOSEN = "print(len(view.selection), sorted(set(view.selection['cluster_id'])))"


def text(lab: Lab, css: str) -> str:
    return lab.driver.execute_script(
        "return document.querySelector(arguments[0])?.textContent ?? ''", css
    )


def drawn(lab: Lab, view: str = ".papertide-view") -> None:
    lab.until(
        "return document.querySelectorAll(arguments[0]).length > 0",
        f"{view} .papertide-map .scatterlayer .point",
    )


def words(lab: Lab, wanted: str, view: str = ".papertide-view") -> bool:
    """Wait until the view says so; end with an error where it does not within 40 seconds."""
    return lab.until(
        "return document.querySelector(arguments[0])?.textContent === arguments[1]",
        f"{view} .pt-words",
        wanted,
        seconds=40,
    )


def click(lab: Lab, css: str) -> None:
    """Click as a pointer does; a table that is drawn anew meanwhile is looked up again."""
    from selenium.common.exceptions import StaleElementReferenceException

    for _ in range(5):
        try:
            return lab.driver.find_element("css selector", css).click()
        except StaleElementReferenceException:
            continue


def type_into(lab: Lab, css: str, keys: str) -> None:
    lab.driver.find_element("css selector", css).send_keys(keys)


def choose(lab: Lab, label: str, option: str) -> None:
    """Choose from the menu with this label."""
    from selenium.webdriver.support.ui import Select

    menu = lab.driver.find_element("xpath", f"//label[text()='{label}']/following-sibling::select")
    Select(menu).select_by_visible_text(option)


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
        "print(view.state)",
        "print(view.near('speech in noise', n=2)[['words', 'title']].to_string())",
        "view.select(cluster='c0002')",
        "print(view.widgets.figure.layout.xaxis.range)",
    ]
    lab.open("one.ipynb", cells)
    lab.run_cell(0)
    drawn(lab)
    return lab


@pytest.fixture
def fresh(opened) -> Lab:
    """The same notebook with nothing filtered and nothing selected."""
    click(opened, ".papertide-view .jupyter-button")
    assert words(opened, f"All {N} papers shown.")
    return opened


def test_a_lasso_is_the_selection_of_the_next_cell(fresh):
    fresh.drag(".papertide-view", RIGHT)
    assert words(fresh, "All 200 papers shown. 50 selected.")
    assert fresh.run_cell(1) == "50 ['c0001']"
    assert text(fresh, ".pt-table [data-key='tab selected']") == "Selected (50)"
    assert text(fresh, ".pt-table tbody tr .pt-cluster") == "Cluster 1"


def test_a_search_counts_as_one_types(fresh):
    type_into(fresh, ".papertide-view .widget-text input", "vis tran")
    assert words(fresh, "50 of 200 papers with “vis tran” in title or abstract.")
    faint = (
        "return [...document.querySelectorAll('.papertide-map .scatterlayer .point')]"
        ".filter(p => Number(p.style.opacity) < .2).length"
    )
    assert fresh.until(faint + " === 150", seconds=10)
    # A lasso takes only what is shown.
    fresh.drag(".papertide-view", RIGHT)
    assert fresh.run_cell(1) == "0 []"


def test_filters_combine(fresh):
    choose(fresh, "Topic", "Fine-tuning (75)")
    assert words(fresh, "75 of 200 papers in topic Fine-tuning.")
    click(fresh, ".pt-legend [data-key='group c0001']")
    assert words(fresh, "25 of 200 papers in topic Fine-tuning, in cluster Cluster 1.")
    click(fresh, ".pt-legend [data-key='group c0001']")
    assert words(fresh, "75 of 200 papers in topic Fine-tuning.")


def test_the_histogram_is_a_slider_that_plays(fresh):
    from selenium.webdriver.common.action_chains import ActionChains

    handle = "document.querySelector(\".pt-dates input[aria-label='Last period shown']\")"
    fresh.driver.execute_script(f"{handle}.focus()")
    ActionChains(fresh.driver).send_keys("\ue011").perform()  # Home
    fresh.until("return /^2023-01 ·/.test(document.querySelector('.pt-status').textContent)")
    assert words(fresh, "3 of 200 papers dated 2023-01-01 to 2023-01-31.")
    assert fresh.run_cell(2) == "3 of 200 papers dated 2023-01-01 to 2023-01-31."
    click(fresh, ".pt-dates .pt-button:last-child")
    assert words(fresh, "All 200 papers shown.")
    click(fresh, ".pt-dates .pt-button:first-child")
    fresh.until(
        "return /^2023-01 to 2023-03/.test(document.querySelector('.pt-status').textContent)"
    )
    click(fresh, ".pt-dates .pt-button:first-child")
    assert text(fresh, ".pt-dates .pt-button:first-child") == "▶ Play"


def test_the_table_is_in_step_both_ways(fresh):
    first = ".pt-table tbody tr:first-child"
    title = text(fresh, f"{first} .pt-title")
    click(fresh, f"{first} input")
    assert words(fresh, "All 200 papers shown. 1 selected.")
    assert fresh.run_cell(1).startswith("1 ")
    fresh.until(
        "return document.querySelectorAll('.papertide-map .scatterlayer .point').length > 0"
        " && [...document.querySelectorAll('.papertide-map .scatterlayer .point')]"
        ".filter(p => Number(p.style.opacity) > .3).length === 1"
    )
    click(fresh, ".pt-table [data-key='sort title']")
    fresh.until(
        "return document.querySelector('.pt-table tr .pt-title bdi').textContent !== arguments[0]",
        title,
    )
    click(fresh, ".pt-table [data-key='turn 1']")
    fresh.until("return document.querySelector('.pt-table').textContent.includes('page 2 of 20')")
    fresh.run_cell(4)
    assert words(fresh, "All 200 papers shown. 50 selected.")
    assert text(fresh, ".pt-table tbody tr .pt-cluster") == "Cluster 2"
    address = "return document.querySelector('.pt-table tbody a').href"
    assert fresh.driver.execute_script(address).startswith("https://arxiv.invalid/abs/2301.")


def test_a_paper_in_hand_shows_what_is_near_and_why(fresh):
    click(fresh, ".pt-table tbody tr:first-child .pt-open")
    fresh.until("return document.querySelectorAll('.pt-paper .pt-near').length === 5")
    assert "study" in text(fresh, ".pt-paper .pt-snippet")
    before = text(fresh, ".pt-paper h4")
    click(fresh, ".pt-paper li:first-child .pt-near")
    fresh.until(
        "return document.querySelector('.pt-paper h4').textContent !== arguments[0]", before
    )
    assert "speech" in fresh.run_cell(3)


def test_the_wheel_moves_nearer_and_python_knows(fresh):
    before = fresh.run_cell(5)
    fresh.driver.execute_script(
        "const d = document.querySelector('.papertide-map .nsewdrag');"
        "const b = d.getBoundingClientRect();"
        "d.dispatchEvent(new WheelEvent('wheel', {deltaY: -400, bubbles: true, cancelable: true,"
        "clientX: b.x + b.width * .85, clientY: b.y + b.height / 2}))"
    )
    fresh.until(
        "return document.querySelectorAll('.papertide-map .annotation').length > 0", seconds=10
    )
    for _ in range(50):
        if (after := fresh.run_cell(5)) != before:
            break
    assert after != before


def test_the_card_follows_the_pointer(fresh):
    from selenium.webdriver.common.action_chains import ActionChains

    point = fresh.driver.find_element("css selector", ".papertide-map .scatterlayer .point")
    fresh.driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", point)
    ActionChains(fresh.driver).move_to_element(point).perform()
    assert fresh.until(
        "const c = document.querySelector('.pt-hover');"
        "return c && !c.classList.contains('pt-hidden') && /part \\d+/.test(c.textContent)"
    )


def test_a_restarted_kernel_runs_all_again(opened):
    opened.restart_and_run_all()
    drawn(opened)
    assert words(opened, "All 200 papers shown. 50 selected.")  # the fifth cell chose them
    assert opened.output(1) == "0 []"
    opened.drag(".papertide-view", RIGHT)
    opened.until(
        "return document.querySelector('.pt-table .pt-cluster bdi')?.textContent === 'Cluster 1'"
    )
    assert opened.run_cell(1) == "50 ['c0001']"


def test_two_views_stay_apart(lab, tmp_path_factory):
    path = written(told_run(60), tmp_path_factory.mktemp("two"))
    second = "other = explore(run)\nother"
    lab.open(
        "two.ipynb", [OPEN.format(path=str(path)), second, CHOSEN, CHOSEN.replace("view", "other")]
    )
    lab.run_all()
    lab.until("return document.querySelectorAll('.papertide-view .papertide-map').length === 2")
    lab.driver.execute_script(
        "document.querySelectorAll('.papertide-view').forEach((v, i) => v.id = `view${i}`)"
    )
    drawn(lab, "#view0")
    drawn(lab, "#view1")
    lab.drag("#view1", RIGHT)
    assert words(lab, "All 60 papers shown. 15 selected.", "#view1")
    assert words(lab, "All 60 papers shown.", "#view0")
    assert (lab.run_cell(2), lab.run_cell(3)) == ("0 []", "15 ['c0001']")


def test_hostile_texts_do_nothing(lab, tmp_path_factory):
    path = written(told_run(64, texts=HOSTILE), tmp_path_factory.mktemp("hostile"))
    lab.open("hostile.ipynb", [OPEN.format(path=str(path)), "view.color_by('topic')"])
    lab.run_all()
    drawn(lab)
    click(lab, ".pt-table tbody tr:first-child .pt-open")
    lab.until("return document.querySelectorAll('.pt-paper .pt-near').length === 5")
    for page in range(3):
        click(lab, ".pt-table [data-key='turn 1']")
        lab.until(
            "return document.querySelector('.pt-table').textContent.includes(arguments[0])",
            f"page {page + 2} of 7",
        )
    type_into(lab, ".papertide-view .widget-text input", HOSTILE[2])
    lab.until("return document.querySelector('.pt-words').textContent.includes('onerror')")
    assert lab.driver.execute_script("return window.pwned") is None
    bad = "return document.querySelectorAll('.papertide-view :is(img, script, iframe)').length"
    assert lab.driver.execute_script(bad) == 0
    links = "return [...document.querySelectorAll('.papertide-view a')].map(a => a.protocol)"
    assert set(lab.driver.execute_script(links)) <= {"https:", "http:"}


def test_the_runs_are_what_the_tests_take_them_for():
    view = explore(told_run(N))
    view.select(cluster="c0001")
    assert len(view.selection) == 50
