"""The modules of the map outside a browser: an expression evaluated by Node.js."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

ASSETS = Path(__file__).resolve().parents[2] / "src" / "analysis" / "report" / "assets"

needs_node = pytest.mark.skipif(shutil.which("node") is None, reason="needs Node.js")


def evaluated(module: str, expression: str, argument: object = None) -> Any:
    """Return the value of a JavaScript expression about `module` (exports) and `argument`."""
    script = (
        f"const module = await import({json.dumps((ASSETS / module).as_uri())});\n"
        "const text = (await import('node:fs')).readFileSync(0, 'utf-8');\n"
        "const argument = JSON.parse(text);\n"
        f"process.stdout.write(JSON.stringify({expression}));\n"
        "process.exit(0);\n"
    )
    done = subprocess.run(
        ["node", "--input-type=module", "-e", script],
        input=json.dumps(argument),
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
