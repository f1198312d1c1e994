"""The settings of a run: each is set once, described once and recorded or a file."""

from __future__ import annotations

import ast
import inspect
import re
from dataclasses import fields

from analysis.pipeline import settings
from analysis.pipeline.settings import Settings, recorded_settings

NOT_RECORDED = {"runs", "extend", "topics", "overrides", "dates", "max_mb", "today", "wait"}
NOT_RECORDED |= {"audit", "index", "jobs"}


def test_no_setting_is_defined_twice():
    (body,) = (
        node.body
        for node in ast.parse(inspect.getsource(settings)).body
        if isinstance(node, ast.ClassDef)
    )
    names = [node.target.id for node in body if isinstance(node, ast.AnnAssign)]
    assert len(set(names)) == len(names)
    assert names == [field.name for field in fields(Settings)]
    assert re.findall(r"^    (\w+) : ", Settings.__doc__, flags=re.MULTILINE) == names


def test_settings_that_are_not_files_are_recorded():
    names = {field.name for field in fields(Settings)}
    assert set(recorded_settings(Settings())) == names - NOT_RECORDED
