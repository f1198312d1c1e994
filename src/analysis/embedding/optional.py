"""Embeddings of other packages, each imported only when its name is used."""

from __future__ import annotations

import hashlib
import importlib
import importlib.metadata
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

import numpy as np

from analysis.base.errors import InputError

from .given import unit_rows


def sentence_transformer_vectors(texts: Sequence[str], *, name: str) -> np.ndarray:
    """Embed with the sentence transformer `name`, a hub name or a folder; float32 unit rows."""
    package = _package("sentence-transformers")
    try:
        model = package.SentenceTransformer(name)
    except (OSError, ValueError) as error:
        raise _no_model("sentence-transformers", name, error) from error
    vectors = model.encode(_readable(texts), convert_to_numpy=True, show_progress_bar=False)
    return unit_rows(np.asarray(vectors), source=f"sentence-transformers:{name}")[: len(texts)]


def model2vec_vectors(texts: Sequence[str], *, name: str) -> np.ndarray:
    """Embed with the static model `name`, a hub name or a folder; float32 unit rows.

    A text without any token of the model has a zero vector there; it gets the direction of
    (1, ..., 1) here, so that each row is defined.
    """
    package = _package("model2vec")
    try:
        model = package.StaticModel.from_pretrained(name)
    except (OSError, ValueError) as error:
        raise _no_model("model2vec", name, error) from error
    vectors = np.array(model.encode(_readable(texts)), dtype=np.float32)
    vectors[~vectors.any(axis=1)] = 1
    return unit_rows(vectors, source=f"model2vec:{name}")[: len(texts)]


def package_version(kind: str) -> str:
    """Return the installed version of the package `kind`, or raise with the line to install it."""
    try:
        return importlib.metadata.version(kind)
    except importlib.metadata.PackageNotFoundError as error:
        raise _not_installed(kind) from error


def model_version(name: str) -> str:
    """Return what tells the model `name` from others: for a folder, its path and its content.

    A name that a package fetches stands for itself. A folder may hold another model tomorrow, so
    the first 12 digits of the SHA-256 over its files' paths and contents are added.
    """
    if not Path(name).is_dir():
        return name
    whole = hashlib.sha256()
    for path in sorted(p for p in Path(name).rglob("*") if p.is_file()):
        with path.open("rb") as file:
            part = hashlib.file_digest(file, "sha256").digest()
        whole.update(path.relative_to(name).as_posix().encode() + b"\0" + part)
    return f"{name}#{whole.hexdigest()[:12]}"


def _readable(texts: Sequence[str]) -> list[str]:
    """Replace lone surrogates, which tokenizers refuse; never empty, so that d is known."""
    return [t.encode("utf-8", "replace").decode("utf-8") for t in texts] or ["text"]


def _package(kind: str) -> ModuleType:
    try:
        return importlib.import_module(kind.replace("-", "_"))
    except ImportError as error:
        raise _not_installed(kind) from error


def _not_installed(kind: str) -> InputError:
    return InputError(
        f"the package {kind} is not installed",
        allowed="the built-in embedding, which needs no package, or this one with its package",
        next_step=f'run: pip install "papertide[{kind}]"',
    )


def _no_model(kind: str, name: str, error: Exception) -> InputError:
    return InputError(
        f"{kind} cannot load the model {name!r}: {error}",
        allowed="a folder with such a model, or a name that the package can fetch",
        next_step="check the name and the network, or use the built-in embedding",
    )
