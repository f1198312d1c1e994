"""Default files: in ./data, else the copy inside the package."""

from __future__ import annotations

from pathlib import Path

_INSTALLED = Path(__file__).parents[1] / "_data"
_CHECKOUT = Path(__file__).resolve().parents[3]


def data_file(name: str) -> Path:
    """Return the path of a default file: `./data/NAME`, else the package's own copy.

    Parameters
    ----------
    name : str
        `topics.toml`, `arxiv_ids.csv` or a path below `data/`.

    Raises
    ------
    FileNotFoundError
        If the installation is incomplete.
    """
    candidates = [Path("data") / name, _INSTALLED / name, _CHECKOUT / "data" / name]
    return _first(candidates)


def dates_index() -> Path | None:
    """Return the path of the index that `papertide dates add` writes here; None without one."""
    path = Path("data") / "dates_index.parquet"
    return path if path.is_file() else None


def example_snapshot() -> Path:
    """Return the path of the bundled snapshot: a saved Hugging Face papers page of 177 papers."""
    return data_file("snapshots/hf-trending-2025-03-17.txt")


def default_topics() -> Path:
    """Return the path of the topic definitions that are used by default."""
    return data_file("topics.toml")


def notebook_folder() -> Path:
    """Return the folder of the notebooks: the checkout's, else the package's copy."""
    return _first([_CHECKOUT / "notebooks", _INSTALLED / "notebooks"])


def _first(candidates: list[Path]) -> Path:
    for path in candidates:
        if path.exists():
            return path
    raise FileNotFoundError(
        f"none of {', '.join(map(str, candidates))} exists: reinstall papertide"
    )
