"""A definition added to the end of a topics file, which stays as it is otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from analysis.base.errors import InputError
from analysis.base.files import written_whole

from ..definitions import read_topics
from .candidates import Draft, as_toml, slug


def append_topic(path: Path, *, label: str, phrases: Sequence[str], remark: str) -> str:
    """Add a topic of some phrases to a topics file, and return its id.

    Parameters
    ----------
    path : Path
        An existing file that `read_topics` accepts. It is written whole or not at all; what it
        holds stays as it is, byte for byte.
    label : str
    phrases : sequence of str
        Strong phrases of the topic.
    remark : str
        Becomes a comment above the definition.

    Returns
    -------
    str
        A slug of the label.

    Raises
    ------
    InputError
        If the file cannot be read or written, a definition in it is wrong, or it has a topic with
        that label.
    """
    known = read_topics(path)
    same = [topic for topic in known if topic.label.casefold() == label.casefold()]
    if same:
        raise InputError(
            f"topics file {path} has the topic {same[0].id!r} with the label {label!r} already",
            allowed="a word that is no topic yet",
            next_step="edit that topic, or name another word",
        )
    identifier = slug(label, taken=[topic.id for topic in known])
    draft = Draft(
        id=identifier,
        label=label,
        description=f"The paper is about {label}.",
        strong=tuple(phrases),
        weak=(),
        exemplars=(),
        remark=remark,
    )
    before = path.read_bytes()
    ending = b"\r\n" if b"\r\n" in before else b"\n"
    gap = b"" if not before.strip() else ending if before.endswith(b"\n") else 2 * ending
    added = as_toml(draft).encode().replace(b"\n", ending)
    try:
        with written_whole(path) as temporary:
            temporary.write_bytes(before + gap + added)
            read_topics(temporary)
    except OSError as error:
        raise InputError(
            f"cannot write {path}: {error.strerror or error}",
            allowed="a topics file that can be written",
            next_step="give another with --topics FILE",
        ) from error
    return identifier
