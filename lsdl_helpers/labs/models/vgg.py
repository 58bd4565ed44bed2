"""Exercises of the chapter models/vgg."""

from lsdl_helpers.labs.checks import Exercise, Number

_PARAMETERS = 14_714_688  # of D's convolutional part

EXERCISES = (
    Exercise(
        title="The network without its largest layer",
        question="Replace D's three fully connected layers by an average over the 7×7 positions "
        "and one layer from 512 to 1000, as later networks do. How many parameters are left?",
        hint="the convolutional part keeps its own; what does a 512 to 1000 layer with biases add?",
        judge=Number(
            _PARAMETERS + 512 * 1000 + 1000,
            {
                _PARAMETERS + 512 * 1000: "the new layer has 1000 biases too",
                _PARAMETERS - 4224 + 512 * 1000 + 1000: "the convolutions have biases too",
                _PARAMETERS: "the new layer has parameters as well",
                512 * 1000 + 1000: "the convolutions stay",
                _PARAMETERS + 512 * 49 * 1000 + 1000: "the average leaves one value a channel",
            },
        ),
        remark="Nine in ten parameters are gone, and hardly a multiply-add.",
    ),
    Exercise(
        title="A wider stack",
        question="In place of one 7×7 layer with `C` channels in and out, an author stacks three "
        "3×3 layers and gives the two maps between them `m * C` channels. Up to which `m` does "
        "the stack do less work than the large filter?",
        hint="which of the three layers have the width in them once, and which twice?",
        judge=Number(
            (1 + 49 / 9) ** 0.5 - 1,
            {
                49 / 27: "the middle layer has m in it twice",
                (49 / 27) ** 0.5: "the first and the last layer have m in them once",
                49 / 18: "the middle layer does work, too",
                2: "at m = 2 the weights are 9 (2 + 4 + 2) C² against 49 C²",
            },
            tolerance=0.01,
        ),
        remark="With half as many channels again it is still cheaper, with twice as many it costs "
        "half as much again as the 7×7.",
    ),
    Exercise(
        title="Is it better?",
        question="Two networks are tested on 2,000 photographs, the same for both. One errs on "
        "27.0 %, the other on 25.6 %, and their author calls the second one better. On how many "
        "photographs would that difference be two standard errors, as if the two tests were "
        "independent?",
        hint="the square of a difference's standard error is the sum of both squares",
        judge=Number(
            4 * (0.270 * 0.730 + 0.256 * 0.744) / 0.014**2,
            {
                4 * 0.270 * 0.730 / 0.014**2: "both networks err; the squares of both errors add",
                (0.270 * 0.730 + 0.256 * 0.744) / 0.014**2: "that is one standard error; two",
                2 * (0.270 * 0.730 + 0.256 * 0.744) / 0.014**2: "two errors, before the square",
                4 * (0.270 * 0.730 + 0.256 * 0.744) / 1.4**2: "1.4 points are a share of 0.014",
            },
            tolerance=0.01,
        ),
        remark="2,000 decide nothing: the difference is one standard error.",
    ),
    Exercise(
        title="Which change is worth more?",
        question="On one machine, A's convolutions take 63 ms a picture, its poolings 23 ms a "
        "picture, and its fully connected layers, which wait for their weights, 17 ms a batch. You "
        "may save 10 % of the convolutions' time, or all of the fully connected layers'. From "
        "which batch size on is the first worth more?",
        hint="what does each change save in a batch of one, of two, of b pictures?",
        judge=Number(
            3,
            {
                2: "two pictures save 12.6 ms, the fully connected layers take 17",
                1: "one picture saves 6.3 ms, the fully connected layers take 17",
                17 / 6.3: "a batch has a whole number of pictures",
                17 / 23: "the poolings stay as they are",
            },
            tolerance=0.001,
        ),
        remark="What is fixed decides for one picture, what grows with the work for many.",
    ),
)
