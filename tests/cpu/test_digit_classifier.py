from lsdl_helpers.cpu import digit_vectors, quantized_errors, train_digit_classifier


def test_no_answer_changes_where_nothing_is_rounded_away():
    model, data = train_digit_classifier(steps=20, num_train=500), digit_vectors(100, 1)
    changed = quantized_errors(model, 8, data).changed
    assert 0 <= changed <= 5
    assert quantized_errors(model, 2, data).changed > changed
