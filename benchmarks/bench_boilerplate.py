"""The same papers with and without publishers' lines, headings and placeholders.

Run with `python benchmarks/bench_boilerplate.py --shared ../shared [--n 2000] [--field medicine]`.
Papers of `other_fields.parquet` are run as they are, and with boilerplate added at random
(seed 0), whatever a paper is about: a line to 60 % of the abstracts, at the end, the start or in
between; headings before sentences of 40 %. Placeholders stand in 5 %, which have no abstract in
the other file. Printed: in how many abstracts something is left over, the ARI between the two
divisions, and words of boilerplate among labels and terms.
"""

from __future__ import annotations

import argparse
import tempfile
from datetime import date
from pathlib import Path
from random import Random

import pandas as pd
from sklearn.metrics import adjusted_rand_score

from analysis import Run, Settings, run
from analysis.base.words import content_words, sentences
from analysis.papers.boilerplate import analysed_abstracts, is_placeholder

LINES = (
    "© 2017 The Royal Society of Chemistry.",
    "Copyright (c) 2014 Mary Ann Liebert, Inc.",
    "(C) 2011 Acoustical Society of America. [DOI: 10.1121/1.3531837]",
    "© EDP Sciences, 2012.",
    "© World Scientific Publishing Company.",
    "Copyright 2013 by the Genetics Society of America.",
    "© 2019, The Author(s), under exclusive license to Springer-Verlag GmbH Germany.",
    "© 2010 American Institute of Physics.",
    "This article is licensed under a Creative Commons Attribution 4.0 International License.",
    "© Author(s) (or their employer(s)) 2020. Re-use permitted under CC BY-NC. Published by BMJ.",
    "Copyright © 2012 American Academy of Tides. Published by Mosby, Inc. All rights reserved.",
    "2008 Elsevier Masson SAS. All rights reserved.",
    "© 2016 Wolters Kluwer Health, Inc. All rights reserved.",
    "Open Access This article is distributed under the terms of the Creative Commons Attribution "
    "License which permits any use, distribution, and reproduction in any medium, provided the "
    "original author(s) and the source are credited.",
    "This article is published with open access at Springerlink.com.",
    "Licensee IntechOpen.",
    "© The Author(s) 2015. Published by Oxford University Press on behalf of the Infectious "
    "Diseases Society of America. For permissions, please e-mail: journals.permissions@oup.com.",
    "Copyright © 2021 The Author(s). Published by Wolters Kluwer Health, Inc. on behalf of ESTRO.",
    "The publisher's final edited version of this article is available at the journal's website.",
    "© 2018 Lippincott Williams & Wilkins.",
)
HEADINGS = (
    ("BACKGROUND: ", "METHODS: ", "RESULTS: ", "CONCLUSIONS: "),
    ("Introduction: ", "Materials and methods: ", "Findings: ", "Discussion: "),
    ("OBJECTIVE—", "RESEARCH DESIGN AND METHODS—", "RESULTS—", "CONCLUSIONS—"),
    ("Purpose. ", "Study design. ", "Main results. ", "Clinical significance. "),
    ("AIM ", "PATIENTS AND METHODS ", "MAIN OUTCOME MEASURES ", "INTERPRETATION "),
    ("[Context] ", "[Data sources] ", "[Data synthesis] ", "[Implications] "),
    ("Abstract Background ", "Methods ", "Results ", "Conclusions "),
)
PLACEHOLDERS = (
    "Abstract not available for this publication.",
    "[Abstract unavailable]",
    "No abstract was provided.",
    "The abstract is not available in this database.",
    "Please refer to the full text of this article.",
    "Zusammenfassung nicht verfügbar",
    "non peer reviewed",
    "This article has no abstract; the first 100 words appear below.",
)
WORDS = frozenset(
    "elsevier springer wiley ieee bmj mosby sas wolters kluwer copyright licence license licensee "
    "publisher rights reserved commons attribution abstract open-access employer liebert".split()
)


def with_boilerplate(text: str, *, random: Random) -> str:
    if random.random() < 0.4:
        text = _with_headings(text, random=random)
    if random.random() < 0.6:
        line, where = random.choice(LINES), random.random()
        if where < 0.7:
            return f"{text} {line}"
        if where < 0.85:
            return f"{line} {text}"
        parts = sentences(text)
        place = random.randrange(len(parts) + 1)
        return " ".join([*parts[:place], line, *parts[place:]])
    return text


def _with_headings(text: str, *, random: Random) -> str:
    parts = sentences(text)
    if len(parts) < 4:
        return text
    places = (0, *sorted(random.sample(range(1, len(parts)), 3)))
    for place, heading in zip(places, random.choice(HEADINGS), strict=True):
        parts[place] = heading + parts[place]
    return " ".join(parts)


def made(papers: pd.DataFrame, *, folder: Path, name: str) -> Run:
    path = folder / f"{name}.parquet"
    papers.to_parquet(path)
    settings = Settings(runs=folder / name, grades=False, today=date(2026, 1, 1), fresh=True)
    return run(path, settings=settings, pages=False)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--shared", type=Path, required=True)
    parser.add_argument("--n", type=int, default=2000)
    parser.add_argument("--field", default="medicine")
    args = parser.parse_args()
    papers = pd.read_parquet(args.shared / "corpora" / "other_fields.parquet")
    papers = papers[papers["abstract"].notna() & (papers["field"] == args.field)]
    papers = papers.drop_duplicates("title").sample(args.n, random_state=0)[
        ["id", "title", "abstract", "year"]
    ]
    random = Random(0)
    missing = [random.random() < 0.05 for _ in range(len(papers))]
    texts = [" ".join(text.split()) for text in papers["abstract"]]
    added = [
        random.choice(PLACEHOLDERS) if gone else with_boilerplate(text, random=random)
        for text, gone in zip(texts, missing, strict=True)
    ]
    plain = [None if gone else text for text, gone in zip(texts, missing, strict=True)]
    left, before = analysed_abstracts(added), analysed_abstracts(plain)
    over = [
        (one, other)
        for one, other, gone in zip(left, before, missing, strict=True)
        if one != other and not gone
    ]
    seen = {text for text, gone in zip(added, missing, strict=True) if gone}
    print(f"{len(over):,} of {len(texts):,} abstracts differ; placeholders not recognised:",
          sorted(text for text in seen if not is_placeholder(text)))  # fmt: skip
    for one, other in over[:10]:
        words = set(str(one).split()) ^ set(str(other).split())
        print("  ", sorted(words)[:30])
    with tempfile.TemporaryDirectory() as folder:
        runs = [
            made(papers.assign(abstract=column), folder=Path(folder), name=name)
            for name, column in (("plain", plain), ("added", added))
        ]
    clusters = [
        each.memberships[(each.memberships["kind"] == "cluster") & each.memberships["is_primary"]]
        .set_index("paper_id")["group_id"]
        for each in runs
    ]  # fmt: skip
    both = clusters[0].index.intersection(clusters[1].index)
    ari = adjusted_rand_score(clusters[0][both], clusters[1][both])
    groups = runs[1].groups[runs[1].groups["kind"] == "cluster"]
    shown = [*groups["label"], *(term for terms in groups["terms"] for term in terms)]
    found = sorted({text for text in shown if WORDS & set(content_words(text))})
    numbers = " and ".join(str(each.nunique()) for each in clusters)
    print(f"{len(both):,} papers in both; {numbers} clusters, ARI {ari:.3f}")
    print(f"words of boilerplate in labels and terms: {found}")
    print(runs[1].manifest["boilerplate"])


if __name__ == "__main__":
    main()
