"""An executed notebook as a single HTML file that needs no network.

Jupyter's export loads RequireJS, MathJax and Mermaid from a CDN, and plotly's HTML output loads
MathJax. Here figures are plotly JSON (renderer "plotly_mimetype"), plotly.js is included once, and
the page's content policy allows these scripts only.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from copy import deepcopy
from typing import TYPE_CHECKING, Any

from analysis.base.escaping import for_html, for_script

if TYPE_CHECKING:
    from nbformat import NotebookNode

PLOTLY_MIME = "application/vnd.plotly.v1+json"
_NOTEBOOK_LINK = re.compile(r"\]\(([\w-]+)\.ipynb\)")

_DRAW = """
for (const holder of document.querySelectorAll(".figure")) {
  const figure = JSON.parse(holder.querySelector("script").textContent);
  const config = {
    responsive: true, displaylogo: false, scrollZoom: true, showSendToCloud: false,
    plotlyServerURL: "",
  };
  Plotly.newPlot(holder.querySelector("div"), figure.data, figure.layout, config).then(plot => {
    plot.on("plotly_click", event => {
      const url = (event.points[0].customdata || [])[1];
      if (/^https?:/.test(url || "")) window.open(url, "_blank", "noopener,noreferrer");
    });
  });
}
document.documentElement.dataset.ready = "true";
"""

_TEMPLATE = """{% extends 'index.html.j2' %}
{% block html_head_js %}
<meta http-equiv="Content-Security-Policy" content="{{ resources.policy }}">
<meta name="referrer" content="no-referrer">
<link rel="icon" href="data:,">
{% endblock %}
{% block html_head_js_mathjax %}{% endblock %}
{% block html_head_js_mermaidjs %}{% endblock %}
{% block jupyter_widgets %}{% endblock %}
"""


def notebook_page(notebook: NotebookNode, *, title: str) -> str:
    """Return an executed notebook as an HTML page.

    Parameters
    ----------
    notebook : NotebookNode
        Executed with plotly's renderer "plotly_mimetype"; not changed.
    title : str
        Plain text; escaped here.

    Returns
    -------
    str
        HTML with the content policy of `report.page.html.policy`. Links to other notebooks are
        replaced by links to their pages.
    """
    from nbconvert import HTMLExporter

    from analysis.report.page.html import plotly_js, policy

    shown = deepcopy(notebook)
    shown.metadata["title"] = title
    for cell in shown.cells:
        if cell.cell_type == "markdown":
            cell.source = _NOTEBOOK_LINK.sub(r"](\1.html)", cell.source)
        for output in cell.get("outputs", []):
            if PLOTLY_MIME in output.get("data", {}):
                output.data = {"text/html": _figure(output.data[PLOTLY_MIME])}
    scripts = [plotly_js(), _DRAW]
    page, _ = HTMLExporter(raw_template=_TEMPLATE).from_notebook_node(
        shown, resources={"metadata": {"name": title}, "policy": policy(scripts)}
    )
    before, end, after = page.rpartition("</body>")
    code = "".join(f"<script>{script}</script>\n" for script in scripts)
    return f"{before}{code}{end}{after}"


def _figure(figure: Mapping[str, Any]) -> str:
    height = int(figure["layout"].get("height") or 525)
    parts = {"data": figure["data"], "layout": figure["layout"]}
    return (
        f'<div class="figure"><div style="height: {for_html(str(height))}px"></div>'
        f'<script type="application/json">{for_script(parts)}</script></div>'
    )
