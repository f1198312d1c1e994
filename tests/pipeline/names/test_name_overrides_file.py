"""Names written into an overrides file, which otherwise stays as it is."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.base.errors import InputError
from analysis.base.escaping import clean
from analysis.clusters.overrides import read_cluster_overrides
from analysis.pipeline.names.overrides_file import (
    NewName,
    names_in,
    overrides_file,
    with_names,
    write_names,
)
from conftest import ROOT
from hostile import HOSTILE

FILE = """\
# Mine.

[[topic]]
paper = "2401.00001"
topic = "peft"
belongs = false   # no

[[cluster]] # renamed in March
why = "It is."
label  =  'Old name'   # was “X”
id = "c0001"

[[cluster]]
merge = ["c0002", "c0007"]
"""


def changed(text: str, **names: str) -> str:
    new = {name: NewName(label) for name, label in names.items()}
    return with_names(text, names=new, path=Path("o.toml"))


def test_a_label_is_changed_in_its_place_and_others_are_appended():
    text = changed(FILE, c0001='New "name"', c0003="Third")
    expected = FILE.replace("'Old name'", '"New \\"name\\""')
    assert text == expected + '\n[[cluster]]\nid = "c0003"\nlabel = "Third"\n'


def test_the_same_names_again_change_nothing():
    once = changed(FILE, c0001="New", c0003="Third")
    assert changed(once, c0003="Third", c0001="New") == once
    assert changed(FILE, c0001="Old name") == FILE
    assert changed(FILE) == FILE


@pytest.mark.parametrize("text", ["", "# only this", "# only this\n", FILE.rstrip("\n")])
def test_names_are_appended_to_any_file(text):
    after = changed(text, c0005="Five", c0006="Six")
    assert after.startswith(text)
    tables = tomllib.loads(after)["cluster"]
    assert [t["label"] for t in tables if t.get("id") in ("c0005", "c0006")] == ["Five", "Six"]


def test_the_projects_own_file_stays_as_it_is():
    own = (ROOT / "data" / "overrides.toml").read_text(encoding="utf-8")
    after = changed(own, c0003="Machine translation")
    assert after == own + '\n[[cluster]]\nid = "c0003"\nlabel = "Machine translation"\n'


@pytest.mark.parametrize(
    "text",
    [
        'cluster = [{id = "c0001", label = "One"}]\n',
        'cluster = [\n  {id = "c0001", label = "One"},\n]\n',
        '[[cluster]]\nid = "c0001"\nlabel = """\nOne"""\n',
        '[[cluster]]\nid = "c0001"\n"label" = "One"\n',
        '[[cluster]]\nid = "c0001"\nwhy = """\nlabel = "no"\n"""\nlabel = "One"\n',
    ],
)
def test_a_form_that_cannot_be_changed_safely_is_refused(text):
    with pytest.raises(InputError) as caught:
        changed(text, c0001="Two")
    assert "cannot be changed safely" in str(caught.value)
    assert 'c0001 = "Two"' in caught.value.next_step


def test_lines_like_a_header_in_a_text_do_no_harm():
    text = '[[cluster]]\nid = "c0001"\nwhy = """\n[[cluster]]\n"""\nlabel = "One"\n'
    with pytest.raises(InputError):
        changed(text, c0001="Two")
    assert changed(text, c0002="Two").startswith(text)


@given(st.text(min_size=1, max_size=80), st.sampled_from(["", FILE, "\n\n# end"]))
def test_any_name_comes_back_as_it_was_cleaned(label, text):
    if not clean(label):
        return
    for name in ("c0001", "c0009"):
        tables = tomllib.loads(changed(text, **{name: label}))["cluster"]
        assert [t["label"] for t in tables if t.get("id") == name] == [clean(label)]


def test_hostile_names_stay_texts(tmp_path):
    names = {f"c{k:04d}": NewName(text) for k, text in enumerate(HOSTILE, start=1)}
    file = tmp_path / "overrides.toml"
    write_names(names, source=file, target=file)
    assert names_in(file) == {name: value.label for name, value in names.items()}


# files


def test_a_file_is_written_whole_with_its_marks_and_line_ends(tmp_path):
    file = tmp_path / "overrides.toml"
    file.write_bytes(("\ufeff" + FILE).replace("\n", "\r\n").encode())
    file.chmod(0o640)
    write_names({"c0001": NewName("New", "Because.")}, source=file, target=file)
    assert file.read_bytes() == (
        ("\ufeff" + FILE).replace("'Old name'", '"New"').replace("\n", "\r\n").encode()
    )
    assert file.stat().st_mode & 0o777 == 0o640
    assert [path.name for path in tmp_path.iterdir()] == ["overrides.toml"]


def test_a_new_name_says_where_it_comes_from(tmp_path):
    file = tmp_path / "new" / "overrides.toml"
    write_names({"c0002": NewName("Two", "Suggested.")}, source=file, target=file)
    (override,) = read_cluster_overrides(file)
    assert (override.ids, override.label, override.why) == (("c0002",), "Two", "Suggested.")


def test_a_linked_file_stays_a_link(tmp_path):
    real, link = tmp_path / "real.toml", tmp_path / "link.toml"
    real.write_text(FILE, encoding="utf-8")
    link.symlink_to(real)
    write_names({"c0003": NewName("Three")}, source=link, target=link)
    assert link.is_symlink()
    assert names_in(real) == {"c0001": "Old name", "c0003": "Three"}


def test_a_wrong_file_is_not_touched(tmp_path):
    file = tmp_path / "overrides.toml"
    for text in ("[[cluster", '[[cluster]]\nid = "c1"\nlabel = "x"\n', "\x00"):
        file.write_text(text, encoding="utf-8")
        with pytest.raises(InputError):
            write_names({"c0003": NewName("Three")}, source=file, target=file)
        assert file.read_text(encoding="utf-8") == text


def test_a_folder_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "data").write_text("a file", encoding="utf-8")
    target = tmp_path / "data" / "overrides.toml"
    with pytest.raises(InputError) as caught:
        write_names({"c0003": NewName("Three")}, source=tmp_path / "none.toml", target=target)
    assert f"cannot write {target}" in str(caught.value)


def test_without_a_file_of_ones_own_a_copy_of_the_packages_is_begun(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    source, target = overrides_file(None)
    assert source.is_file()
    assert target == Path("data/overrides.toml")
    before = source.read_bytes()
    write_names({"c0003": NewName("Three")}, source=source, target=target)
    assert source.read_bytes() == before
    assert target.read_bytes().startswith(before)
    assert overrides_file(None) == (target, target)
    given_file = tmp_path / "mine.toml"
    assert overrides_file(given_file) == (given_file, given_file)
    assert names_in(given_file) == {}
