"""A sample of the catalogue: faults are caught by the tests of the requirements they name, variants raise nothing."""

import pytest

from contract.tests.run.conftest import conformance


@pytest.mark.parametrize(
    ("arguments", "last_line"),
    [
        (["--only", "caught", "--sample", "15"], "faults caught 15/15"),
        (["--only", "variants", "--sample", "5", "--profile", "smoke"], "variants clean 5/5"),
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
