"""A corpus in which some papers are in other languages, from the file to the next run."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.clusters import primary_clusters
from analysis.pipeline.run import Settings, run
from analysis.runs import Run
from planted import planted

pytestmark = pytest.mark.usefixtures("_without_pages")

GERMAN = (
    "Die vorliegende Studie untersucht {a} und zeigt, dass {b} von großer Bedeutung ist. Wir haben "
    "dafür viele Daten aus mehreren Jahren ausgewertet und mit früheren Arbeiten verglichen."
)
SPANISH = (
    "Este trabajo estudia {a} y muestra que {b} tiene mucha importancia. Para ello hemos analizado "
    "los datos de varios años y los hemos comparado con los resultados de otros autores."
)
WORDS = {
    "de": "Wälder Flüsse Brücken Schulen Märkte Städte Gärten Mühlen Straßen Häfen".split(),
    "es": "bosques ríos puentes escuelas mercados ciudades jardines molinos calles puertos".split(),
}


def foreign(code: str, *, n: int, seed: int = 1) -> pd.DataFrame:
    random, form = np.random.default_rng(seed), {"de": GERMAN, "es": SPANISH}[code]
    rows = []
    for i in range(n):
        a, b, c = random.choice(WORDS[code], 3, replace=False)
        title = (
            f"Über {a} und {b}, Teil {seed}{i}" if code == "de" else f"Sobre {a} y {b} {seed}{i}"
        )
        text = form.format(a=a, b=b) + " " + form.format(a=c, b=a)
        rows.append((f"{code}-{seed}-{i}", title, text, f"{2019 + i % 6}-05-06", code))
    return pd.DataFrame(rows, columns=["id", "title", "abstract", "published", "field"])


def made(papers: pd.DataFrame, folder: Path) -> Run:
    path = folder / "p.csv"
    papers.to_csv(path, index=False)
    return run(path, settings=Settings(runs=folder / "runs", grades=False, topics="none"))


def of_language(found: Run, code: str) -> pd.Series:
    primary = primary_clusters(found.memberships)
    ids = found.papers.loc[found.papers["text_language"] == code, "paper_id"]
    return primary[ids]


@pytest.mark.timeout(300)
def test_papers_in_other_languages_are_in_clusters_that_say_so(tmp_path):
    papers = pd.concat([planted(200), foreign("de", n=24), foreign("es", n=14)])
    first = made(papers, tmp_path)
    labels = first.groups.set_index("group_id")["label"]
    primary = primary_clusters(first.memberships)
    for code, language in (("de", "German"), ("es", "Spanish")):
        homes = labels[of_language(first, code).unique()]
        assert all(label.startswith("Papers in ") for label in homes)
        assert any(language in label for label in homes)
    is_foreign = first.papers["text_language"].isin(["de", "es"]).to_numpy()
    assert is_foreign.sum() == 38
    english = labels[primary[first.papers.loc[~is_foreign, "paper_id"]].unique()]
    assert not english.str.startswith("Papers in ").any()
    assert any("38 of 238 papers (16%) are not in English" in n for n in first.manifest["notes"])

    longer = made(pd.concat([papers, planted(206).tail(6), foreign("de", n=5, seed=2)]), tmp_path)
    assert longer.manifest["how"] == "extended"
    labels = longer.groups.set_index("group_id")["label"]
    assert all(
        label.startswith("Papers in ") for label in labels[of_language(longer, "de").unique()]
    )
    before = primary.reindex(longer.papers["paper_id"]).dropna()
    assert (primary_clusters(longer.memberships)[before.index] == before).all()
