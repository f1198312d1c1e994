"""Events of groups: bursts, humps and dips, steps, come-downs, changes of course."""

from .find import find_events

__all__ = ["find_events"]
