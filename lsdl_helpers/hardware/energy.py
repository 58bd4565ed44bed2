"""What operations cost in energy, by format: rough figures for a process of 45 nm at 0.9 V.

Source: M. Horowitz, Computing's energy problem, ISSCC 2014, doi 10.1109/ISSCC.2014.6757323.
"""

ENERGY_PJ = {
    "int8": {"multiply": 0.2, "add": 0.03},
    "int32": {"multiply": 3.1, "add": 0.1},
    "FP16": {"multiply": 1.1, "add": 0.4},
    "float32": {"multiply": 3.7, "add": 0.9},
}
DRAM_READ_PJ = (1300.0, 2600.0)  # of 64 bits, lowest and highest
