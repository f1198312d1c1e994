"""Papertide inside JupyterLab."""
