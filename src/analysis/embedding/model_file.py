"""The model of the built-in embedding: its rules for words, and its file, verified when read.

The file is a zip of plain arrays: `meta` (JSON as bytes), `words` (UTF-8 text, one word per line,
in the order of the rows), `vectors` int8 (n_words, d) with `scales` float32 (n_words,), `grams`
int8 (n_buckets, d) with `gram_scales`, `unknown` float32 (d,). Nothing is pickled. A `.sha256` file
beside it holds its SHA-256.

The rules split a text into words, and an unknown word into character n-grams. The model was trained
with exactly these; changing one of them requires a new model, so `RULES` is stored in the file and
compared when it is read.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import unicodedata
import zipfile
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from analysis.base.errors import InputError

FORMAT = 1
"""Version of the layout above."""

RULES = 1
"""Version of the rules below."""

MAX_WORD = 40
"""Longer tokens are noise (hashes, encoded data) and are cut to this length."""

NGRAMS = (3, 4, 5)
"""Lengths of the character n-grams of a word, including its two boundary marks."""

_WORD = re.compile(r"[^\W_]+(?:-[^\W_]+)*")
_LATEX_ACCENT = re.compile(r"\{?\\(?:[`'^\"~=.]\s*\{?|[uvHckr]\s*\{)([A-Za-z])\}{0,2}")
_LATEX_COMMAND = re.compile(
    r"\\(?:text|math|em|it|bf|tt|rm|sf|sc|url|href|cite|ref|left|right|begin|end)[a-z]*\b"
)
_STOP_TEXT = """
    a about above across after again against all almost alone along already also although always
    am among an and another any anyone anything are around as at be became because become becomes
    been before being below between beyond both but by can cannot could de did do does doing done
    down due during each either else elsewhere enough etc even ever every everything except few for
    from further furthermore get give go had has have having he hence her here hers him his how
    however i ie if in indeed instead into is it its itself keep last latter least less made many
    may me meanwhile might more moreover most mostly much must my namely neither never nevertheless
    next no nobody none nor not nothing now of off often on once one only onto or other others
    otherwise our ours out over own per perhaps put rather re s same see seem seemed seems several
    she should since so some something sometimes still such t than that the their them themselves
    then there thereby therefore these they this those though through throughout thus to together
    too toward towards two under until up upon us very via was we well were what whatever when where
    whereas whereby wherein whether which while who whole whom whose why will with within without
    would yet you your"""
_STOP = frozenset(_STOP_TEXT.split())


def singular(word: str) -> str:
    """Return the singular of a plural by three English rules; other words unchanged."""
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def normalise(text: str) -> str:
    """Lower-case a text in NFKC; LaTeX accents become letters, LaTeX commands are removed."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    if "\\" in text:
        text = _LATEX_COMMAND.sub(" ", _LATEX_ACCENT.sub(r"\1", text))
    return text.lower()


def raw_tokens(text: str) -> list[str]:
    """Return the runs of letters and digits of a text; a hyphenated compound is one token."""
    return _WORD.findall(normalise(text))


def token_words(token: str, *, vocabulary: Container[str]) -> list[str]:
    """Return the words that one raw token stands for.

    A hyphenated token is one word if the vocabulary contains it joined or hyphenated, else the
    words of its parts. Stop words, single letters and pure numbers are left out.

    Parameters
    ----------
    token : str
        From `raw_tokens`.
    vocabulary : container of str

    Returns
    -------
    list of str
        Zero or more words in the singular, each at most `MAX_WORD` letters long.
    """
    if "-" in token:
        word = singular(token)
        for candidate in (word, word.replace("-", "")):
            if candidate in vocabulary:
                return [candidate]
        parts = token.split("-")
        return [word for part in parts for word in token_words(part, vocabulary=vocabulary)]
    if len(token) < 2 or token in _STOP or token.isdigit():
        return []
    return [singular(token[:MAX_WORD])]


def ngrams(word: str) -> Iterator[str]:
    """Yield the character n-grams of `<word>` with lengths `NGRAMS`, left to right."""
    marked = f"<{word}>"
    for size in NGRAMS:
        for start in range(len(marked) - size + 1):
            yield marked[start : start + size]


# the file


@dataclass(frozen=True)
class Model:
    """A linear map from words to vectors.

    Attributes
    ----------
    rows : mapping of str to int
        Word to row of `vectors`.
    vectors : float32 (n_words, d)
        One vector per word, including its weight.
    grams : float32 (n_buckets, d)
        One vector per bucket of character n-grams, for words outside `rows`.
    unknown : float32 (d,)
        Unit vector of a text without any words.
    title_weight : int
        How many times a word of the title counts.
    version : str
        `builtin-` and the first 12 digits of the file's SHA-256.
    """

    rows: Mapping[str, int]
    vectors: np.ndarray
    grams: np.ndarray
    unknown: np.ndarray
    title_weight: int
    version: str


def quantise_rows(matrix: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Round each row to int8 with its own scale: row ~ int8 * scale, error <= scale / 2."""
    scales = np.abs(matrix).max(axis=1) / 127
    steps = matrix / np.where(scales > 0, scales, 1)[:, None]
    return np.rint(steps).astype(np.int8), scales.astype(np.float32)


def write_model(
    path: Path,
    *,
    words: list[str],
    vectors: np.ndarray,
    grams: np.ndarray,
    unknown: np.ndarray,
    meta: Mapping[str, object],
) -> str:
    """Write a model and the file with its SHA-256; the same input gives the same bytes.

    Parameters
    ----------
    path : Path
        Ends in `.npz`; the `.sha256` file is written beside it.
    words : list of str
        One word per row of `vectors`.
    vectors, grams : float (n, d)
        They are rounded to int8 here.
    unknown : float (d,)
        Unit vector.
    meta : mapping
        Plain values, including `format`, `rules` and `title_weight`.

    Returns
    -------
    str
        The SHA-256 of the file.
    """
    vector_steps, vector_scales = quantise_rows(vectors)
    gram_steps, gram_scales = quantise_rows(grams)
    parts = {
        "meta": np.frombuffer(json.dumps(meta, sort_keys=True).encode(), np.uint8),
        "words": np.frombuffer("\n".join(words).encode(), np.uint8),
        "vectors": vector_steps,
        "scales": vector_scales,
        "grams": gram_steps,
        "gram_scales": gram_scales,
        "unknown": np.asarray(unknown, np.float32),
    }
    with zipfile.ZipFile(path, "w") as archive:
        for name, array in parts.items():
            buffer = io.BytesIO()
            np.lib.format.write_array(buffer, np.ascontiguousarray(array), allow_pickle=False)
            # A fixed date, so that training twice gives the same bytes.
            entry = zipfile.ZipInfo(f"{name}.npy", date_time=(1980, 1, 1, 0, 0, 0))
            # The int8 parts hardly shrink, and unpacking them would be most of the loading time.
            is_packed = array.dtype != np.int8
            entry.compress_type = zipfile.ZIP_DEFLATED if is_packed else zipfile.ZIP_STORED
            archive.writestr(entry, buffer.getvalue(), compresslevel=9 if is_packed else None)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    path.with_suffix(".sha256").write_text(f"{digest}  {path.name}\n", encoding="ascii")
    return digest


def read_model(path: Path) -> Model:
    """Read and verify a model file.

    Parameters
    ----------
    path : Path
        The `.npz`; its `.sha256` is beside it.

    Returns
    -------
    Model
        With float32 rows.

    Raises
    ------
    InputError
        If the file is missing, damaged, or of another version.
    """
    content = _verified_bytes(path)
    with np.load(io.BytesIO(content), allow_pickle=False) as parts:
        meta = json.loads(parts["meta"].tobytes())
        if meta["format"] != FORMAT or meta["rules"] != RULES:
            raise InputError(
                f"{path.name} has format {meta['format']} and word rules {meta['rules']}",
                allowed=f"format {FORMAT} and word rules {RULES}, which this version reads",
                next_step="install papertide again; its model file belongs to another version",
            )
        words = parts["words"].tobytes().decode().split("\n")
        vectors = parts["vectors"] * parts["scales"][:, None]
        grams = parts["grams"] * parts["gram_scales"][:, None]
        unknown = parts["unknown"]
    return Model(
        rows={word: row for row, word in enumerate(words)},
        vectors=vectors,
        grams=grams,
        unknown=unknown,
        title_weight=int(meta["title_weight"]),
        version=f"builtin-{hashlib.sha256(content).hexdigest()[:12]}",
    )


def _verified_bytes(path: Path) -> bytes:
    try:
        content = path.read_bytes()
        expected = path.with_suffix(".sha256").read_text(encoding="ascii").split()[0]
    except (OSError, IndexError, UnicodeDecodeError) as error:
        raise InputError(
            f"the built-in model cannot be read: {path.name} or its .sha256 ({error})",
            allowed=f"{path.name} and {path.stem}.sha256 as they were installed",
            next_step="install papertide again",
        ) from error
    digest = hashlib.sha256(content).hexdigest()
    if digest != expected:
        raise InputError(
            f"{path.name} is damaged: its SHA-256 is {digest[:12]}…",
            allowed=f"the file with SHA-256 {expected[:12]}…",
            next_step="install papertide again",
        )
    return content
