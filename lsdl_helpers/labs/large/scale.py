"""Exercises of the chapter large/scale."""

import math

from lsdl_helpers.labs.checks import Exercise, Number

_FACTOR = 10**14 / 405e9  # synapses of a human brain / parameters of Llama 3.1 405B

EXERCISES = (
    Exercise(
        title="A fifth rule",
        question="A real synapse belongs to one pair of neurons, so a shared weight should "
        "count anew for each unit that uses it. How many connections has VGG-16 by this rule, "
        "for one color picture of 224×224 and without biases? Its convolutions are 3×3 and read "
        "zeros beyond the border, which count as inputs; its first fully connected layer reads "
        "7×7×512 numbers.",
        hint="every unit of a 3x3 convolution reads 9 numbers of each channel before it",
        judge=Number(
            15_470_264_320,
            {
                138_357_544: "that counts a shared weight once, however many units use it",
                13_556_712: "those are the units; each has many connections",
                30_940_528_640: "those are FLOPs, two for each connection",
                15_483_821_032: "biases connect a unit to nothing",
            },
        ),
        remark="By this fifth rule VGG-16 lies between a honeybee and a mouse.",
    ),
    Exercise(
        title="As large as a brain",
        question=r"Llama 3.1 has $4.05 \cdot 10^{11}$ parameters, a human brain about $10^{14}$ "
        "synapses. If parameters double every 1.6 years, as in our table since 1987, after how "
        "many years are there as many?",
        hint="how many doublings lead from the one number to the other?",
        judge=Number(
            1.6 * math.log2(_FACTOR),
            {
                math.log2(_FACTOR): "those are doublings, not years",
                1.6 * math.log(_FACTOR): "that is the natural logarithm; a doubling needs base 2",
                1.6 * math.log10(_FACTOR): "that is the logarithm to base 10, not 2",
                1.6 * _FACTOR: "a doubling multiplies; it does not add the same each time",
                2.4 * math.log2(_FACTOR): "2.4 years is the pace of units, not of parameters",
            },
            tolerance=2e-2,  # lets the unrounded pace of the page through
        ),
        remark="If the pace holds: nothing in the data says that it will.",
    ),
    Exercise(
        title="The next halving",
        question="A network with 2,400 parameters has a loss of 0.8, one with 38,400 a loss of "
        "0.4. At how many parameters does a pure power law reach 0.2?",
        hint="which factor in size halved the loss, and does the next halving need the same?",
        judge=Number(
            38_400 * 16,
            {
                38_400 * 2: "the exponent is not 1",
                38_400 * 4: "the loss falls by less than the root of the size here",
                2_400 + 2 * (38_400 - 2_400): "a power law is straight in logarithms only",
                2_400 * 16: "that is the size at which the loss is 0.4",
            },
            tolerance=1e-3,
        ),
        remark="Each halving costs 16 times the parameters: the exponent is 1/4.",
    ),
    Exercise(
        title="A hundred times the compute",
        question="Training a language model with $N$ parameters on $D$ tokens takes about $6 N "
        "D$ operations. With a hundred times the operations, by which factor does $N$ grow if "
        "$N$ and $D$ grow alike?",
        hint="if N and D both grow by a factor, by which one do the operations grow?",
        judge=Number(
            10,
            {
                100: "then nothing is left for more data",
                50: "the factors multiply",
                100**0.73: "that is the older law, of 2020",
                6: "the 6 is the same before and after",
            },
            tolerance=1e-3,
        ),
        remark="The law of 2020 said about 29: a fit can mislead those who build by it.",
    ),
)
