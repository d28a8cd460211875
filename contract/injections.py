"""Texts that a careless server takes for query language."""

from __future__ import annotations

# Harmless where they work: they read or compare, and never write.
INJECTIONS = (
    "' or '1'='1",
    '" or ""="',
    "'; select 1; --",
    "') or 1=1 --",
    "name) or (1=1",
    "1 union select * from users",
    "${7*7}",
    "{{7*7}}",
    "../../etc/passwd",
    "%' or name like '%",
)
