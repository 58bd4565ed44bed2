"""Sizes of networks and of nervous systems, each with source, date and what was counted.

The networks that this package builds are counted by ``large.network_sizes``, not listed here.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class NervousSystem:
    """The size of a nervous system or brain; None where no count of synapses was read.

    ``source`` is a key of the book's bibliography. ``year`` is that of the count, None for a
    list that gives none.
    """

    neurons: int
    synapses: int | None
    source: str
    year: int | None
    rule: str = "neurons, all of them"


_LIST = "wikipedianeurons"

# Rounded as the sources print them. Of the human cortex alone: 16 billion neurons.
NERVOUS_SYSTEMS = {
    "roundworm": NervousSystem(302, 7_500, _LIST, None),
    "leech": NervousSystem(10_000, None, _LIST, None),
    "fruit fly": NervousSystem(
        139_255, 54_500_000, "dorkenwald2024flywire", 2024, "neurons of the adult brain"
    ),
    "ant": NervousSystem(250_000, None, _LIST, None),
    "honeybee": NervousSystem(960_000, 1_000_000_000, _LIST, None),
    "frog": NervousSystem(16_000_000, None, _LIST, None),
    "mouse": NervousSystem(71_000_000, 10**11, _LIST, None),
    "rat": NervousSystem(200_000_000, 450 * 10**9, _LIST, None),
    "human": NervousSystem(
        86_000_000_000, 10**14, "herculanohouzel2009human", 2009, "neurons of the brain"
    ),
}


@dataclass(frozen=True)
class Units:
    """The units of a layer: ``channels``, each with ``weights`` learned numbers, bias included.

    A convolution repeats each of them, with the same weights, at many ``positions``. ``reads`` is
    how many numbers one unit reads through a weight: those without the bias, unless given.
    """

    weights: int
    channels: int
    positions: int = 1
    reads: int | None = None

    @property
    def connections(self) -> int:
        """One for each unit and each number that it reads through a weight.

        >>> Units(25 + 1, 6, 28**2).connections
        117600
        """
        reads = self.weights - 1 if self.reads is None else self.reads
        return self.channels * self.positions * reads


@dataclass(frozen=True)
class NetworkSize:
    """The size of a network by five rules; None where the source does not say.

    Attributes:
        year: in which the source was first public, as a preprint or in print.
        source: a key of the book's bibliography.
        units: all units that one input could use, each output of a layer with weights.
        in_use: those that one input does use; fewer in a mixture of experts.
        own: units with weights of their own, so repetitions count once.
        parameters: learned numbers.
        connections: of one pass for one input, one for each unit and each number that it reads
            through a weight; to be held against synapses.
        rule: what was counted as a unit, and for which input.
    """

    year: int
    source: str
    rule: str
    units: int | None
    in_use: int | None
    own: int | None
    parameters: int
    connections: int

    @classmethod
    def from_layers(cls, year: int, source: str, rule: str, *layers: Units) -> "NetworkSize":
        """Count a network from its layers.

        >>> NetworkSize.from_layers(1987, "", "", Units(204, 80), Units(81, 26)).parameters
        18426
        """
        units = sum(layer.channels * layer.positions for layer in layers)
        own = sum(layer.channels for layer in layers)
        parameters = sum(layer.channels * layer.weights for layer in layers)
        connections = sum(layer.connections for layer in layers)
        return cls(year, source, rule, units, units, own, parameters, connections)


def _unshared(year: int, source: str, parameters: int) -> NetworkSize:
    """Return a network in which no weight is shared: each parameter is a connection."""
    rule = "parameters, as cited"
    return NetworkSize(year, source, rule, None, None, None, parameters, parameters)


_PICTURE = "outputs of layers with weights, for one picture"
# A token uses each parameter at most once: those that it uses, as cited, are its connections.
_TOKEN = "hidden units of the fully connected blocks, for one token; parameters as cited"
_DENSE, _EXPERT = 3 * 18_432, 58 * 2_048  # DeepSeek-V3: dense layers, one expert a layer

# Biases are counted where the network has them.
NETWORKS = {
    # The association units read the photocells through fixed wires.
    "perceptron": NetworkSize.from_layers(
        1960, "hay1960perceptron", _PICTURE, Units(0, 512, reads=0), Units(512, 8, reads=512)
    ),
    "NETtalk": NetworkSize.from_layers(
        1987, "sejnowski1987nettalk", "hidden and output units, for one window of text",
        Units(7 * 29 + 1, 80), Units(80 + 1, 26),
    ),
    # C3 reads three, four or all six of the maps before it; the last layer has fixed weights.
    "LeNet-5": NetworkSize.from_layers(
        1998, "lecun1998gradient", _PICTURE,
        Units(25 + 1, 6, 28**2), Units(2, 6, 14**2, reads=4),
        Units(3 * 25 + 1, 6, 10**2), Units(4 * 25 + 1, 9, 10**2), Units(6 * 25 + 1, 1, 10**2),
        Units(2, 16, 5**2, reads=4), Units(16 * 25 + 1, 120), Units(120 + 1, 84),
        Units(0, 10, reads=0),
    ),
    "deep belief net": _unshared(2009, "raina2009gpu", 100_000_000),
    # Three of its convolutions read half of the channels, those on their own GPU.
    "AlexNet": NetworkSize.from_layers(
        2012, "krizhevsky2012alexnet", _PICTURE,
        Units(3 * 121 + 1, 96, 55**2), Units(48 * 25 + 1, 256, 27**2),
        Units(256 * 9 + 1, 384, 13**2), Units(192 * 9 + 1, 384, 13**2),
        Units(192 * 9 + 1, 256, 13**2),
        Units(256 * 36 + 1, 4096), Units(4096 + 1, 4096), Units(4096 + 1, 1000),
    ),
    "DistBelief": _unshared(2012, "dean2012distbelief", 1_700_000_000),
    "GPT-3": NetworkSize(
        2020, "brown2020gpt3", _TOKEN, *[96 * 4 * 12_288] * 3, *[175_000_000_000] * 2
    ),
    "Llama 3.1 405B": NetworkSize(
        2024, "grattafiori2024llama3", _TOKEN, *[126 * 53_248] * 3, *[405_000_000_000] * 2
    ),
    # 256 routed experts and a shared one in 58 layers, of which 8 and the shared one are used.
    "DeepSeek-V3": NetworkSize(
        2024, "deepseek2024v3", _TOKEN,
        _DENSE + 257 * _EXPERT, _DENSE + 9 * _EXPERT, _DENSE + 257 * _EXPERT, 671_000_000_000,
        37_000_000_000,
    ),
}  # fmt: skip
