"""For all tests: notebooks are compared in full, and in CI a skip must be about a GPU."""

import os
from collections.abc import Iterator

import pytest

pytest_plugins = ["drift"]

MAY_BE_MISSING = "no GPU"


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
