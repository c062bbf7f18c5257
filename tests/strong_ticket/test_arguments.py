"""Arguments of strong_ticket that are refused, with the words."""

import pytest

from lth_tutorial import strong_ticket
from lth_tutorial.strong_ticket import edge_popup, projected_gradient, relu_network


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda w, d: projected_gradient.train(w, d, -0.1), "epsilon must be 0 or more and finite"),
        (lambda w, d: projected_gradient.train(w, d, [0.1]), "one number or one for each of 3 layers, got 1"),
        (lambda w, d: projected_gradient.train(w, d, "a"), "epsilon must hold real numbers"),
        (lambda w, d: projected_gradient.train(w, d, [[0.1, 0.2]] * 3), "epsilon must be a number for each"),
        (lambda w, d: projected_gradient.train(w, d, 0.1, step="a"), "step must hold real numbers"),
        (lambda w, d: projected_gradient.train(w, d, 0.1, epochs=0, schedule=""), "schedule must be"),
        (lambda w, d: projected_gradient.train(3, d, 0.1), "weights must be a list of matrices, got int"),
        (lambda w, d: projected_gradient.train([w[0][0]], d, 0.1), "weights must be matrices"),
        (lambda w, d: projected_gradient.train(["a"], d, 0.1), r"weights\[0\] must hold real numbers"),
        (lambda w, d: projected_gradient.train([w[0] / 0], d, 0.1), r"weights\[0\] must be finite"),
        (lambda w, d: projected_gradient.train(w, d.x, 0.1), "data must be a Data .* or a pair x, labels"),
        (lambda w, d: edge_popup.search(w, (d.x, d.x), 0.5), r"data.x must be \(N, d\) and data.labels"),
        (lambda w, d: projected_gradient.train(w, (d.x / 0, d.labels), 0.1), "data.x must be finite"),
        (lambda w, d: edge_popup.search(w, (d.x, d.labels + 0.5), 0.1), "labels must be whole numbers"),
        (lambda w, d: edge_popup.search(w, (*d[:2], d.x[:, 1:], d.labels), 0.1), "data.valid_x has 11"),
        (lambda w, d: projected_gradient.train(w, d, 0.1, project="never"), 'must be "step" or "epoch"'),
        (lambda w, d: projected_gradient.train(w, d, 0.1, step=0), "step must be positive, got 0"),
        (lambda w, d: projected_gradient.train(w, d, 0.1, batch=501), "batch must be from 1 to the 500 rows"),
        (lambda w, d: projected_gradient.train(w, d, 0.1, momentum=1), r"must be in \[0, 1\), got 1"),
        (lambda w, d: projected_gradient.train(w, d, 0.1, decay=-1), "decay must be 0 or more, got -1"),
        (lambda w, d: projected_gradient.train(w, d, 0.1, epochs=1.5), "epochs must be a whole number"),
        (lambda w, d: projected_gradient.train(w, d, 0.1, schedule="linear"), "schedule must be"),
        (lambda w, d: projected_gradient.train(w[1:], d, 0.1), "data.x has 12 columns, weights take 9"),
        (lambda w, d: projected_gradient.train([w[0], w[2]], d, 0.1), "weights must be matrices"),
        (lambda w, d: projected_gradient.train(w[:2] + [w[2][:2]], d, 0.1), r"labels must lie in 0 .. 1"),
        (lambda w, d: edge_popup.search(w, d, 1.5), r"the share removed; got 1.5"),
        (lambda w, d: edge_popup.search(w, d, 1), r"sparsity must be in \[0, 1\)"),
        (lambda w, d: edge_popup.search(w, d, [0.1, 0.2]), r"sparsity must have 0 dimension\(s\)"),
        (lambda w, d: edge_popup.search(w, d, 0.5, scope="row"), 'scope must be "tensor" or "global"'),
        (lambda w, d: edge_popup.search(w, d, 0.5, rng=[1, 2]), "rng must be one for one network"),
        (lambda w, d: strong_ticket.pgd_strong_lth(w, d, 0.1, ()), "sparsities must not be empty"),
        (lambda w, d: strong_ticket.pgd_strong_lth(w, d, 0.1, (1.0,)), r"sparsities must be in \[0, 1\)"),
        (lambda w, d: relu_network.split(d.x, d.labels[1:], 3, 0), r"x must be \(N, d\) and labels \(N,\)"),
        (lambda w, d: relu_network.split(d.x, d.labels, 500, 0), "validation must be from 1 to 499, got 500"),
        (lambda w, d: relu_network.uniform_weights((3,), 1.0, 0), "widths must be two or more positive"),
        (lambda w, d: relu_network.uniform_weights((3, 2), 0.0, 0), "bounds must be positive"),
    ],
)  # fmt: skip
def test_errors_name_the_argument(data, weights, call, message):
    with pytest.raises(ValueError, match=message):
        call(weights, data)
