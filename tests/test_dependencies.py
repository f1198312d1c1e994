"""What is imported is declared, what is declared is imported, and what is installed has hashes."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from conftest import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
NOT_IMPORTED = {
    "jupyterlab": "shows the notebooks",
    "pytest-timeout": "ends hanging tests",
    "pytest-xdist": "runs tests in two processes",
}
OPTIONAL = ("model2vec", "sentence-transformers")
"""Packages that are imported by name where an extra of that name is installed."""

PINNED = re.compile(r"^([\w.-]+)==([^\s;\\]+)", re.M)


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def declared(*extras: str) -> dict[str, Requirement]:
    """The requirements of the package, or of extras of it."""
    project = PROJECT["project"]
    lines = [line for extra in extras for line in project["optional-dependencies"][extra]]
    found = map(Requirement, lines if extras else project["dependencies"])
    return {normal(requirement.name): requirement for requirement in found}


def imported(folder: Path) -> set[str]:
    """Top-level modules that the files of a folder import, anywhere in them."""
    names: set[str] = set()
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
                names.add(node.module.split(".")[0])
    return names - sys.stdlib_module_names - {"analysis"}


def distributions(modules: set[str]) -> set[str]:
    of_module = metadata.packages_distributions()
    return {normal(name) for module in modules for name in of_module.get(module, [module])}


def pinned(name: str) -> dict[str, str]:
    lines = PINNED.findall((ROOT / name).read_text(encoding="utf-8"))
    return {normal(package): version for package, version in lines}


def test_what_the_package_imports_is_declared_and_the_other_way_round():
    needed = distributions(imported(ROOT / "src"))
    assert needed - set(declared()) == set()
    assert set(declared()) - needed - set(NOT_IMPORTED) == set()


@pytest.mark.parametrize("name", OPTIONAL)
def test_what_is_imported_where_it_is_installed_is_an_extra(name: str):
    assert name in declared(name)
    assert f'"{name}"' in (ROOT / "src/analysis/embedding/external.py").read_text(encoding="utf-8")


def test_what_the_tests_import_is_declared_and_the_other_way_round():
    own = {path.stem for path in (ROOT / "tests").rglob("*.py")} | {"support"}
    own |= {path.stem for path in (ROOT / "benchmarks").glob("*.py")}
    needed = distributions(imported(ROOT / "tests") - own - {"atheris"})
    assert needed - set(declared()) - set(declared("test")) == set()
    assert set(declared("test")) - needed - set(NOT_IMPORTED) == set()
    assert "atheris" in declared("fuzz")


def test_every_declared_package_is_locked_in_the_version_of_the_constraints():
    locked, constraints = pinned("locked.txt"), pinned("constraints.txt")
    build = [Requirement(line) for line in PROJECT["build-system"]["requires"]]
    for requirement in (*declared().values(), *declared("test", "lint").values(), *build):
        version = locked.get(normal(requirement.name))
        assert version is not None, f"{requirement.name} is not in locked.txt"
        assert requirement.specifier.contains(version), requirement
    assert {name: constraints.get(name) for name in locked} == locked
    assert {"pip", "hatchling"} <= set(locked)


def test_every_locked_package_has_hashes():
    text = (ROOT / "locked.txt").read_text(encoding="utf-8")
    entries = re.split(r"\n(?=[A-Za-z0-9])", text.strip())
    assert len(entries) == len(pinned("locked.txt")) > 100
    for entry in entries:
        lines = entry.split("\n")[1:]
        assert lines, entry
        assert all(re.fullmatch(r" +--hash=sha256:[0-9a-f]{64}( \\)?", line) for line in lines)


def test_every_declared_package_has_a_line_in_the_documents():
    text = (ROOT / "docs/reference/dependencies.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| `([\w.-]+)` \|", text, re.M)
    assert len(listed) == len(set(listed))
    assert {normal(name) for name in listed} == set(declared()) | set(declared("test"))
