"""The order of the stages: run, extend, replay, recount."""
