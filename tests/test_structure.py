"""The shape of the project: who imports whom, what an import costs, what the lists of names say."""

from __future__ import annotations

import ast
import hashlib
import re
import subprocess
import sys
import tomllib
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import analysis
from conftest import ROOT, SNAPSHOT

PACKAGE = ROOT / "src" / "analysis"
FOLDERS = (
    *("base", "sources", "papers", "embedding", "clusters", "topics", "trends", "runs", "figures"),
    *("report", "pipeline", "notebook", "cli"),
)
"""The folders in the order of the data flow: each imports only what stands before it."""

BASE_ALONE = ("embedding", "clusters", "topics", "trends")
"""Folders that import `base` and nothing else, so that each can be read by itself."""

MOST_ENTRIES = 13
MOST_LINES = 300
MOST_LINES_OF_A_FUNCTION = 60


def folder_of(path: Path) -> str:
    """The folder directly in `analysis` that a file lies in; "" for those at the top."""
    parts = path.relative_to(PACKAGE).parts
    return parts[0] if len(parts) > 1 else ""


def imported_modules(path: Path) -> set[str]:
    """The dotted names within `analysis` that a file imports, anywhere in it, types included."""
    package = ("analysis", *path.relative_to(PACKAGE).parent.parts)
    names: set[tuple[str, ...]] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {tuple(alias.name.split(".")) for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            start = package[: len(package) - node.level + 1] if node.level else ()
            module = (*start, *(node.module.split(".") if node.module else ()))
            names |= {(*module, alias.name) for alias in node.names}
    return {".".join(name[1:]) for name in names if name[0] == "analysis" and len(name) > 1}


FILES = sorted(PACKAGE.rglob("*.py"))
GRAPH: dict[str, set[str]] = {}
for _path in FILES:
    GRAPH.setdefault(folder_of(_path), set()).update(
        name.split(".")[0] for name in imported_modules(_path)
    )


# who imports whom


def test_the_folders_are_those_of_the_layout():
    assert {folder_of(path) for path in FILES} - {""} == set(FOLDERS)
    assert {path.name for path in FILES if not folder_of(path)} == {"__init__.py", "__main__.py"}


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_folder_imports_only_what_stands_before_it(folder):
    allowed = {"base"} if folder in BASE_ALONE else set(FOLDERS[: FOLDERS.index(folder)])
    assert GRAPH[folder] - {folder, "__version__"} <= allowed


def module_of(path: Path) -> str:
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def test_no_imports_go_in_a_circle():
    modules = {module_of(path): path for path in FILES}
    graph = {}
    for module, path in modules.items():
        names = imported_modules(path)
        near = {name if name in modules else name.rpartition(".")[0] for name in names}
        graph[module] = {name for name in near if name in modules and name != module}
    assert circle_in(graph) == []
    assert circle_in({"a": {"b"}, "b": {"c"}, "c": {"a"}}) != []


def circle_in(graph: dict[str, set[str]]) -> list[str]:
    """The modules of a circle of imports, the first again at the end; empty without one."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return error.args[1]
    return []


def test_no_folder_is_crowded():
    from analysis.cli.main import cli

    crowded = {}
    for folder in {path.parent for path in FILES} - {PACKAGE}:
        names = {path.stem for path in folder.glob("*.py")}
        names |= {path.parent.name for path in folder.glob("*/__init__.py")}
        if folder == PACKAGE / "cli":
            names -= set(cli.commands)  # one module per command, however many there are
        if len(names) > MOST_ENTRIES:
            crowded[folder.relative_to(PACKAGE)] = len(names)
    assert crowded == {}


def test_only_the_workbook_writes_excel():
    found = {path for path in PACKAGE.rglob("*.py") if "import Workbook" in path.read_text()}
    assert found == {PACKAGE / "report" / "xlsx.py"}


def test_only_clusters_use_umap_and_hdbscan():
    pattern = re.compile(r"^\s*(from|import) (umap|hdbscan)\b", re.MULTILINE)
    assert {folder_of(p) for p in FILES if pattern.search(p.read_text())} == {"clusters"}


NETWORK = {
    *("aiohttp", "asyncio", "ftplib", "http", "httpcore", "httpx", "huggingface_hub", "imaplib"),
    *("poplib", "requests", "smtplib", "socketserver", "ssl", "telnetlib", "urllib3", "websocket"),
    *("websockets", "xmlrpc", "urllib.request", "webbrowser"),
}
"""What opens connections. `socket` is used for the machine's name alone (`runs.lock`)."""


def network_of(path: Path) -> set[str]:
    """The network libraries that a file imports, anywhere in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names |= {f"{node.module}.{alias.name}" for alias in node.names} | {str(node.module)}
    return {name for name in names if {name, name.split(".")[0]} & NETWORK}


def test_only_fetching_uses_the_network():
    fetching = PACKAGE / "sources" / "fetching"
    found = {path for path in FILES if network_of(path)}
    assert found
    assert all(path.is_relative_to(fetching) for path in found)


def test_sockets_tell_the_machines_name_and_nothing_else():
    texts = {path.name: path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py")}
    calls = {name: set(re.findall(r"\bsocket\.(\w+)", text)) for name, text in texts.items()}
    assert {name: used for name, used in calls.items() if used} == {"lock.py": {"gethostname"}}


def test_only_the_command_line_knows_of_fetching():
    fetching = PACKAGE / "sources" / "fetching"
    users = {
        folder_of(path)
        for path in FILES
        if not path.is_relative_to(fetching)
        and any(name.startswith("sources.fetching") for name in imported_modules(path))
    }
    assert users == {"cli"}


@pytest.mark.parametrize("path", sorted((ROOT / "notebooks").glob("*.ipynb")), ids=lambda p: p.stem)
def test_notebooks_use_public_names_only(path):
    import nbformat

    notebook = nbformat.read(path, as_version=4)
    code = "\n".join(
        re.sub(r"^\s*[%!].*$", "", cell.source, flags=re.MULTILINE)
        for cell in notebook.cells
        if cell.cell_type == "code"
    )
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "analysis":
            assert node.module == "analysis"
            assert {alias.name for alias in node.names} <= set(analysis.__all__)
        if isinstance(node, ast.Import):
            assert not any(alias.name.startswith("analysis.") for alias in node.names)


# what an import costs

HEAVY = ("pandas", "sklearn", "numba", "umap", "hdbscan", "plotly", "matplotlib", "numpy", "scipy",
         "xlsxwriter", "openpyxl", "xlrd")  # fmt: skip


def in_a_new_process(code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd="/"
    )
    return done.stdout.strip()


def test_import_loads_nothing_heavy():
    code = f"import sys, analysis; print(*[m for m in {HEAVY!r} if m in sys.modules])"
    assert in_a_new_process(code) == ""


def test_help_loads_nothing_heavy():
    code = (
        "import sys; from click.testing import CliRunner; from analysis.cli.main import cli; "
        "assert CliRunner().invoke(cli, ['run', '--help']).exit_code == 0; "
        f"print(*[m for m in {HEAVY!r} if m in sys.modules])"
    )
    assert in_a_new_process(code) == ""


def test_import_loads_next_to_nothing():
    """It takes .02 s; numpy alone would add 100 modules and .1 s."""
    code = "import sys; n = len(sys.modules); import analysis; print(len(sys.modules) - n)"
    assert int(in_a_new_process(code)) <= 40


def test_every_public_name_can_be_had():
    code = "import analysis; print(sum(getattr(analysis, n) is not None for n in analysis.__all__))"
    assert int(in_a_new_process(code)) == len(analysis.__all__)
    assert set(analysis.__all__) <= set(dir(analysis))
    with pytest.raises(AttributeError, match="attribute nothing"):
        _ = analysis.nothing


# docstrings and signatures


def public_functions() -> list[tuple[str, ast.FunctionDef]]:
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in tree.body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
                found.append((f"{path.relative_to(PACKAGE)}:{node.name}", node))
    return found


def test_every_public_function_and_class_has_a_docstring():
    assert [name for name, node in public_functions() if not ast.get_docstring(node)] == []


def test_every_module_has_a_docstring():
    paths = [path for path in PACKAGE.rglob("*.py") if path.read_text(encoding="utf-8").strip()]
    assert [p.name for p in paths if not ast.get_docstring(ast.parse(p.read_text()))] == []


def test_every_public_function_is_annotated():
    lacking = []
    for name, node in public_functions():
        if isinstance(node, ast.FunctionDef):
            args = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
            if node.returns is None or any(arg.annotation is None for arg in args):
                lacking.append(name)
    assert lacking == []


def test_functions_stay_short():
    long = {}
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef):
                docstring = len((ast.get_docstring(node) or "").splitlines())
                lines = node.end_lineno - node.lineno + 1 - docstring
                if lines > MOST_LINES_OF_A_FUNCTION:
                    long[f"{path.relative_to(PACKAGE)}:{node.name}"] = lines
    assert long == {}


def test_files_stay_short():
    lengths = {p.relative_to(ROOT): len(p.read_text().splitlines()) for p in FILES}
    assert {path: n for path, n in lengths.items() if n > MOST_LINES} == {}


# the lists of packages

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
CONDA_NAMES: dict[str, str] = {}
"""Conda's name -> the name in pyproject.toml, where they differ. For the user's six none does."""
USERS_SIX = ("jupyterlab", "pandas", "scikit-learn", "umap-learn", "hdbscan", "plotly")


def requirement(text: str) -> tuple[str, str]:
    """Split a requirement into its name and its bounds."""
    match = re.fullmatch(r"([A-Za-z0-9_.-]+?)\s*([<>=!~].*)?", text.strip())
    assert match is not None, text
    return match[1].lower(), (match[2] or "").replace(" ", "")


def conda_lines() -> list[str]:
    text = (ROOT / "environment.yml").read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line.strip() and not line.startswith("#")]


def test_environment_yml_names_the_users_six_with_the_bounds_of_pyproject():
    lines = conda_lines()
    found = [line[4:] for line in lines if line.startswith("  - ")]
    assert found[0] == "conda-forge"
    listed = dict(requirement(entry) for entry in found[1:] if not entry.startswith("pip:"))
    bounds = dict(requirement(entry) for entry in PROJECT["dependencies"])
    assert listed.pop("python") == PROJECT["requires-python"]
    assert listed.pop("pip") == ""
    assert {CONDA_NAMES.get(name, name): bound for name, bound in listed.items()} == {
        name: bounds[name] for name in USERS_SIX
    }
    assert lines[-2:] == ["  - pip:", "      - -e ."]
    assert [line for line in lines if not line.startswith(" ")][1:] == [
        "channels:",
        "dependencies:",
    ]


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_constraints_pin_every_dependency_and_hold_nothing_else():
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [re.fullmatch(r"([A-Za-z0-9][A-Za-z0-9._-]*)==([0-9][0-9A-Za-z.]*)", s) for s in lines]
    assert [line for line, pin in zip(lines, pins, strict=True) if pin is None] == []
    names = [canonical(pin[1]) for pin in pins if pin]
    assert len(set(names)) == len(names)
    extras = PROJECT["optional-dependencies"]
    wanted = [*PROJECT["dependencies"], *extras["test"], *extras["lint"]]
    assert {canonical(requirement(text)[0]) for text in wanted} - set(names) == set()


def test_the_pinned_versions_lie_within_the_bounds():
    from packaging.requirements import Requirement

    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pinned = {canonical(name): version for name, version in (line.split("==") for line in lines)}
    extras = PROJECT["optional-dependencies"]
    for text in [*PROJECT["dependencies"], *extras["test"], *extras["lint"]]:
        wanted = Requirement(text)
        assert wanted.specifier.contains(pinned[canonical(wanted.name)]), text


def test_the_version_is_the_same_in_both_places():
    assert PROJECT["version"] == analysis.__version__


# the data


def test_the_bundled_snapshot_is_the_users_byte_for_byte():
    digest = hashlib.sha256(SNAPSHOT.read_bytes()).hexdigest()
    assert digest == "136c3c3695fede72828cb9039f81c9e5e63a7dd49c1ebce7b4cd1afeb03529ff"


@pytest.mark.shared
def test_the_bundled_data_are_those_of_the_seed(shared):
    for ours, seed in ((SNAPSHOT, SNAPSHOT.name), (ROOT / "data" / "arxiv_ids.csv", None)):
        assert ours.read_bytes() == (shared / "seed" / (seed or ours.name)).read_bytes()


def test_git_keeps_the_snapshots_bytes():
    rules = (ROOT / ".gitattributes").read_text(encoding="utf-8")
    assert re.search(r"^data/snapshots/\S*\s+.*-text", rules, re.MULTILINE)


def test_no_file_names_a_machine_path():
    pattern = re.compile(r"/work/|/root/|/home/\w")
    places = [*PACKAGE.rglob("*.py"), *(ROOT / "tests").rglob("*.py"), ROOT / "Makefile"]
    me = Path(__file__).name
    assert [p.name for p in places if p.name != me and pattern.search(p.read_text())] == []


# tests


def test_no_test_reads_a_clock():
    """Its outcome would depend on how busy the machine is; a hang ends by a time-out."""
    clocks = {"process_time", "perf_counter", "monotonic", "thread_time", "time"}
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in sorted((ROOT / "tests").rglob("test_*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute)
        and node.attr.removesuffix("_ns") in clocks
        and isinstance(node.value, ast.Name)
        and node.value.id == "time"
    ]
    assert found == []
