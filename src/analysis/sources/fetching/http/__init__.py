"""Requests: addresses, limits, retries and bodies."""
