"""The rule of the root conftest: in CI only a missing GPU may skip."""

import pytest

from tests.book.planted import run_pytest

TESTS = """
import pytest

def test_runs(): pass
def test_no_gpu(): pytest.skip("no GPU")
def test_no_chromium(): pytest.skip("no Chromium: apt install chromium")
@pytest.mark.skip
def test_no_reason(): pass
@pytest.mark.skipif(True, reason="no GPU here")
def test_marked(): pass
@pytest.mark.xfail
def test_expected(): raise ValueError
"""
MODULE = 'import pytest\npytest.skip("no compiler", allow_module_level=True)'


@pytest.fixture
def planted(tmp_path):
    tests, module = tmp_path / "test_planted.py", tmp_path / "test_module.py"
    tests.write_text(TESTS)
    module.write_text(MODULE)
    return tests, module


def test_outside_ci_skips_stand(planted):
    assert "1 passed, 5 skipped, 1 xfailed" in run_pytest(*planted)


def test_in_ci_only_a_gpu_may_be_missing_and_no_file_may_skip_itself(planted):
    printed = run_pytest("--continue-on-collection-errors", *planted, ci="true")
    assert "1 failed, 1 passed, 2 skipped, 1 xfailed, 2 errors" in printed
    assert "only 'no GPU' may be: Skipped: no Chromium: apt install chromium" in printed
    assert "only 'no GPU' may be: Skipped: no compiler" in printed
