"""Sphinx configuration of the documentation site; `make docs` builds it."""

import sys
from pathlib import Path

from analysis import __version__

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE / "_ext"))

project = "Papertide"
author = "The Papertide developers"
project_copyright = f"2025, {author}"
version = release = __version__

extensions = [
    "myst_parser",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx_click",
    "run_tables",
]
templates_path = ["_templates"]
exclude_patterns = ["_ext", "_templates"]
nitpicky = True
suppress_warnings = ["myst.header"]  # included files begin at their own level

# Markdown
myst_enable_extensions = ["attrs_block", "colon_fence", "deflist"]
myst_heading_anchors = 3

# docstrings: types are given in the text, in the words of numpydoc
default_role = "code"
autodoc_typehints = "none"
autodoc_preserve_defaults = True
autosummary_generate = True
numpydoc_show_class_members = False
numpydoc_xref_param_type = False

# pages: no request to anywhere, light and dark
html_theme = "furo"
html_title = f"Papertide {version}"
html_copy_source = False
html_show_sphinx = False
html_static_path = ["_static"]
html_css_files = ["custom.css"]
