"""For all tests: notebooks are compared in full, in CI a skip must be about a GPU, and what
the package keeps of its reader is kept in a folder of the run."""

import os
import tempfile
from collections.abc import Iterator

import pytest

pytest_plugins = ["drift"]

MAY_BE_MISSING = "no GPU"


def pytest_configure(config: pytest.Config) -> None:
    """Keep ledgers out of the developer's own folder; group output by rank, as it is stored."""
    home = tempfile.TemporaryDirectory()
    os.environ["LSDL_HOME"] = home.name
    os.environ["LSDL_GROUPED_OUTPUT"] = "1"
    config.add_cleanup(home.cleanup)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Iterator[None]:
    """Fail a test that skips itself in CI."""
    report = yield
    return refused(report)


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Iterator[None]:
    """Fail a file that skips itself in CI."""
    report = yield
    return refused(report)


def refused(report: pytest.CollectReport | pytest.TestReport):
    """Turn a skip in CI into a failure, unless its reason is that there is no GPU."""
    expected_failure = hasattr(report, "wasxfail")
    if os.environ.get("CI") and report.skipped and not expected_failure:
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        if MAY_BE_MISSING not in reason:
            report.outcome = "failed"
            report.longrepr = f"skipped in CI, where only {MAY_BE_MISSING!r} may be: {reason}"
    return report
