"""Exercises of the chapter large/specialized."""

from lsdl_helpers.labs.checks import Exercise, Number

EXERCISES = (
    Exercise(
        title="Who minds?",
        question="Four networks learn, and are tested on, 16×16 pictures with one permutation of "
        "all pixels. Their first layers: (a) fully connected; (b) a 3×3 convolution, pooling; (c) "
        "a 1×1 convolution, a ReLU, the mean over positions; (d) a 16×16 convolution without "
        "padding. For how many of the four does the expected error stay what it was?",
        hint="which of the first layers can tell that two pixels are neighbors?",
        judge=Number(
            3,
            {
                1: "a fully connected layer is not the only one that knows no neighborhood",
                2: "a 1x1 convolution sees one pixel, a 16x16 one sees all at one position",
                4: "a 3x3 window holds other pixels after the permutation",
                0: "the first weights of (a) are drawn alike for every pixel",
            },
        ),
        remark="Only (b) minds. (c) would not even notice another permutation for each picture, "
        "and so knows little of a picture.",
    ),
    Exercise(
        title="Do chunks help?",
        question="Four teams consider chunks of tokens. (a) 8,192 tokens at once run out of "
        "memory in the loss, which must be exact. (b) A step of 32 tokens and 1,000,000 words "
        "takes too long. (c) The five most probable words are wanted sooner. (d) With 32 tokens "
        "and $d = 4096$, the gradient of the weights fills the memory. For how many are chunks "
        "the answer?",
        hint="what do chunks make smaller, and what stays as large or as slow?",
        judge=Number(
            1,
            {
                2: "chunks do the same multiply-adds, and make no gradient of weights smaller",
                3: "chunks do the same multiply-adds, and make no gradient of weights smaller",
                4: "chunks do the same multiply-adds, and make no gradient of weights smaller",
                0: "8,192 rows of logits need not live at once",
            },
        ),
        remark="Chunks save the memory of logits, and nothing else: (a). In (d) the logits are "
        "far fewer than the weights.",
    ),
    Exercise(
        title="A letter forgotten",
        question="The target's logit and those of the samples are corrected, but by log q "
        "instead of log(k q), with k = 1,024. How many times as large is the target's share of "
        "the sum of exponentials?",
        hint="what does a softmax do if the same number is added to all logits?",
        judge=Number(
            1,
            {
                1024: "the samples' exponentials are too large by the same factor",
                1 / 1024: "the target's exponential is too large, and so are the samples'",
                0.5: "both sides of the share grow alike",
                6.93: "that is log k, which all logits have too much",
            },
            tolerance=1e-4,
        ),
        remark="The fault is invisible there. If only the samples are corrected, it makes the sum "
        "over them 1,024 times too large.",
    ),
)
