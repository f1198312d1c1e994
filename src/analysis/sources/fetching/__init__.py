"""Snapshots and dates from the network: the only package that opens connections.

It writes files that `papertide run` reads afterwards. `http/` makes the requests, `parts` keeps
the answers so that an interrupted fetch can resume, `files` writes the snapshot and its manifest,
`work` puts these together; `arxiv/`, `hugging_face/` and `dates` know their service.
"""

from __future__ import annotations

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
