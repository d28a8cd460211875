"""Runs of the past: reports read again, held against each other, kept and pruned."""
