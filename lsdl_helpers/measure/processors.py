"""Processors as data: what their makers promise, each figure with its source."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

# Gigatransfers a second of one lane of PCI Express, by generation; a transfer is a bit, and
# 128 of 130 bits are data. An accelerator has 16 lanes each way (source: pcielinks).
_PCIE_GT = {3: 8, 4: 16, 5: 32}


@dataclass(frozen=True)
class Processor:
    """One processor as its data sheet describes it; None where no source gives a value.

    Peaks are dense rates, without the twofold figures that vendors print for sparse matrices.

    Args:
        name: as in :func:`processor`.
        kind: "CPU" or "GPU".
        year: of its launch.
        peak: operations a second by dtype; for "int8" integer operations, for "tf32" those of
            float32 matrix products whose inputs are rounded to 19 bits.
        bandwidth: of its own memory, bytes a second.
        power_w: watts that it may draw.
        sources: keys of the book's bibliography.
        memory: bytes on the card; None for a CPU, which takes what it is given.
        cores, clock_ghz: as the maker counts them; on a GPU one core is one lane.
        flop_per_cycle: float32 operations of one core in one cycle.
        pcie: generation of the link to the host, 16 lanes wide.
        chips: separate GPUs on the card; a program for one GPU has 1/chips of everything.
        note: what a reader of the figures must know.
    """

    name: str
    kind: str
    year: int
    peak: Mapping[str, float]
    bandwidth: float
    power_w: float
    sources: tuple[str, ...]
    memory: float | None = None
    cores: int | None = None
    clock_ghz: float | None = None
    flop_per_cycle: int | None = None
    pcie: int | None = None
    chips: int = 1
    note: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "peak", MappingProxyType(dict(self.peak)))

    @property
    def balance(self) -> dict[str, float]:
        """Operations that it can do while one byte comes from its memory, by dtype."""
        return {dtype: rate / self.bandwidth for dtype, rate in self.peak.items()}

    @property
    def link(self) -> float | None:
        """Bytes a second from the host, one way; None if no source names its link."""
        if self.pcie is None:
            return None
        return 16 * _PCIE_GT[self.pcie] * 1e9 * 128 / 130 / 8


_ALL = (
    Processor(
        "i7-3770K", "CPU", 2012,
        peak={"float32": 224e9}, bandwidth=25.6e9, power_w=77,
        cores=4, clock_ghz=3.5, flop_per_cycle=16,
        sources=("intelcorei7", "flopspercycle"),
        note="at the base clock; eight additions and eight multiplications a cycle",
    ),
    Processor(
        "i7-4770K", "CPU", 2013,
        peak={"float32": 448e9}, bandwidth=25.6e9, power_w=84,
        cores=4, clock_ghz=3.5, flop_per_cycle=32,
        sources=("intelcorei7", "flopspercycle"),
        note="at the base clock; two times eight multiply-adds a cycle",
    ),
    Processor(
        "EPYC 9654", "CPU", 2022,
        peak={"float32": 7.3728e12}, bandwidth=460.8e9, power_w=360,
        cores=96, clock_ghz=2.4, flop_per_cycle=32,
        sources=("amdepyc9654",),
        note="at the base clock",
    ),
    Processor(
        "GTX 690", "GPU", 2012,
        peak={"float32": 5.62176e12}, bandwidth=384e9, power_w=300, memory=4e9,
        cores=3072, clock_ghz=0.915, flop_per_cycle=2, pcie=3, chips=2,
        sources=("nvidiagtx690", "pcielinks"),
        note="two GPUs of 1536 cores, 2 GB and 192 GB/s each; at the base clock",
    ),
    Processor(
        "A100", "GPU", 2020,
        peak={"float64": 9.7e12, "float32": 19.5e12, "tf32": 156e12, "bfloat16": 312e12,
              "int8": 624e12},
        bandwidth=2039e9, power_w=400, memory=80e9,
        cores=6912, clock_ghz=1.41, flop_per_cycle=2, pcie=4,
        sources=("nvidia2020a100", "lockwoodgarden", "pcielinks"),
        note="80 GB, SXM4; at the boost clock",
    ),
    Processor(
        "RTX 4090", "GPU", 2022,
        peak={"float32": 82.6e12, "bfloat16": 165.2e12, "int8": 660.6e12},
        bandwidth=1008e9, power_w=450, memory=24e9,
        cores=16384, clock_ghz=2.52, flop_per_cycle=2, pcie=4,
        sources=("nvidia2022ada", "pcielinks"),
        note="at the boost clock",
    ),
    Processor(
        "H100", "GPU", 2022,
        peak={"float64": 33.5e12, "float32": 66.9e12, "tf32": 494.7e12, "bfloat16": 989.4e12,
              "float8": 1978.9e12, "int8": 1978.9e12},
        bandwidth=3.35e12, power_w=700, memory=80e9, pcie=5,
        sources=("nvidia2022h100", "lockwoodgarden", "pcielinks"),
        note="SXM5",
    ),
    Processor(
        "B200", "GPU", 2024,
        peak={"float32": 80e12, "tf32": 1100e12, "bfloat16": 2250e12, "float8": 4500e12,
              "float4": 9000e12},
        bandwidth=8e12, power_w=1000, memory=192e9,
        sources=("nvidia2024blackwell", "lockwoodgarden"),
        note="the HGX part of 1000 W",
    ),
)  # fmt: skip
_BY_NAME = {entry.name: entry for entry in _ALL}


def processor(name: str) -> Processor:
    """Look up one processor of the registry.

    Raises:
        ValueError: for a name that is not in it.

    >>> processor("GTX 690").balance
    {'float32': 14.64}
    """
    if name not in _BY_NAME:
        names = ", ".join(list_processors())
        raise ValueError(f"no processor is called {name!r}; there are {names}")
    return _BY_NAME[name]


def list_processors() -> list[str]:
    """Return the names that :func:`processor` knows: CPUs first, each kind by year.

    >>> list_processors()[0]
    'i7-3770K'
    """
    return list(_BY_NAME)
