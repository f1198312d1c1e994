"""The directive `run-tables`: every table of a run, from the schema and `reference/columns.toml`.

Names, dtypes and keys come from `analysis.base.schema`, meanings from the TOML file beside the
page. A column without a meaning, or a meaning without a column, stops the build.
"""

import tomllib
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.util.docutils import SphinxDirective

from analysis.base.schema import TABLES, Table

MEANINGS = "reference/columns.toml"


def check_meanings(meanings: dict[str, dict[str, str]]) -> None:
    """Raise `ExtensionError` unless the meanings are those of exactly the schema's columns."""
    wanted = {(name, column) for name, table in TABLES.items() for column in table.columns}
    given = {(name, column) for name, columns in meanings.items() for column in columns}
    given -= {(name, "about") for name in meanings}
    if wanted != given:
        raise ExtensionError(
            f"{MEANINGS}: without a meaning {sorted(wanted - given)}, "
            f"not in the schema {sorted(given - wanted)}"
        )


class RunTables(SphinxDirective):
    """One section per table: what it holds, then one row per column."""

    def run(self) -> list[nodes.Node]:
        """Return the sections in the order of the schema."""
        path = Path(self.env.srcdir) / MEANINGS
        self.env.note_dependency(str(path))
        meanings = tomllib.loads(path.read_text(encoding="utf-8"))
        check_meanings(meanings)
        return [self._section(name, table, meanings[name]) for name, table in TABLES.items()]

    def _section(self, name: str, table: Table, meanings: dict[str, str]) -> nodes.section:
        section = nodes.section(ids=[f"table-{name}"], names=[name])
        section += nodes.title("", name)
        key = ", ".join(table.key)
        section += self._paragraph(f"{meanings['about']} Key and sort order: `{key}`.")
        rows = [(f"`{c}`", f"`{dtype}`", meanings[c]) for c, dtype in table.columns.items()]
        lines = ["| column | dtype | meaning |", "|---|---|---|"]
        lines += [f"| {' | '.join(row)} |" for row in rows]
        section += self.parse_text_to_nodes("\n".join(lines))
        if table.open_columns:
            section += self._paragraph("Further columns of the input follow these.")
        return section

    def _paragraph(self, text: str) -> list[nodes.Node]:
        return self.parse_text_to_nodes(text)


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive."""
    app.add_directive("run-tables", RunTables)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
