"""Made-up corpora whose groups are known: each field of research has words of its own."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

FIELDS = {
    "speech": "speech audio speaker voice phoneme acoustic utterance transcription pronunciation "
    "prosody microphone vowel listener accent",
    "galaxy": "galaxy star telescope redshift supernova quasar cosmology luminosity dust halo "
    "nebula orbit planet spectrograph",
    "protein": "protein enzyme amino folding residue antibody ligand peptide molecule binding "
    "mutation genome cell sequencing",
    "robot": "robot gripper manipulation locomotion quadruped arm joint torque navigation obstacle "
    "controller drone terrain actuator",
    "market": "market stock portfolio investor price volatility bank credit trading asset hedge "
    "inflation bond currency",
    "proof": "theorem lemma proof algebra manifold topology polynomial conjecture prime graph "
    "matrix ring homology geometry",
}
_COMMON = "we study how the new method works and show that it is better than what was known before"


def planted(n: int, *, n_fields: int = 5, seed: int = 0) -> pd.DataFrame:
    """Make `n` papers spread evenly over `n_fields` fields.

    Columns `id`, `title`, `abstract`, `published` as texts and `field`, the true group.
    """
    random = np.random.default_rng(seed)
    fields = list(FIELDS)[:n_fields]
    rows = []
    for number in range(n):
        field = fields[number % n_fields]
        words = FIELDS[field].split()
        title = " and ".join([field, *random.choice(words, 2, replace=False)])
        parts = [" and ".join(random.choice(words, 4, replace=False)) for _ in range(5)]
        abstract = ". ".join(f"{_COMMON.capitalize()} for {part}" for part in parts) + "."
        day = f"{2019 + number % 6}-{number % 12 + 1:02d}-{number % 28 + 1:02d}"
        rows.append(
            {
                "id": f"paper-{number:04d}",
                "title": f"On {title}, part {number}",
                "abstract": abstract,
                "published": day,
                "field": field,
            }
        )
    return pd.DataFrame(rows, columns=["id", "title", "abstract", "published", "field"])


def planted_csv(path: Path, *, n: int, n_fields: int = 5, shuffle: int | None = None) -> Path:
    """Write a planted corpus as CSV, its rows shuffled by the seed `shuffle` where given."""
    frame = planted(n, n_fields=n_fields)
    if shuffle is not None:
        frame = frame.sample(frac=1, random_state=shuffle)
    frame.to_csv(path, index=False)
    return path
