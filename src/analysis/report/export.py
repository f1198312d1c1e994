"""A run exported for other tools: Embedding Atlas, DataMapPlot, a spreadsheet program."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from analysis.base.english import count, snapshot_words
from analysis.base.errors import InputError
from analysis.base.escaping import clean, for_csv, for_spreadsheet, for_terminal
from analysis.base.files import written_whole
from analysis.base.outputs import writing
from analysis.figures.frames import map_labels, map_points
from analysis.runs import Run

from .csv_tables import text_cells

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
    """Write a run in a format that another tool reads.

    Parameters
    ----------
    run : Run
        Not changed.
    to : {"csv", "datamapplot", "embedding-atlas"}
        `csv`: one file for a spreadsheet program, one row per paper, UTF-8 with a byte order mark;
        texts that such a program would read as a formula get an apostrophe. `embedding-atlas`:
        a folder with `papers.parquet` (x, y, text, title, date, cluster, broader, topic, url,
        `neighbours` as {ids: row numbers, distances: 1 - cosine}) and `labels.parquet`.
        `datamapplot`: a folder with `points.npy`, one array of labels per level (`labels-0.npy`
        is the finest), titles, and `plot.py`, which draws them.
    out : Path
        A file or folder that does not exist, outside the run.
    csv_safe : bool, default True
        For `csv`: add that apostrophe. Without it every text is unchanged, on one line.

    Returns
    -------
    str
        How to use the export.

    Raises
    ------
    InputError
        If `to` is none of these, `out` exists, is inside the run or cannot be written, or the
        run has no map (`csv` is written without coordinates then).
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
            f"run {run.name} has {count(len(run.papers), 'paper')} and no map",
            allowed="a run with 15 papers or more",
            next_step="export it to csv, or run the analysis on more papers",
        )
    _check_free(run, out)
    with (
        writing(
            out,
            allowed="a path in an existing, writable folder",
            next_step="create the folder, or choose another path with --out PATH",
        ),
        written_whole(out, overwrite=False) as temporary,
    ):
        writers[to](run, temporary)
    return _next_step(to, out)


def _check_free(run: Run, out: Path) -> None:
    shown = for_terminal(str(out))
    if out.exists() or out.is_symlink():
        raise InputError(
            f"{shown} exists",
            allowed="a new file or folder: nothing is overwritten",
            next_step="remove it, or choose another path with --out PATH",
        )
    if run.path is not None and out.resolve().is_relative_to(run.path.resolve()):
        raise InputError(
            f"{shown} is inside the run",
            allowed="a path outside the run, whose files never change",
            next_step="choose another path with --out PATH",
        )


def _next_step(to: str, out: Path) -> str:
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
    return f"Open it in a spreadsheet program, or read it with pandas.read_csv({str(out)!r})."


def _papers(run: Run) -> pd.DataFrame:
    """Return one row per paper, in the order of `run.papers`, with what every export needs."""
    columns = [
        *("paper_id", "x", "y", "date", "cluster_id", "cluster", "broader", "cluster_weight"),
        *("topic", "topics"),
    ]
    points = map_points(run)[columns]
    papers = run.papers[["paper_id", "title", "abstract", "published", "url", "source"]]
    return papers.merge(points, on="paper_id", how="left", sort=False)


def _write_csv(run: Run, path: Path, *, text: Callable[[str], str]) -> None:
    columns = [
        *("paper_id", "title", "date", "cluster", "broader", "cluster_weight", "topics", "url"),
        *("x", "y", "source", "abstract"),
    ]
    papers = _papers(run)
    cells = pd.DataFrame({column: text_cells(papers[column], text=text) for column in columns})
    cells.to_csv(
        path, mode="x", encoding="utf-8-sig", index=False, lineterminator="\n", float_format="%.6g"
    )


def _write_atlas(run: Run, folder: Path) -> None:
    folder.mkdir()
    papers = _papers(run)
    text = papers["title"] + "\n\n" + papers["abstract"].fillna("")
    table = papers.assign(text=text.str.strip(), date=papers["published"])
    columns = [
        *("x", "y", "text", "title", "date", "cluster", "broader", "topic", "url", "paper_id")
    ]
    arrow = pa.Table.from_pandas(table[columns], preserve_index=False)
    arrow = arrow.append_column("neighbours", _neighbours(run))
    with (folder / "papers.parquet").open("wb") as file:
        pq.write_table(arrow, file)
    labels = map_labels(run)
    out = labels[["x", "y", "level"]].assign(text=labels["label"], priority=labels["n_papers"])
    with (folder / "labels.parquet").open("wb") as file:
        out.to_parquet(file, index=False)


def _neighbours(run: Run) -> pa.StructArray:
    """Return each paper's nearest neighbours by row number, with their distances."""
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
    snapshot = snapshot_words(run.manifest["snapshot_date"], iso=True)
    about = f"{count(len(papers), 'paper')}, {snapshot}\n"
    (folder / "about.txt").write_text(about, encoding="utf-8")
    (folder / "plot.py").write_text(_PLOT, encoding="utf-8")


def _layers(run: Run, cluster_ids: pd.Series) -> list[np.ndarray]:
    """Return one label per paper for every level, finest first, as fixed-width text.

    Two groups with the same label are distinguished by their ids.
    """
    groups = run.groups[run.groups["kind"] == "cluster"]
    labels = groups["label"].map(clean)
    labels = labels.where(~labels.duplicated(keep=False), labels + " (" + groups["group_id"] + ")")
    names = dict(zip(groups["group_id"], labels, strict=True))
    parents = dict(zip(groups["group_id"], groups["parent_id"], strict=True))
    layers: list[np.ndarray] = []
    level = cluster_ids.astype("object").where(cluster_ids.notna(), None).tolist()
    while not layers or any(group in names for group in level):
        layers.append(np.array([names.get(group, UNLABELLED) for group in level], dtype="str"))
        level = [parents.get(group) for group in level]
    return layers
