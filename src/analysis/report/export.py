"""A run handed to tools that specialise: Embedding Atlas, DataMapPlot, a spreadsheet."""

from __future__ import annotations

import csv
import shlex
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from analysis.base.errors import InputError
from analysis.base.escaping import clean, for_csv, for_spreadsheet, for_terminal
from analysis.base.files import written_whole
from analysis.figures.frames import map_points
from analysis.figures.frames.groups import map_labels
from analysis.runs import Run

TARGETS = ("csv", "datamapplot", "embedding-atlas")

UNLABELLED = "Unlabelled"
"""DataMapPlot's own word for points without a label."""

_PLOT = '''"""Draw the map: python plot.py, beside the files of this folder."""

from pathlib import Path

import datamapplot
import numpy as np

here = Path(__file__).parent
points = np.load(here / "points.npy")
layers = [np.load(path) for path in sorted(here.glob("labels-*.npy"))]  # finest first
titles = (here / "titles.txt").read_text(encoding="utf-8").split("\\n")[:-1]
about = (here / "about.txt").read_text(encoding="utf-8").strip()

figure, _ = datamapplot.create_plot(points, layers[0], title="Topic map", sub_title=about)
figure.savefig(here / "map.png", bbox_inches="tight")
page = datamapplot.create_interactive_plot(points, *layers, hover_text=titles, title="Topic map")
page.save(here / "map.html")
'''


def export_run(run: Run, *, to: str, out: Path, csv_safe: bool = True) -> str:
    """Write a run in the form that another tool reads.

    Parameters
    ----------
    run : Run
        Left as it is.
    to : {"csv", "datamapplot", "embedding-atlas"}
        `csv`: one file, a row a paper, for a spreadsheet program: UTF-8 with a byte order mark,
        a text that such a program would compute with an apostrophe before it. `embedding-atlas`:
        a folder with `papers.parquet` (x, y, text, title, date, cluster, broader, topic, url,
        `neighbours` as {ids: row numbers, distances: 1 - cosine}) and `labels.parquet`.
        `datamapplot`: a folder with `points.npy`, one array of labels a level (`labels-0.npy` is
        the finest), titles, and `plot.py`, which draws them.
    out : Path
        A file or folder that does not exist, outside the run.
    csv_safe : bool, default True
        Of `csv`: put that apostrophe. Without it every text is what it was, on one line.

    Returns
    -------
    str
        What to do with it.

    Raises
    ------
    InputError
        Where `to` is none of these, `out` exists, lies in the run or cannot be written, or the
        run has no map (of `csv` only the coordinates are empty then).
    """
    writers: dict[str, Callable[[Run, Path], None]] = {
        "csv": partial(_write_csv, text=for_spreadsheet if csv_safe else for_csv),
        "datamapplot": _write_datamapplot,
        "embedding-atlas": _write_atlas,
    }
    if to not in writers:
        raise InputError(
            f"an export to {to!r}", allowed=", ".join(TARGETS), next_step="choose one of these"
        )
    if to != "csv" and run.map.empty:
        raise InputError(
            f"run {run.name} has {len(run.papers)} papers and no map",
            allowed="a run with 15 papers or more",
            next_step="export it to csv, or run the analysis on more papers",
        )
    _check_free(run, out)
    try:
        with written_whole(out, overwrite=False) as temporary:
            writers[to](run, temporary)
    except OSError as error:
        raise InputError(
            f"cannot write {for_terminal(str(out))}: {error.strerror or error}",
            allowed="a path in an existing folder that can be written",
            next_step="create the folder, or name another path with --out PATH",
        ) from error
    return _next_step(to, out)


def _check_free(run: Run, out: Path) -> None:
    shown = for_terminal(str(out))
    if out.exists() or out.is_symlink():
        raise InputError(
            f"{shown} exists",
            allowed="a new file or folder: nothing is overwritten",
            next_step="remove it, or name another path with --out PATH",
        )
    if run.path is not None and out.resolve().is_relative_to(run.path.resolve()):
        raise InputError(
            f"{shown} lies in the run",
            allowed="a path outside the run, whose files never change",
            next_step="name another path with --out PATH",
        )


def _next_step(to: str, out: Path) -> str:
    path = shlex.quote(str(out))
    if to == "embedding-atlas":
        return (
            "Start it with (pip install embedding-atlas):\n"
            f"embedding-atlas {shlex.quote(str(out / 'papers.parquet'))} --text text --x x --y y "
            f"--neighbors neighbours --labels {shlex.quote(str(out / 'labels.parquet'))}"
        )
    if to == "datamapplot":
        return (
            "Draw map.png and map.html there with (pip install datamapplot):\n"
            f"python {shlex.quote(str(out / 'plot.py'))}"
        )
    return f"Open it in a spreadsheet program, or read it with pandas.read_csv({path!r})."


def _papers(run: Run) -> pd.DataFrame:
    """Return one row a paper, in the order of `run.papers`, with what every export needs."""
    columns = ["paper_id", "x", "y", "date", "cluster_id", "cluster", "broader", "cluster_weight",
               "topic", "topics"]  # fmt: skip
    points = map_points(run)[columns]
    papers = run.papers[["paper_id", "title", "abstract", "published", "url", "source"]]
    return papers.merge(points, on="paper_id", how="left", sort=False)


def _write_csv(run: Run, path: Path, *, text: Callable[[str], str]) -> None:
    papers = _papers(run)
    columns = ["paper_id", "title", "date", "cluster", "broader", "cluster_weight", "topics", "url",
               "x", "y", "source", "abstract"]  # fmt: skip
    with path.open("x", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        for row in papers[columns].itertuples(index=False):
            writer.writerow([_cell(value, text=text) for value in row])


def _cell(value: object, *, text: Callable[[str], str]) -> str:
    if isinstance(value, str):
        return text(value)
    if value is None or pd.isna(value):
        return ""
    return f"{value:.6g}"


def _write_atlas(run: Run, folder: Path) -> None:
    folder.mkdir()
    papers = _papers(run)
    rest = ("cluster", "broader", "topic", "url", "paper_id")
    text = papers["title"] + "\n\n" + papers["abstract"].fillna("")
    table = pd.DataFrame(
        {
            **{column: papers[column] for column in ("x", "y")},
            "text": text.str.strip(),
            "title": papers["title"],
            "date": papers["published"],
            **{column: papers[column] for column in rest},
        }
    )
    arrow = pa.Table.from_pandas(table, preserve_index=False)
    arrow = arrow.append_column("neighbours", _neighbours(run))
    pq.write_table(arrow, folder / "papers.parquet")
    labels = map_labels(run)
    out = labels[["x", "y", "level"]].assign(text=labels["label"], priority=labels["n_papers"])
    out.to_parquet(folder / "labels.parquet", index=False)


def _neighbours(run: Run) -> pa.StructArray:
    """Return each paper's neighbours by row number, nearest first, with their distances."""
    rows = pd.Series(np.arange(len(run.papers)), index=run.papers["paper_id"])
    owners = rows[run.neighbours["paper_id"]].to_numpy()
    order = np.lexsort([run.neighbours["rank"], owners])
    counts = np.bincount(owners, minlength=len(rows))
    starts = np.concatenate([[0], np.cumsum(counts)]).astype("int32")
    ids = rows[run.neighbours["neighbour_id"]].to_numpy(dtype="int64")[order]
    far = np.maximum(0, 1 - run.neighbours["similarity"].to_numpy(dtype="float32"))[order]
    lists = [pa.ListArray.from_arrays(starts, values) for values in (ids, far)]
    return pa.StructArray.from_arrays(lists, names=["ids", "distances"])


def _write_datamapplot(run: Run, folder: Path) -> None:
    folder.mkdir()
    papers = _papers(run)
    papers = papers[papers["x"].notna()]
    np.save(folder / "points.npy", papers[["x", "y"]].to_numpy("float32"), allow_pickle=False)
    for number, labels in enumerate(_layers(run, papers["cluster_id"])):
        np.save(folder / f"labels-{number}.npy", labels, allow_pickle=False)
    titles = "".join(f"{clean(title)}\n" for title in papers["title"])
    (folder / "titles.txt").write_text(titles, encoding="utf-8")
    day = run.manifest["snapshot_date"]
    about = f"{len(papers):,} papers" + (f", snapshot of {day}" if day else "")
    (folder / "about.txt").write_text(about + "\n", encoding="utf-8")
    (folder / "plot.py").write_text(_PLOT, encoding="utf-8")


def _layers(run: Run, cluster_ids: pd.Series) -> list[np.ndarray]:
    """Return a label a paper for every level, finest first, as fixed-width text.

    Two groups of one label are told apart by their ids.
    """
    groups = run.groups[run.groups["kind"] == "cluster"]
    labels = groups["label"].map(clean)
    twice = labels.duplicated(keep=False)
    labels = labels.where(~twice, labels + " (" + groups["group_id"] + ")")
    names = dict(zip(groups["group_id"], labels, strict=True))
    parents = dict(zip(groups["group_id"], groups["parent_id"], strict=True))
    layers = []
    own = cluster_ids.astype("object").where(cluster_ids.notna(), None).tolist()
    while not layers or any(group in names for group in own):
        layers.append(np.array([names.get(group, UNLABELLED) for group in own], dtype="str"))
        own = [parents.get(group) for group in own]
    return layers
