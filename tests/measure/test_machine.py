"""What is read from planted files; the real machine is only asked whether it answers."""

import importlib
from dataclasses import fields, replace

import psutil
import pytest

from lsdl_helpers.measure import Machine, machine, processor_name
from lsdl_helpers.measure.machine import UNKNOWN, Fact

AMD = """processor\t: 0
vendor_id\t: AuthenticAMD
model name\t: AMD EPYC 9B14
flags\t\t: fpu sse4_2 avx avx2 fma avx512f avx512_bf16 avx512_vnni hypervisor

processor\t: 1
model name\t: another
"""
XEON = "Intel(R) Xeon(R) Platinum 8481C CPU @ 2.70GHz"
INTEL = f"""processor\t: 0
model\t\t: 143
model name\t: {XEON}
flags\t\t: sse4_2 avx2 amx_bf16 amx_tile amx_int8
"""
ARM = """processor\t: 0
BogoMIPS\t: 243.75
Features\t: fp asimd aes asimdhp asimddp sve
CPU implementer\t: 0x41
CPU part\t: 0xd40
"""


@pytest.fixture
def plant(monkeypatch):
    """Have the machine read these texts, by path, and no other file or program."""

    def put(texts):
        names = importlib.import_module("lsdl_helpers.measure.machine")
        monkeypatch.setattr(names, "_read", lambda path: texts.get(path, ""))
        monkeypatch.setattr(names, "_sysctl", lambda *arguments: "")
        monkeypatch.setattr(names.glob, "glob", lambda pattern: sorted(
            {path.rpartition("/")[0] for path in texts if "/cache/" in path}))  # fmt: skip
        return machine()

    return put


@pytest.mark.parametrize(
    ("cpuinfo", "name", "instruction_sets", "avx512"),
    [
        (AMD, "AMD EPYC 9B14", "sse4_2 avx avx2 fma avx512f avx512_vnni avx512_bf16", "AVX-512"),
        (INTEL, XEON, "sse4_2 avx2 amx_bf16 amx_int8", "no AVX-512"),
    ],
)
def test_processor(plant, cpuinfo, name, instruction_sets, avx512):
    here = plant({"/proc/cpuinfo": cpuinfo})
    assert processor_name() == processor_name(here.describe()) == f"{name} ({avx512})"
    assert here.processor == Fact(name, "model name in /proc/cpuinfo")
    assert here.instruction_sets == Fact(instruction_sets, "/proc/cpuinfo")


def test_a_processor_without_a_name_is_unknown_and_not_guessed(plant):
    here = plant({"/proc/cpuinfo": ARM})
    assert here.processor.value == UNKNOWN
    assert "CPU implementer 0x41, CPU part 0xd40" in here.processor.source
    assert here.instruction_sets.value == "asimd asimdhp asimddp sve"
    assert processor_name() == "unknown processor"


def test_where_nothing_tells_it_is_unknown(plant):
    here = plant({})
    for name in ("processor", "caches", "instruction_sets"):
        assert getattr(here, name).value == UNKNOWN
    assert processor_name() == processor_name({}) == "unknown processor"
    assert "caches            unknown  (the system does not tell)" in repr(here)


def test_without_an_affinity_all_cores_are_counted(plant, monkeypatch):
    monkeypatch.delattr(psutil.Process, "cpu_affinity", raising=False)  # as on macOS
    monkeypatch.setattr(psutil, "cpu_count", lambda: None)
    assert plant({}).cores == Fact(UNKNOWN, "psutil.cpu_count")
    assert plant({"/sys/fs/cgroup/cpu.max": "300000 100000"}).cores.value == 3


def test_the_limits_of_a_container_count(plant):
    here = plant({"/sys/fs/cgroup/cpu.max": "100000 100000\n",
                   "/sys/fs/cgroup/memory.max": "1073741824\n"})  # fmt: skip
    assert here.memory == Fact(2**30, "limit in /sys/fs/cgroup/memory.max")
    assert here.describe()["memory"] == "1.0 GiB"
    assert here.cores.value == 1


def test_no_limit_of_a_container(plant):
    unlimited = {"/sys/fs/cgroup/cpu.max": "max 100000", "/sys/fs/cgroup/memory.max": "max"}
    assert (plant(unlimited).cores, plant(unlimited).memory) == (plant({}).cores, plant({}).memory)


def test_caches_are_those_of_data(plant):
    caches = [("1", "Data", "48K"), ("1", "Instruction", "32K"), ("2", "Unified", "1024K")]
    texts = {}
    for k, values in enumerate(caches):
        folder = f"/sys/devices/system/cpu/cpu0/cache/index{k}"
        names = [f"{folder}/{name}" for name in ("level", "type", "size")]
        texts |= dict(zip(names, values, strict=True))
    assert plant(texts).caches.value == "L1 48K, L2 1024K"


def test_this_machine_gives_every_value_with_its_source():
    here = machine()
    facts = [getattr(here, field.name) for field in fields(Machine)]
    assert all(fact.value and fact.source for fact in facts)
    assert len(repr(here).splitlines()) == len(facts)


def test_the_key_is_that_of_the_machine_not_of_the_moment():
    here = machine()
    assert replace(here, threads=Fact(99, ""), system=Fact("new", "")).key == here.key
    assert replace(here, processor=Fact("another", "")).key != here.key
