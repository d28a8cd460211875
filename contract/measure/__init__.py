"""
What the suite catches, measured: every seeded fault, every conforming variant, many seeds, and stock schemathesis.

Data passes through the modules in this order; each imports from those above it::

    catalogue.py     the faults and variants of the mock, read from what it prints
    jobs.py          a job: one step for one deviation or seed; which there are, sampled and sharded
    outcome.py       what one job showed
    figures.py       from outcomes to caught, localised, clean, and the line that sums them up
    digest.py        the key of a job: changes with everything that its outcome rests on
    cache.py         outcomes on disk, by job and key
    forking.py       runs functions in forked children: some at a time, for so long and no longer
    selection.py     which of the collected tests a job runs
    reach.py         which operations each test sends requests to
    child.py         what a forked child does: a mock, a run, the chosen tests, their verdicts
    stock.py         the same mock under ``schemathesis run``; stock_hooks.py signs for it
    progress.py      what is shown meanwhile
    runner.py        collects the suite once and works the jobs off
    matrix.py        matrix.json and matrix.html
"""
