"""
The stateful mock of the v3 API: one deployment that the suite can be run against.

It stands on its own: it imports nothing from the rest of ``contract`` and nothing but the command line starts it.
Reading down the listing follows a request: ``app`` (ASGI) -> ``wire`` (parameters) -> ``authentication`` ->
``service`` (transaction) -> ``access`` -> ``parameters`` -> ``resources/*`` -> ``store``.

Every decision the server takes stands in one named place of ``rules.Rules``; a fault or a variant replaces it there
(``faults``), never in a handler.
"""
