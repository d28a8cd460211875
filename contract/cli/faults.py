"""``conformance faults``: the deviations that the mock can be told to have, and how many of them are caught."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from contract.cli import columns
from contract.errors import ConfigurationError
from contract.measure import catalogue
from contract.measure.jobs import CAUGHT, LOCALISED, SEEDS, STEPS, WHOLE, Choice, plan
from contract.settings import processors, shard_of_text

if TYPE_CHECKING:
    from contract.measure.figures import Count
    from contract.measure.runner import Measurement

FOLDER = Path("reports/measure")
INTERRUPTED = 3
LIST_EPILOG = """
\b
Examples:
  conformance faults
  conformance run --fault ignore-accept
  conformance faults measure --fault 'ignore-*'
"""
MEASURE_EPILOG = """
\b
Examples:
  conformance faults measure --fault 'ignore-*'
  conformance faults measure --only caught --only seeds --sample 15 --seed 3
  conformance faults measure --sample localised=100 --sample stock=50
  conformance faults measure

\b
Steps:
  caught      every fault against the requirements that it names
  localised   every fault of the core against all explicit tests: nothing else
              may turn red; the core has a fault for each requirement
  whole       30 faults against the whole standard profile
  variants    every conforming variant against the standard profile: nothing
              may turn red
  seeds       the mock as it is against the standard profile, with 20 seeds
  stock       60 faults under stock schemathesis, 20 s each

\b
Exit status:
  0  all that was asked for is as it should be (localised: 95 %)
  1  it is not      2  the options are wrong      3  interrupted
"""


@click.group("faults", invoke_without_command=True, epilog=LIST_EPILOG)
@click.option("--variants", is_flag=True, help="The conforming variants instead: other answers where nothing is said.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@click.pass_context
def command(context: click.Context, variants: bool, as_json: bool) -> None:
    """List the seeded faults of the mock: id, what is wrong, which requirements must turn red."""
    if context.invoked_subcommand is not None:
        return
    known = catalogue.load()
    chosen = known.variants if variants else known.faults
    if as_json:
        click.echo(json.dumps([asdict(each) for each in chosen], indent=2))
        return
    for each in chosen:
        columns.echo(f"{each.id:44} {' '.join(each.requirements)}".rstrip(), 8)
        columns.echo(f"    {each.description}", 4)


def _workers(ctx: click.Context, param: click.Parameter, value: str) -> int:
    if value == "auto":
        return processors()
    if not value.isdecimal() or not 0 < int(value) <= 32:
        raise click.BadParameter("give a number from 1 to 32, or auto for one per core")
    return int(value)


def _samples(ctx: click.Context, param: click.Parameter, values: tuple[str, ...]) -> dict[str, int]:
    samples: dict[str, int] = {}
    for value in values:
        step, _, count = value.rpartition("=")
        if step not in ("", *STEPS) or not count.isdecimal() or not int(count):
            raise click.BadParameter(f"give N or STEP=N with a step of {', '.join(STEPS)}")
        samples |= {step: int(count)} if step else dict.fromkeys(STEPS, int(count))
    return samples


def _shard(ctx: click.Context, param: click.Parameter, value: str) -> tuple[int, int]:
    try:
        return shard_of_text(value)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


@command.command("measure", epilog=MEASURE_EPILOG)
@click.option("--fault", "patterns", multiple=True, metavar="GLOB",
              help="Only these faults and variants; repeatable. Without --only: caught and localised.")  # fmt: skip
@click.option("--only", "steps", multiple=True, type=click.Choice(STEPS), help="Only this step; repeatable.")
@click.option("--sample", "samples", multiple=True, callback=_samples, metavar="[STEP=]N",
              help="At most N faults, variants or seeds in a step or in all, drawn by --seed; repeatable.")  # fmt: skip
@click.option("--every", is_flag=True, help="Draw from all faults in every step, not from the core.")
@click.option("--seed", type=click.IntRange(0, 2**32 - 1), default=1, show_default=True, metavar="S",
              help="Draws the sample; the first of the seeds.")  # fmt: skip
@click.option("--profile", type=click.Choice(("smoke", "standard")), default="standard", show_default=True,
              help="What whole, variants and seeds run.")  # fmt: skip
@click.option("--workers", default="auto", callback=_workers, metavar="N|auto", show_default=True,
              help="How many at a time; auto is one per core.")  # fmt: skip
@click.option("--shard", default="1/1", callback=_shard, metavar="K/N", help="The K-th of N parts.")
@click.option("--report-dir", type=click.Path(file_okay=False, path_type=Path), default=FOLDER, show_default=True,
              metavar="DIR", help="Where matrix.json and matrix.html go.")  # fmt: skip
@click.option("--fresh", is_flag=True, help="Measure again what is known already.")
def measure(
    patterns: tuple[str, ...],
    steps: tuple[str, ...],
    samples: dict[str, int],
    every: bool,
    seed: int,
    profile: str,
    workers: int,
    shard: tuple[int, int],
    report_dir: Path,
    fresh: bool,
) -> int:
    """
    Measure what the suite catches, and whether it leaves alone what conforms.

    What was measured is kept and measured again only when suite, description, register or mock have changed.
    """
    known = catalogue.load(with_extent=True)
    ids = frozenset(known.matching(patterns)) if patterns else None
    chosen = steps or ((CAUGHT, LOCALISED) if patterns else STEPS)
    jobs = plan(known, Choice(chosen, ids, samples, every, seed, shard, profile))
    if not jobs:
        raise ConfigurationError("nothing to measure: no fault, variant or seed is left with these options")

    # pytest and schemathesis are imported only now.
    from contract.measure import matrix
    from contract.measure.cache import Cache
    from contract.measure.runner import Measurement

    asked = set(jobs)
    others = [job for job in plan(known, Choice(seed=seed, profile=profile)) if job not in asked]
    measurement = Measurement(known, jobs, Cache(FOLDER / "cache"), workers, fresh, others)
    measurement.run()
    matrix.write(known, measurement.results, report_dir)
    return _tell(measurement, report_dir)


def _tell(measurement: Measurement, report_dir: Path) -> int:
    """Print what was missed and what else turned red, and the figures in the last line."""
    from contract.measure import figures

    counts = figures.count(measurement.jobs, measurement.results)
    _tell_bad(counts)
    click.echo(f"matrix: {report_dir / 'matrix.html'}")
    if WHOLE in counts:
        click.echo(f"against a whole profile: {counts[WHOLE]} caught and localised")
    if measurement.interrupted:
        click.echo(f"interrupted; {figures.line(counts)}")
        return INTERRUPTED
    click.echo(figures.line(counts))
    return 0 if figures.suffices(counts) else 1


def _tell_bad(counts: Mapping[str, Count]) -> None:
    words = {CAUGHT: "missed", LOCALISED: "not localised", WHOLE: "not localised in the whole profile"}
    for step, counted in counts.items():
        if step == "stock" or not counted.bad:
            continue
        click.echo(f"{words.get(step, f'{step}: not clean')}:")
        for job, judgement in counted.bad:
            if judgement.reason != "not measured" or step == SEEDS:
                click.echo(f"  {job.subject}: {judgement.reason}")
