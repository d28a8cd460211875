"""A sample of the catalogue: faults are caught by the tests of the requirements they name, variants raise nothing."""

import pytest

from contract.tests.run.conftest import conformance


@pytest.mark.parametrize(
    ("arguments", "last_line"),
    [
        (["--only", "caught", "--sample", str(FAULTS)], f"faults caught {FAULTS}/{FAULTS}"),
        (
            ["--only", "variants", "--sample", str(VARIANTS), "--profile", "smoke"],
            f"variants clean {VARIANTS}/{VARIANTS}",
        ),
    ],
    ids=["faults", "variants"],
)
def test_sample(tmp_path, arguments, last_line):
    finished = conformance(tmp_path, "faults", "measure", *arguments, "--workers", "1")

    assert finished.out.splitlines()[-1] == last_line, finished.out + finished.err
    assert finished.status == 0


@pytest.mark.parametrize("sample", ["many", "caught", "caught=0", "seen=3"])
def test_sample_that_is_none_is_refused(tmp_path, sample):
    finished = conformance(tmp_path, "faults", "measure", "--sample", sample)

    assert finished.status == 2
    assert "give N or STEP=N" in finished.err
