"""Papers of a series and of a snapshot in few words, for tests of their union."""

import pandas as pd

from analysis.base.escaping import normalised_title, short_hash
from analysis.base.schema import TABLES, empty
from analysis.papers.union import PaperUnion, join_papers

ABSTRACT = "We train small models on long documents and measure how well they answer."


OTHER = "Turbulent flow past rough walls, studied by direct simulation at high resolution."


def own(title: str) -> str:
    """The id that a paper without arXiv id gets."""
    return "t" + short_hash(normalised_title(title))


def listed(*papers: dict) -> pd.DataFrame:
    """The papers of a snapshot as `read_snapshot` gives them; what is not said is filled in."""
    rows = []
    for paper in papers:
        row = {"title": "A title", "abstract": ABSTRACT, "published": None, "aliases": []}
        row |= {"published_precision": "day" if paper.get("published") else None, "listed": None}
        row |= {"source": "csv", "url": None, **paper}
        row.setdefault("paper_id", own(row["title"]))
        row["text_hash"] = short_hash(f"{row['title']}\n{row['abstract'] or ''}", length=16)
        rows.append(row)
    table = {c: d for c, d in TABLES["papers"].columns.items() if c != "aliases"}
    frame = pd.DataFrame(rows, columns=None if rows else [*table, "aliases"])
    return frame.astype({c: d for c, d in table.items() if c in frame})


def series(*papers: dict) -> pd.DataFrame:
    """The table of a first run."""
    return join_papers(empty("papers"), listed(*papers), run="0001").papers


def joined(old: pd.DataFrame, *papers: dict, run: str = "0002") -> PaperUnion:
    return join_papers(old, listed(*papers), run=run)


def row(found: PaperUnion, name: str) -> pd.Series:
    return found.papers.set_index("paper_id").loc[name]
