"""The sanitizer lets times, rates, ratios and machines differ, and nothing else."""

import re
from pathlib import Path

import pytest
from nbval.plugin import get_sanitize_patterns

CONFIGS = [
    Path(__file__).with_name(f"{name}.cfg").read_text(encoding="utf-8")
    for name in ("sanitize", "sanitize_measured")
]
STRICT, MEASURED = map(get_sanitize_patterns, CONFIGS)

DOCTOR = (
    "Python 3.11.7 · torch 2.14.1 · AMD EPYC (AVX-512), 2 cores · cpu · fast arithmetic · "
    "skipped: GPU cells (no GPU)"
)
DOCTOR_ELSEWHERE = DOCTOR.replace("3.11.7", "3.13.0rc1").replace("2.14.1", "2.6.0+cpu")
XEON = "Intel(R) Xeon(R) Platinum 8481C CPU @ 2.70GHz (AVX-512), 1 core ·"
REPRODUCIBLE = DOCTOR.replace(
    "fast arithmetic",
    "numpy 2.4.6, matplotlib 3.11.2 · reproducible arithmetic, the same bits on every x86 "
    "processor",
)


def sanitized(text, patterns=(*STRICT, *MEASURED)):
    for regex, replace in patterns:
        text = re.sub(regex, replace, text)
    return text


def test_nbval_reads_every_section():
    assert [len(STRICT), len(MEASURED)] == [config.count("\n[") for config in CONFIGS]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (DOCTOR, DOCTOR_ELSEWHERE),
        (REPRODUCIBLE, REPRODUCIBLE.replace("numpy 2.4.6", "numpy 1.26.0rc1")),
        (REPRODUCIBLE, REPRODUCIBLE.replace("the same bits on every", "other bits than on an")),
        (REPRODUCIBLE, REPRODUCIBLE.replace("(AVX-512)", "(no AVX-512)")),
        (DOCTOR, DOCTOR.replace("AMD EPYC (AVX-512), 2 cores ·", XEON)),
        (DOCTOR, DOCTOR.replace("AMD EPYC (AVX-512), 2", "unknown processor, unknown")),
        ("<A object at 0x7f9a3c>", "<A object at 0x1122aabbcc>"),
        ("/tmp/ipykernel_12/345.py:1: W", "/var/folders/x/ipykernel_9/1.py:1: W"),
    ],
)
def test_what_may_differ_on_every_page(one, other):
    assert sanitized(one, STRICT) == sanitized(other, STRICT) != one


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("312 ms", "1.04 s"),
        ("0.97×", "0.98×"),
        ("(1.9 ms to 2.1 ms, prediction inside)", "(1.7 ms to 1.8 ms, prediction outside)"),
        ("≈20,000", "≈19,876"),
        ("(3 ms, 1 thread, cpu)", "(9 ms, 1 thread, cpu, disturbed: ran 63% of the time)"),
        ("12.3 GFLOP/s", "987 MFLOP/s"),
        ("limits: of a file", "limits: of another"),
        ("a  b", "a b"),
        (REPRODUCIBLE, DOCTOR),
    ],
)
def test_what_must_not_differ_where_arithmetic_is_reproducible(one, other):
    assert sanitized(one, STRICT) != sanitized(other, STRICT)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            "142 ms predicted (90% arithmetic, 10% traffic, 0% launch)",
            "13.5 ms predicted (9% arithmetic, 91% traffic, 0% launch)",
        ),
        (
            "limits: 241 GFLOP/s and 41.0 GB/s with one thread, quick calibration, rough, "
            "cpu of AMD EPYC (AVX-512)\n12 layers",
            "limits: 49,123 GFLOP/s and 3,300 GB/s, calibrated on 2026-01-02, "
            "cuda of NVIDIA H100\n12 layers",
        ),
        (DOCTOR, DOCTOR_ELSEWHERE),
        (DOCTOR, DOCTOR.replace("2 cores", "16 cores")),
        ("312 ms", "1.04 s"),
        ("27 µs", "1,027.5 μs"),
        ("9ns", "2 min"),
        ("-3 ms", "4e-05 s"),
        ("312 ms ± 4 ms", "1.2 s ± 40 µs"),
        ("312 ms (median of 33, spread 4 ms)", "9.1 µs (median of 1025, spread 80 ns)"),
        ("(3 ms, 1 thread, cpu)", "(9 ms, 1 thread, cpu, disturbed: ran 63% of the time)"),
        ("12.3 GFLOP/s", "987 MFLOP/s"),
        ("11 GB/s", "1,204 images/s"),
        ("measured 0.97× of it", "measured 12.3× of it"),
        ("<td>312 ms</td><td>0.97×</td>", "<td>1.04 s</td><td>1.1×</td>"),
        (r"divided by 3,234\u00d7.", r"divided by 1,617\u00d7."),
        (r"\u224820,000 in 27 \u00b5s", r"\u224819,876 in 1 \u03bcs"),
        ("quick  ≈20,000  ≈88", "quick  ≈19,876 ≈101"),
        ("vgg11   312 ms  0.97×  12", "vgg11  1.04 s   1.2×  12"),
        ("0.97×  312 ms", "1.97×  1.04 s"),
        ("model    predicted\n------", "model  predicted\n---------"),
        ('<img src="data:image/png;base64,iVBO/Rw0+KG==">', '<img src="data:image/png;base64,AA">'),
        ('<img src="data:image/png;base64,iVBO/7s+KG==">', '<img src="data:image/png;base64,AA">'),
        ("<A object at 0x7f9a3c>", "<A object at 0x1122aabbcc>"),
        ("1b4e28ba-2fa1-11d2-883f-0016d3cca427", "c0ffee00-2fa1-11d2-883f-0016d3cca427"),
        ("1b4e28ba2fa111d2883f0016d3cca427", "c0ffee002fa111d2883f0016d3cca427"),
        ("#T_1a2b3_row0", "#T_ffff0_row0"),
        ("/tmp/ipykernel_12/345.py:1: W", "/var/folders/x/ipykernel_9/1.py:1: W"),
        ("/tmp/ipykernel_12/345.py:1: W", r"D:\T\ipykernel_9\1.py:1: W"),
        ("in /tmp/tmpab12/x.json", "in /private/var/folders/zz/T/tmpq/x.json"),
    ],
)
def test_what_may_differ(one, other):
    assert sanitized(one) == sanitized(other) != one


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("138,357,544", "138,357,545"),
        ("15.47 G", "15.48 G"),
        ("15.47 GB", "15.48 GB"),
        ("3×3", "5×5"),
        ("64 × 3 × 3", "64 × 3 × 5"),
        ("0.97", "0.98"),
        ("7 %", "8 %"),
        ("0x3f800000", "0x3f800001"),
        ("2 sizes", "3 sizes"),
        ("768 cores", "8 cores"),
        ("predicted 3 ms", "measured 3 ms"),
        ("3 ms", "three ms"),
        ("3 ms  4 ms", "3 ms"),
        ("a b", "ab"),
        (DOCTOR, DOCTOR.replace("cpu", "cuda")),
        (DOCTOR, DOCTOR.replace("fast", "exact")),
        (f"{DOCTOR}, 2 cores · ", f"{DOCTOR.replace('cpu', 'cuda')}, 2 cores · "),
        (REPRODUCIBLE, REPRODUCIBLE.replace("skipped: GPU cells", "nothing skipped")),
        ("AMD EPYC (AVX-512), 2 cores · cpu", "AMD EPYC (no AVX-512), 2 cores · cpu"),
        (DOCTOR, DOCTOR.replace("skipped: GPU cells", "nothing skipped")),
        ("<td>1</td>", "<th>1</th>"),
    ],
)
def test_what_must_not_differ(one, other):
    assert sanitized(one) != sanitized(other)


@pytest.mark.parametrize("text", ["138,357,544", "15.47 G", "3×3", "64 × 3 × 3", "20 minutes"])
def test_what_is_left_alone(text):
    assert sanitized(text) == text
