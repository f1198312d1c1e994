"""Snapshots and dates from the network: the only package that opens connections.

It writes files that `papertide run` reads afterwards. `client` makes the requests within the
`limits`, `response` reads what comes back, `files` keeps the responses so that an interrupted fetch
can resume and writes the result with its manifest; `session` combines these. `arxiv`,
`hugging_face` and `dates` each know one service; `chat` asks a language model for names.
"""

from __future__ import annotations

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
