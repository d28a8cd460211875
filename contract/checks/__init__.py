"""Judgements on what an answer holds, beyond its status."""
