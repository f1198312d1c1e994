from .duplicates.account import duplicates_told
from .snapshot import Snapshot, dropped_line, read_snapshot

__all__ = ["Snapshot", "dropped_line", "duplicates_told", "read_snapshot"]
