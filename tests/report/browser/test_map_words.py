"""Words on the map page: a click searches for one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from analysis.base.schema import conform
from map_driving import opened, state, wait_until, written
from page_runs import made_run

if TYPE_CHECKING:
    from selenium.webdriver.chrome.webdriver import WebDriver

pytestmark = pytest.mark.browser


def test_a_click_on_a_word_searches_for_it(driver: WebDriver, tmp_path):
    run = made_run(80)
    titles = [f"Kelp-harvests {i}" if i % 4 == 1 else f"Kelp and harvest {i}" for i in range(80)]
    ids = run.papers["paper_id"].tolist()
    word = {"word_id": "kelp-harvest", "label": "Kelp harvests", "forms": [["kelp harvests"]]}
    words = pd.DataFrame({**word, "n_papers": 20, "paper_ids": [ids[1::4]]})
    verdict = run.verdicts.head(1).assign(
        kind="word", group_id="kelp-harvest", direction="rising", p_adjusted=0.001
    )
    run = replace(
        run,
        papers=conform(run.papers.assign(title=titles), name="papers"),
        words=conform(words, name="words"),
        verdicts=conform(pd.concat([run.verdicts, verdict]), name="verdicts"),
    )
    opened(driver, written(run, tmp_path))
    driver.find_element("css selector", "#words button").click()
    wait_until(driver, "document.getElementById('count').textContent.includes('20 of 80')")
    assert state(driver) == '20 of 80 papers: “"kelp harvest"”'
