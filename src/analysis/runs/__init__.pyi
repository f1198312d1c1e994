from .files import read_manifest, read_parquet, read_table, sha256, write_json, write_manifest
from .manifest import file_entries, peak_memory_mb, run_manifest, versions
from .run import RUN_FILES, Run, finish, read_run, tables_of, write_tables
from .series import find_run, line_of, list_runs, new_run_folder, next_name, parent_of, runs_folder

__all__ = [
    "RUN_FILES",
    "Run",
    "file_entries",
    "find_run",
    "finish",
    "line_of",
    "list_runs",
    "new_run_folder",
    "next_name",
    "parent_of",
    "peak_memory_mb",
    "read_manifest",
    "read_parquet",
    "read_run",
    "read_table",
    "run_manifest",
    "runs_folder",
    "sha256",
    "tables_of",
    "versions",
    "write_json",
    "write_manifest",
    "write_tables",
]
