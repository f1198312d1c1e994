from .folder import Decisions, Run, find_run, finish, last_decisions, list_runs, new_run_folder, next_name, read_manifest, read_run, runs_folder, sha256, tables_of, write_json, write_tables

__all__ = [
    "Decisions",
    "Run",
    "find_run",
    "finish",
    "last_decisions",
    "list_runs",
    "new_run_folder",
    "next_name",
    "read_manifest",
    "read_run",
    "runs_folder",
    "sha256",
    "tables_of",
    "write_json",
    "write_tables",
]
