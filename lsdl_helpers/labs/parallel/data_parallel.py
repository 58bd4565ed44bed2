"""Exercises of the chapter parallel/data_parallel."""

from lsdl_helpers.labs.checks import Exercise, Number

EXERCISES = (
    Exercise(
        title="Bytes around the ring",
        question="Eight ranks all-reduce a gradient of 100 MB in a ring. How many MB does each "
        "rank send?",
        hint="2 (n - 1) messages, each of an n-th of the gradient",
        judge=Number(
            175.0,
            {
                87.5: "that is half of it: the sums go around, too",
                700.0: "a message holds one piece, not the whole gradient",
                1400.0: "that is what all eight send together",
                200.0: "that is the limit for very many ranks; these are eight",
            },
        ),
        remark="For a thousand ranks it would be 199.8 MB: hardly more.",
    ),
    Exercise(
        title="Sixty-four machines",
        question="A network has 25 million parameters in float32. How many milliseconds does "
        "the all-reduce of its gradients take on 64 machines, with a latency of 50 µs and 10 "
        "GB/s?",
        hint="126 steps, each with its latency and with a 64th of the 100 MB",
        judge=Number(
            25.9875,
            {
                19.6875: "each step has its latency",
                6.3: "the bytes take their time, too",
                12.99375: "the sums go around, too: 2 (n - 1) steps",
                11.221875: "float32 has four bytes",
                1266.3: "a step sends a 64th of the gradient",
                0.0259875: "the answer is asked for in ms",
            },
            tolerance=0.005,
        ),
        remark="On two machines it would be 10 ms: 32 times the machines, 2.6 times the wait.",
    ),
    Exercise(
        title="How large a bucket",
        question="Two ranks, a latency of 100 µs and 2.5 GB/s. From how many bytes on does a "
        "bucket spend at most a tenth of its all-reduce on latency?",
        hint="a message of m bytes takes 100 µs + m / 2.5 GB/s, and is a part of the bucket",
        judge=Number(
            4.5e6,
            {
                2.25e6: "that is the message; on two ranks the bucket is twice that",
                5e6: "the latency is a tenth of the whole, so a ninth of the rest",
                2.5e6: "a tenth of the whole is a ninth of the rest, and a bucket has two pieces",
                0.5e6: "there the latency is half of the time",
                0.25e6: "there the latency is half of the time",
                4.5: "the answer is asked for in bytes",
            },
            tolerance=0.005,
        ),
        remark="DDP's buckets have 25 MiB unless you say otherwise.",
    ),
    Exercise(
        title="Unequal shares",
        question="The last batch has four examples; rank 0 got three of them, with a mean "
        "gradient of 2, rank 1 got one, with a gradient of 6. Which gradient would one process "
        "have computed?",
        hint="the mean over examples, not over ranks",
        judge=Number(
            3.0,
            {
                4.0: "that is the mean over ranks; rank 0 has three of the four examples",
                5.0: "rank 0, with the gradient of 2, has three of the four examples",
                12.0: "that is the sum over the examples",
                8.0: "that is the sum over the ranks",
            },
        ),
        remark="The plain average over ranks would have been off by a third.",
    ),
    Exercise(
        title="Beyond the critical batch",
        question="A task has a critical batch of 40. How many times as many examples does it "
        "need with batches of 400 as with batches of 4?",
        hint="examples are least steps times (batch + critical batch)",
        judge=Number(
            10.0,
            {
                100.0: "with batches of 4, noise makes steps that one has to take again",
                0.1: "the larger batch needs more examples, not fewer",
                1.0: "returns are linear only far below the critical batch",
            },
            tolerance=1e-6,
        ),
        remark="And a tenth of the steps: a hundred times the machines, ten times as fast.",
    ),
)
