"""For all tests: notebooks are compared in full, in CI a skip must be about a GPU, what the
package keeps of its reader is kept in a folder of the run, and the slowest files are named."""

import os
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator

import pytest

# nbformat's jsonschema would load it if it could, to check a format that notebooks do not use,
# and it takes two seconds: here at least in the runs of planted files.
sys.modules.setdefault("rfc3987_syntax", None)

pytest_plugins = ["tests.book.drift"]

MAY_BE_MISSING = "no GPU"


def pytest_configure(config: pytest.Config) -> None:
    """Keep calibrations out of the developer's own folder; group output by rank, as it is stored.

    Idle threads of torch sleep, since another worker has use for their core.
    """
    home = tempfile.TemporaryDirectory()
    os.environ["LSDL_HOME"] = home.name
    os.environ["LSDL_GROUPED_OUTPUT"] = "1"
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    config.add_cleanup(home.cleanup)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take long, so that no worker is left with one at the end."""
    long = {i.path for i in items if i.path.suffix == ".ipynb" or i.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in long)


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


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name the ten slowest files, and the pages that were compared by kind alone."""
    seconds, by_kind = Counter(), set()
    for report in (r for group in terminalreporter.stats.values() for r in group):
        if isinstance(report, pytest.TestReport):
            seconds[report.nodeid.split("::")[0]] += report.duration
            by_kind |= {value for key, value in report.user_properties if key == "compared by kind"}
    slowest = (f"{file} {s:.0f} s" for file, s in seconds.most_common(10))
    terminalreporter.write_line(f"slowest files: {', '.join(slowest)}")
    if by_kind:
        pages = ", ".join(sorted(by_kind))
        versions = "since versions are not those stored"
        terminalreporter.write_line(f"compared by kind alone, {versions}: {pages}")


def refused(report: pytest.CollectReport | pytest.TestReport):
    """Turn a skip in CI into a failure, unless its reason is that there is no GPU."""
    expected_failure = hasattr(report, "wasxfail")
    if os.environ.get("CI") and report.skipped and not expected_failure:
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        if MAY_BE_MISSING not in reason:
            report.outcome = "failed"
            report.longrepr = f"skipped in CI, where only {MAY_BE_MISSING!r} may be: {reason}"
    return report
