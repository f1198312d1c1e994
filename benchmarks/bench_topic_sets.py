"""Measure the bundled sets of topics: `python benchmarks/bench_topic_sets.py`.

Coverage of each corpus by the phrases of each set, which decides what set a run takes, and the
topics of biomedicine against MeSH headings as a proxy of the truth. Half of the papers, by a hash
of their ids, are for development; `--part held-back` measures on the others. With `--more FILE` a
Parquet of `id`, `title`, `abstract` and `primary` (see `tools/arxiv_corpus.py`) adds arXiv's
categories of economics, finance and social physics to the corpora.
"""

from __future__ import annotations

import argparse
import hashlib
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path

import numpy as np
import pandas as pd
from bench_hurried_topics import PARTS, Corpus, cosines, measures, strong_counts, weights

from analysis.base.files import example_snapshot, topic_sets
from analysis.embedding import embed, paper_texts
from analysis.papers import read_snapshot
from analysis.topics import read_topics
from analysis.topics.coverage import LEAST_COVERED, coverage

N_PAPERS = 2500
THRESHOLDS = np.arange(0.05, 0.7, 0.02)
HEADINGS = {
    "trials": "Double-Blind Method|Single-Blind Method|Randomized Controlled Trials as Topic|"
    "Cross-Over Studies|Clinical Trials*|Placebos",
    "safety": "Safety|*Drug-Induced*|Drug Interactions|Adverse Drug Reaction*|Drug-Related Side*|"
    "Drug Hypersensitivity|*Poisoning*|*Overdose*|Substance Withdrawal Syndrome|Weight Gain|"
    "Product Surveillance*|Basal Ganglia Diseases|Long QT*|Drug Tolerance|Akathisia*",
    "epidemiology": "Risk Factors|Prevalence|Incidence|Cohort Studies|Case-Control Studies|"
    "Cross-Sectional Studies|Odds Ratio|Risk|Epidemiolog*|Proportional Hazards Models|Registries",
    "services": "*Cost*|*Health Services*|Practice Patterns*|Practice Guidelines*|Hospitalization|"
    "Guideline Adherence|Drug Utilization*|Quality of Health Care|*Delivery of Health*|Insurance*|"
    "Formularies*|Health Policy|Patient Compliance|Medicaid*|Managed Care*|Primary Health Care",
    "mechanisms": "Animals|Rats*|Mice*|Dogs|Genotype|Polymorphism*|RNA*|*Gene Expression*|"
    "Signal Transduction|Cells, Cultured|In Vitro*|Area Under Curve|Biological Availability|"
    "Receptors,*|Metabolic Clearance Rate|Half-Life|*Pharmacokinetics*|Cytochrome*",
    "mental-health": "Schizophreni*|*Psychotic*|Depressi*|Bipolar*|Anxiety*|Attention Deficit*|"
    "Mental Disorders|Stress Disorders*|Obsessive*|Dementia|Autistic*|Substance-Related*|"
    "Alcohol*|*-Related Disorders|Mood Disorders|Panic*|Alzheimer*",
    "neurology-pain": "Pain*|Migraine*|*Headache*|Epilep*|Multiple Sclerosis*|Muscle Spasticity|"
    "Stroke|Neuralgia*|Parkinson*|Cerebral Palsy|Spinal Cord Inj*|Low Back Pain|Seizures|"
    "Analgesia*|Anesthesia*|Fibromyalgia|Brain Inj*",
    "cardiovascular": "Hypertension*|Heart*|Myocardial*|Coronary*|Cardio*|Angina*|Arrhythm*|"
    "Atrial*|Blood Pressure|Ventricular*|Stroke Volume|Tachycardia*|Hypertrophy, Left*|"
    "Hemodynamics",
    "metabolism": "Diabetes*|Obesity*|Body Weight|Weight*|Blood Glucose|Insulin*|Lipids|"
    "Cholesterol*|Triglycerides|*lipid*|Metabolic Syndrome*|Diet*|Nutrition*|Body Mass Index|"
    "Glucose*|Lipoproteins*|Bone Density|Osteoporosis*",
    "cancer": "*Neoplasms*|*Carcinoma*|Leukemia*|Lymphoma*|*Metastasis*|Sarcoma*|Antineoplastic*",
    "infection": "*Infection*|HIV*|Hepatitis*|*Virus*|*Bacteria*|Vaccin*|Malaria*|Tubercul*|Sepsis|"
    "Anti-Infective*|Pneumonia*|Influenza*|Arthritis, Rheumatoid|Autoimmun*|Cytokines",
    "reproductive": "Pregnan*|*menopaus*|Estrogen Replacement*|Labor*|*Obstetric*|Cesarean*|"
    "Contracept*|Infant, Newborn|Maternal*|Fertil*|Lactation|Fetal*|Hot Flashes|Hormone Repl*|"
    "Endometri*|Menstru*|Premenstrual*|*Pre-Eclampsia*",
}
"""Headings of MeSH that stand for each topic of biomedicine."""


def half(ids: pd.Series, *, part: str) -> pd.Series:
    """Whether each paper is in a part."""
    return ids.map(
        lambda one: PARTS[int(hashlib.md5(str(one).encode()).hexdigest(), 16) % 2] == part
    )


def corpora(shared: Path, *, part: str, more: Path | None) -> Iterator[tuple[str, pd.DataFrame]]:
    """Yield the corpora whose coverage is measured, each by name."""
    folder = shared / "corpora"
    columns = ["id", "title", "abstract"]
    snapshot = read_snapshot([example_snapshot()], today=pd.Timestamp("2026-01-01").date()).papers
    yield "bundled snapshot", snapshot[["title", "abstract"]]
    daily = pd.read_parquet(folder / "hf_daily_2024-05_2025-12.parquet")
    others = pd.read_parquet(folder / "other_fields.parquet")
    acl = pd.read_parquet(folder / "acl_anthology_58k.parquet")
    arxiv = pd.read_parquet(folder / "arxiv_labelled_16x1000.parquet")
    tables = {
        "daily papers": daily[columns],
        "ACL Anthology": acl[acl["abstract"].notna()][columns],
    }
    for name, rows in others.groupby(
        others["group"].where(others["field"] != "medicine", "medicine")
    ):
        tables[str(name)] = rows[columns]
    for name, rows in arxiv.groupby("category"):
        tables[str(name)] = rows[columns]
    if more is not None:
        extra = pd.read_parquet(more)
        for name, rows in extra.groupby(extra["primary"]):
            if len(rows) > 200:
                tables[f"{name} (all of arXiv)"] = rows[columns]
    for name, rows in tables.items():
        rows = rows[half(rows["id"], part=part)]
        yield name, rows.sample(min(len(rows), N_PAPERS), random_state=0).sort_index()


def medicine(shared: Path, *, part: str) -> Corpus:
    """Return papers of medicine with the headings that stand for the topics."""
    frame = pd.read_parquet(shared / "corpora" / "other_fields.parquet")
    frame = frame[(frame["field"] == "medicine") & frame["keywords"].notna()]
    frame = frame[frame["abstract"].notna()].rename(columns={"id": "paper_id"})
    frame = frame[half(frame["paper_id"], part=part)].sample(N_PAPERS, random_state=0)
    frame = frame.sort_values("paper_id", ignore_index=True)
    topics = read_topics(topic_sets()["biomedicine"])
    marks = frame["keywords"].map(lambda text: [word.strip() for word in text.split(";")])
    truth = np.column_stack([_has(marks, HEADINGS[topic.id].split("|")) for topic in topics])
    vectors = embed(paper_texts(frame["title"], frame["abstract"]))
    return Corpus("medicine", frame, vectors, topics, truth.astype(bool))


def _has(marks: pd.Series, patterns: list[str]) -> pd.Series:
    return marks.map(lambda found: any(fnmatchcase(m, p) for m in found for p in patterns))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    parser.add_argument("--part", choices=PARTS, default=PARTS[0])
    parser.add_argument("--more", type=Path)
    given = parser.parse_args()
    sets = {name: read_topics(path) for name, path in topic_sets().items()}
    print(f"{given.part}; a set is taken from {LEAST_COVERED:.2f}\n")
    print("| corpus | papers |", " | ".join(sets), "|")
    for name, papers in corpora(given.shared, part=given.part, more=given.more):
        shares = [coverage(papers, topics=topics) for topics in sets.values()]
        print(
            f"| {name} | {len(papers):,} |", " | ".join(f"{s:.2f}" for s in shares), "|", flush=True
        )
    corpus = medicine(given.shared, part=given.part)
    title, count = strong_counts(corpus.papers, topics=corpus.topics)
    near = cosines(corpus)
    best = max(THRESHOLDS, key=lambda at: measures(near >= at, corpus.truth)[2].mean())
    methods = {
        "recogniser": weights(corpus) >= 0.5,
        "phrase rule": title | (count > 1),
        f"cosine from {best:.2f}": near >= best,
    }
    print("\n| topic | papers |", " | ".join(methods), "|")
    results = {name: measures(found, corpus.truth) for name, found in methods.items()}
    for i, topic in enumerate(corpus.topics):
        cells = [f"{r[2, i]:.2f} ({r[0, i]:.2f}/{r[1, i]:.2f})" for r in results.values()]
        print(f"| {topic.id} | {corpus.truth[:, i].sum():,} |", " | ".join(cells), "|")
    means = [f"{r[2].mean():.3f} ({r[0].mean():.2f}/{r[1].mean():.2f})" for r in results.values()]
    print("| mean | |", " | ".join(means), "|")


if __name__ == "__main__":
    main()
