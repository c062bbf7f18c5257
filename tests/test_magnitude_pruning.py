"""Masks keep the largest, hold under every optimizer, and let every other weight learn."""

import copy
import itertools
import math
import subprocess
import sys

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from lth_tutorial import magnitude_pruning as mp
from lth_tutorial.magnitude_pruning import controls, experiments, networks, training

CPU_OPTIMIZERS = {
    "SGD": lambda p: torch.optim.SGD(p, lr=0.05),
    "SGD, momentum and decay": lambda p: torch.optim.SGD(
        p, lr=0.05, momentum=0.9, weight_decay=0.1
    ),
    "SGD, Nesterov": lambda p: torch.optim.SGD(
        p, lr=0.05, momentum=0.9, weight_decay=0.1, nesterov=True
    ),
    "Adam": lambda p: torch.optim.Adam(p, lr=0.01, weight_decay=0.1),
    "Adam, fused": lambda p: torch.optim.Adam(p, lr=0.01, weight_decay=0.1, fused=True),
    "Adam, for each": lambda p: torch.optim.Adam(p, lr=0.01, weight_decay=0.1, foreach=True),
    "AdamW": lambda p: torch.optim.AdamW(p, lr=0.01, weight_decay=0.1, amsgrad=True),
    "NAdam": lambda p: torch.optim.NAdam(p, lr=0.01, weight_decay=0.1),
    "RAdam": lambda p: torch.optim.RAdam(p, lr=0.01, weight_decay=0.1),
    "Adamax": lambda p: torch.optim.Adamax(p, lr=0.01, weight_decay=0.1),
    "Adafactor": lambda p: torch.optim.Adafactor(p, lr=0.01, weight_decay=0.1),
    "Adadelta": lambda p: torch.optim.Adadelta(p, lr=0.5, weight_decay=0.1),
    "Adagrad": lambda p: torch.optim.Adagrad(p, lr=0.05, weight_decay=0.1),
    "RMSprop": lambda p: torch.optim.RMSprop(p, lr=0.01, momentum=0.9, weight_decay=0.1),
    "Rprop": lambda p: torch.optim.Rprop(p, lr=0.01),
    "ASGD": lambda p: torch.optim.ASGD(p, lr=0.05, weight_decay=0.1),
    "LBFGS": lambda p: torch.optim.LBFGS(p, lr=0.1, max_iter=4),
    # It takes matrices only.
    "Muon": lambda p: torch.optim.Muon([q for q in p if q.dim() == 2], lr=0.01, weight_decay=0.1),
}
NOT_HERE = {"Optimizer", "SparseAdam"}  # the base; sparse gradients only, tried by itself


def small_network(seed=0):
    model = nn.Sequential(nn.Linear(6, 8), nn.Tanh(), nn.LayerNorm((8,)), nn.Linear(8, 3))
    return networks.glorot(model, seed)


DATA = torch.from_numpy(np.random.default_rng(3).normal(size=(40, 6))).float()
LABELS = torch.from_numpy(np.random.default_rng(4).integers(0, 3, 40))


def trainer(make=CPU_OPTIMIZERS["Adam"], steps=12, after_step=None, after_backward=None):
    """A training of the caller's own, which makes its own optimizer."""

    def train(model, step):
        optimizer = make(list(model.parameters()))

        def closure():
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(model(DATA), LABELS)
            loss.backward()
            if after_backward:
                after_backward(model)
            return loss

        for now in range(step, steps):
            optimizer.step(closure)
            if after_step:
                after_step(model, now)
        return closure().item()

    return train


def half(model, seed=5):
    """Random masks that keep half of each weight matrix."""
    weights = {
        name: torch.from_numpy(np.random.default_rng(seed).normal(size=tuple(mask.shape)))
        for name, mask in mp.whole(model).items()
    }
    return mp.prune(weights, mp.whole(model), 0.5, "layer", half_output=False)


class TestMasks:
    @settings(max_examples=150, deadline=None)
    @given(
        sizes=st.lists(st.integers(1, 12), min_size=1, max_size=4),
        rate=st.floats(0.01, 0.99),
        scope=st.sampled_from(["global", "layer"]),
        half_output=st.booleans(),
        ties=st.booleans(),
        seed=st.integers(0, 2**32 - 1),
    )
    def test_the_largest_stay(self, sizes, rate, scope, half_output, ties, seed):
        """In every group the largest are kept, in the exact number, the first of equal ones."""
        rng = np.random.default_rng(seed)
        draw = (lambda n: rng.integers(-2, 3, n)) if ties else (lambda n: rng.normal(size=n))
        weights = {f"w{k}": torch.tensor(draw(n), dtype=torch.float64) for k, n in enumerate(sizes)}
        before = {name: torch.ones_like(w, dtype=torch.bool) for name, w in weights.items()}
        for _ in range(2):
            after = mp.prune(weights, before, rate, scope, half_output)
            assert list(after) == list(weights)
            for names, share in self.groups(list(weights), scope, half_output, rate):
                size, was, now = (
                    torch.cat([part[n] for n in names]) for part in (weights, before, after)
                )
                assert bool((was >= now).all())
                left = int(was.sum())
                assert int(now.sum()) == left - round(share * left)
                order = sorted(np.flatnonzero(was), key=lambda i: (-abs(size[i].item()), i))
                assert set(np.flatnonzero(now)) == set(order[: int(now.sum())])
            before = after

    @staticmethod
    def groups(names, scope, half_output, rate):
        others = names[:-1] if half_output else names
        parts = [[n] for n in others] if scope == "layer" else [others] * bool(others)
        return [(p, rate) for p in parts] + ([([names[-1]], rate / 2)] if half_output else [])

    @given(st.integers(0, 10**6), st.floats(0.01, 0.99), st.integers(1, 60))
    def test_what_is_left_follows_the_formula(self, start, rate, rounds):
        left = start
        for _ in range(rounds):
            left -= round(rate * left)
        assert abs(left - start * (1 - rate) ** rounds) <= 1 / (2 * rate) + 1e-6

    def test_magnitude_minimises_the_change_of_the_weights(self):
        """Against all 252 masks that keep 5 of 10."""
        w = torch.from_numpy(np.random.default_rng(1).normal(size=10))
        mask = mp.prune({"w": w}, {"w": torch.ones(10, dtype=torch.bool)}, 0.5, "layer", False)["w"]
        removed = [
            float((w[list(gone)] ** 2).sum()) for gone in itertools.combinations(range(10), 5)
        ]
        assert math.isclose(float((w[~mask] ** 2).sum()), min(removed))

    def test_the_example_where_magnitude_is_wrong(self):
        """f = 0.2 x1 + x2, deviations 10 and 1: removing the small weight costs twice as much."""
        w = torch.tensor([0.2, 1.0])
        kept = mp.prune({"w": w}, {"w": torch.ones(2, dtype=torch.bool)}, 0.5, "layer", False)["w"]
        x = np.random.default_rng(2).normal(size=(100_000, 2)) * [10, 1]
        costs = [np.std(x[:, k] * float(w[k])) for k in range(2)]
        assert kept.tolist() == [False, True] and 1.9 < costs[0] / costs[1] < 2.1

    def test_what_may_be_pruned(self):
        model = nn.Sequential(
            nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.LayerNorm((2, 2)), nn.Flatten(),
            nn.Linear(16, 8), nn.MultiheadAttention(8, 2, add_bias_kv=True),
        )  # fmt: skip
        names = mp.prunable(model)
        assert names == ["0.weight", "4.weight", "5.in_proj_weight", "5.out_proj.weight"]
        assert mp.prunable(model, lambda name, p: True) == names
        assert mp.prunable(model, lambda name, p: name.startswith("4")) == ["4.weight"]

    def test_random_masks_keep_as_many_of_each_parameter(self):
        masks = half(small_network())
        drawn = mp.random_masks(masks, 7)
        assert all(drawn[n].sum() == masks[n].sum() for n in masks)
        assert all(not torch.equal(drawn[n], masks[n]) for n in masks)
        again = mp.random_masks(masks, 7)
        assert all(torch.equal(drawn[n], again[n]) for n in masks)
        assert mp.sparsity(drawn) == mp.sparsity(masks) == 0.5
        assert mp.kept(masks) == (6 * 8 + 8 * 3) // 2


class TestMasked:
    def test_every_optimizer_of_torch_is_tried(self):
        known = {
            name for name, value in vars(torch.optim).items()
            if isinstance(value, type) and issubclass(value, torch.optim.Optimizer)
        }  # fmt: skip
        tried = {type(make([nn.Parameter(torch.ones(2, 2))])).__name__
                 for make in CPU_OPTIMIZERS.values()}  # fmt: skip
        assert known - NOT_HERE == tried

    @pytest.mark.parametrize("name", CPU_OPTIMIZERS)
    def test_pruned_weights_stay_exactly_zero(self, name):
        """After each step, not only at the end; weights that are kept move, the negative ones among them."""
        model = small_network()
        masks, before = half(model), mp.copy_of(model)

        def look(model, _):
            for n, p in model.named_parameters():
                assert n not in masks or not p.detach()[~masks[n]].any()

        mp.train_masked(model, masks, trainer(CPU_OPTIMIZERS[name], after_step=look))
        for n, mask in masks.items():
            stays = dict(model.named_parameters())[n].detach()[mask] == before[n][mask]
            assert not stays.any(), "every kept weight learns"
            assert (before[n][mask] < 0).any()

    @pytest.mark.parametrize("name", CPU_OPTIMIZERS)
    def test_an_optimizer_learns_nothing_of_pruned_weights(self, name):
        """What it keeps for each weight is the same for all pruned ones: it has seen no data there."""
        model, made = small_network(), []

        def make(parameters):
            made.append(CPU_OPTIMIZERS[name](parameters))
            return made[0]

        masks = half(model)
        mp.train_masked(model, masks, trainer(make))
        for n, p in model.named_parameters():
            for key, value in made[0].state.get(p, {}).items():
                if n in masks and torch.is_tensor(value) and value.shape == p.shape:
                    assert len(value[~masks[n]].unique()) == 1, key

    def test_sparse_gradients(self):
        """SparseAdam, for embeddings: rows that no input asks for do not move, pruned weights stay 0."""
        model = nn.Sequential(nn.Embedding(20, 6, sparse=True), nn.Flatten(), nn.Linear(6, 3))
        networks.glorot(model, 0)
        rows = torch.arange(40) % 10
        masks, before = half(model), mp.copy_of(model)

        def train(model, step):
            few = torch.optim.SparseAdam([model[0].weight], lr=0.05)
            others = torch.optim.SGD(model[2].parameters(), lr=0.1)
            for _ in range(10):
                few.zero_grad()
                others.zero_grad()
                nn.functional.cross_entropy(model(rows), LABELS).backward()
                few.step()
                others.step()
                for n, mask in masks.items():
                    assert not dict(model.named_parameters())[n].detach()[~mask].any()

        mp.train_masked(model, masks, train)
        mask, after = masks["0.weight"], mp.copy_of(model)["0.weight"]
        moved = after != before["0.weight"] * mask
        useful = masks["2.weight"].any(0)  # features that some output still sees
        assert torch.equal(moved[:10], mask[:10] & useful) and not moved[10:].any()

    def test_tied_weights_share_their_mask(self):
        """One tensor under two names is one parameter: pruned, rewound and trained once."""
        model = nn.Sequential(nn.Linear(6, 6), nn.Tanh(), nn.Linear(6, 6), nn.Linear(6, 3))
        model[2].weight = model[0].weight
        found = mp.iterative_magnitude_pruning(networks.glorot(model, 2), trainer(), 2, 0.4)
        assert [mp.kept(masks) for masks in found.masks] == [54, 22 + 14, 13 + 11]
        assert not model[2].weight.detach()[~found.masks[2]["0.weight"]].any()

    def test_a_trained_copy_that_is_put_back_is_caught(self):
        def by_copy(model, step):
            other = copy.deepcopy(model)
            trainer()(other, 0)
            model.load_state_dict(other.state_dict())

        model = small_network()
        with pytest.raises(ValueError, match="pruned weights of 0.weight are not 0 afterwards"):
            mp.train_masked(model, half(model), by_copy)

    def test_a_mask_that_is_applied_once_does_not_hold(self):
        """The bug: the same check fails without the package."""
        model = small_network()
        masks = half(model)
        mp.apply(model, masks)
        trainer()(model, 0)
        assert dict(model.named_parameters())["0.weight"].detach()[~masks["0.weight"]].all()

    def test_masked_gradients_alone_do_not_hold(self):
        """An optimizer that knew the weights before: its moments move those whose gradient is 0."""
        model = small_network()
        adam = torch.optim.Adam(model.parameters(), lr=0.01)
        trainer(lambda p: adam)(model, 0)
        masks = half(model)

        def mask_gradients(model):
            for n, p in model.named_parameters():
                if n in masks:
                    p.grad.mul_(masks[n])

        mp.apply(model, masks)
        trainer(lambda p: adam, after_backward=mask_gradients)(model, 0)
        assert dict(model.named_parameters())["0.weight"].detach()[~masks["0.weight"]].any()
        mp.train_masked(model, masks, trainer(lambda p: adam))
        assert not dict(model.named_parameters())["0.weight"].detach()[~masks["0.weight"]].any()

    def test_the_public_bug_freezes_negative_weights(self):
        """With what public code does no negative weight moves; without it every one does."""
        for bug in (None, training.freeze_negatives):
            model = small_network()
            before = mp.copy_of(model)
            mp.train_masked(
                model, mp.whole(model), trainer(lambda p: torch.optim.Adam(p), 5, None, bug)
            )
            after = mp.copy_of(model)
            for name in mp.whole(model):
                still = (after[name] == before[name])[before[name] < 0]
                assert still.all() if bug else not still.any()

    def test_training_without_an_optimizer_of_torch_is_caught(self):
        def by_hand(model, step):
            nn.functional.cross_entropy(model(DATA), LABELS).backward()
            with torch.no_grad():
                for p in model.parameters():
                    p -= 0.1 * p.grad + 0.1 * torch.ones_like(p)

        model = small_network()
        with pytest.raises(ValueError, match="pruned weights of 0.weight are not 0 afterwards"):
            mp.train_masked(model, half(model), by_hand)

    def test_an_error_in_training_comes_through_and_leaves_no_hook(self):
        def broken(model, step):
            raise RuntimeError("out of memory")

        model = small_network()
        masks = half(model)
        with pytest.raises(RuntimeError, match="out of memory"):
            mp.train_masked(model, masks, broken)
        trainer()(model, 0)
        assert dict(model.named_parameters())["0.weight"].detach()[~masks["0.weight"]].all()
        assert not any(p._backward_hooks for p in model.parameters())

    def test_other_models_train_as_if_nothing_were_there(self):
        alone, beside = small_network(1), small_network(1)
        trainer()(alone, 0)
        model = small_network()
        with mp.Masked(model, half(model)) as watch:
            trainer()(beside, 0)
        assert watch.steps == 0
        assert all(torch.equal(a, b) for a, b in zip(alone.parameters(), beside.parameters()))  # noqa: B905


class TestTickets:
    @pytest.mark.parametrize("rewind_to", [0, 1, 5])
    @pytest.mark.parametrize("scope", ["global", "layer"])
    def test_rounds(self, rewind_to, scope):
        """Nested masks, exact counts, rewinding to the bits of step k, from a training of our own."""
        model, starts = small_network(), []
        train = trainer()

        def watched(model, step):
            starts.append((step, mp.copy_of(model)))
            return train(model, step)

        found = mp.iterative_magnitude_pruning(
            model, watched, 3, 0.3, rewind_to, scope, keep_trained=True
        )
        alone = small_network()
        trainer(steps=rewind_to)(alone, 0)
        at_step = mp.copy_of(alone)
        assert [step for step, _ in starts] == [0] + [rewind_to] * 3
        for k, (masks, (_, start)) in enumerate(zip(found.masks, starts, strict=True)):
            source = found.initial if k == 0 else at_step
            for name, value in start.items():
                expected = value if name not in masks else source[name] * masks[name]
                assert torch.equal(start[name], expected if name in masks else source[name])
            for name, mask in masks.items():
                assert bool((mask <= found.masks[max(k - 1, 0)][name]).all())
                assert not found.trained[k][name][~mask].any()
        assert all(torch.equal(found.rewound[n], at_step[n]) for n in at_step)
        left = [24]
        for _ in range(3):
            left.append(left[-1] - round(0.15 * left[-1]))
        assert [int(m["3.weight"].sum()) for m in found.masks] == left
        assert len(found.scores) == 4

    def test_what_decides_is_the_trained_weight(self):
        model = small_network()
        train = trainer(lambda p: torch.optim.Adam(p, lr=0.05), 60)
        found = mp.iterative_magnitude_pruning(
            model, train, 1, 0.5, scope="layer", half_output=False, keep_trained=True
        )
        expected = mp.prune(found.trained[0], found.masks[0], 0.5, "layer", False)
        assert all(torch.equal(found.masks[1][n], expected[n]) for n in expected)
        early = mp.prune(found.initial, found.masks[0], 0.5, "layer", False)
        assert any(not torch.equal(early[n], expected[n]) for n in expected)

    def test_buffers_are_rewound_too(self):
        """Three bugs of a public code, the second: biases and buffers return to their first values."""
        model = nn.Sequential(nn.Linear(6, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Linear(8, 3))
        seen = []

        def watched(model, step):
            seen.append({n: v.clone() for n, v in model.state_dict().items()})
            return trainer()(model, step)

        mp.iterative_magnitude_pruning(model, watched, 3, 0.2)
        for state in seen[1:]:
            for name, value in state.items():
                if name not in ("0.weight", "3.weight"):
                    assert torch.equal(value, seen[0][name]), name

    def test_it_prunes_a_convolutional_network(self):
        model = networks.lenet_5(0)
        images = torch.from_numpy(np.random.default_rng(0).normal(size=(50, 784))).float()
        few = training.Digits(images, LABELS.repeat(2)[:50], images, LABELS.repeat(2)[:50])
        train = training.Training(few, 6, (6,), batch=10)
        found = mp.iterative_magnitude_pruning(
            model, train, 2, 0.2, scope="layer", half_output=False
        )
        counts = [[int(m.sum()) for m in masks.values()] for masks in found.masks]
        assert counts[0] == [150, 2400, 48000, 10080, 840] and sum(counts[0]) == 61470
        assert counts[2] == [96, 1536, 30720, 6451, 538]


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"rate": 1.0}, r"rate must lie in \(0, 1\), got 1.0"),
        ({"rate": 0.0}, r"rate must lie in \(0, 1\), got 0.0"),
        ({"rounds": -1}, "rounds must be a whole number, at least 0; got -1"),
        ({"rounds": 1.5}, "rounds must be a whole number, at least 0; got 1.5"),
        ({"rewind_to": "a"}, "rewind_to must be a whole number, at least 0; got 'a'"),
        ({"rewind_to": 99}, "rewind_to is 99, but train took 12 steps of an optimizer"),
        ({"scope": "tensor"}, "scope must be one of global, layer; got 'tensor'"),
        ({"output": "head"}, "output must be one of 0.weight, 3.weight; got 'head'"),
        ({"which": lambda n, p: False}, "which must choose at least one weight of the model"),
    ],
)
def test_errors_name_the_argument(change, text):
    with pytest.raises(ValueError, match=text):
        mp.iterative_magnitude_pruning(
            small_network(), trainer(), **({"rounds": 1, "rate": 0.2} | change)
        )


def test_a_training_may_take_the_model_alone():
    plain = trainer()
    both = [
        mp.iterative_magnitude_pruning(small_network(), train, 2)
        for train in (lambda model: plain(model, 0), lambda model, step: plain(model, 0))
    ]
    assert both[0].scores == both[1].scores
    for one, other in zip(both[0].masks, both[1].masks, strict=True):
        assert all(torch.equal(one[name], other[name]) for name in one)


def test_more_errors():
    model = small_network()
    with pytest.raises(ValueError, match="must be a module and train a function; got .*, int"):
        mp.iterative_magnitude_pruning(model, 3, 1)
    with pytest.raises(ValueError, match=r"no parameter 1.weight of shape \(2,\)"):
        mp.apply(model, {"1.weight": torch.ones(2, dtype=torch.bool)})
    with torch.no_grad():
        model[0].weight[0, 0] = math.nan
    with pytest.raises(ValueError, match="weights must be finite; 0.weight are not"):
        mp.prune(dict(model.named_parameters()), mp.whole(model), 0.5, "layer")
    with pytest.raises(ValueError, match="samples must lie in 1 .. 10000, got 0"):
        training.digits(samples=0)


class TestTraining:
    def test_batches_cover_an_epoch_and_go_on_from_a_step(self):
        x = torch.arange(10.0)[:, None]
        data = training.Digits(x, torch.arange(10), x, torch.arange(10))
        train = training.Training(data, 9, (), batch=3, order=4)
        batches = list(itertools.islice(train._batches(0), 9))
        for epoch in range(3):
            seen = torch.cat(batches[3 * epoch : 3 * epoch + 3]).tolist()
            assert len(set(seen)) == 9
        later = list(itertools.islice(train._batches(4), 5))
        assert all(torch.equal(a, b) for a, b in zip(batches[4:], later, strict=True))

    def test_measured_where_it_was_asked(self):
        model = nn.Linear(6, 3)
        data = training.Digits(DATA, LABELS, DATA, LABELS)
        assert training.Training(data, 4, (0, 2, 4), batch=8)(model, 1)[0] is None
        curve = training.Training(data, 4, (0, 2, 4), batch=8)(networks.glorot(model, 1))
        before = float((networks.glorot(model, 1)(DATA).argmax(1) == LABELS).float().mean())
        assert math.isclose(curve[0], before, abs_tol=1e-6) and len(curve) == 3

    def test_weights_are_the_same_everywhere(self):
        """Drawn by numpy on the CPU, with variance 2 / (fan in + fan out)."""
        a, b = networks.lenet_300_100(5), networks.lenet_300_100(5)
        assert all(torch.equal(p, q) for p, q in zip(a.parameters(), b.parameters()))  # noqa: B905
        assert sum(mask.numel() for mask in mp.whole(a).values()) == 266_200
        # 235,200 normals: the mean square is within 6 sqrt(2 / 235200) of the variance, but 1 time in 10^8.
        assert abs((a[0].weight ** 2).mean().item() * 1084 / 2 - 1) < 6 * math.sqrt(2 / 235_200)

    def test_streams_have_nothing_in_common(self):
        """Initial weights, control weights and orders of different seeds: all different draws."""
        names = experiments.streams(3)
        draws = [
            np.random.default_rng(seed).normal()
            for s in (3, 4)
            for seed in experiments.streams(s).values()
        ]
        assert len(set(draws)) == 8 and list(names) == ["weights", "order", "others", "masks"]


class TestControls:
    def test_shuffling_keeps_what_it_says(self):
        model = small_network()
        masks, state = half(model), mp.copy_of(model)
        for keep_signs in (False, True):
            mixed = controls.shuffled(state, masks, 3, keep_signs)
            for name, mask in masks.items():
                assert torch.equal(mixed[name][~mask], state[name][~mask])
                a, b = (s[name][mask].abs().sort().values for s in (mixed, state))
                assert torch.equal(a, b) and not torch.equal(mixed[name], state[name])
                same = torch.equal(mixed[name].sign(), state[name].sign())
                assert same == keep_signs
            assert torch.equal(mixed["0.bias"], state["0.bias"])

    def test_a_ticket_beats_weights_drawn_anew(self):
        """The effect itself, small: margin of .1 where five stored seeds have more than .15."""
        data = training.digits()
        train = experiments.training(data, 312, 11)
        tickets = experiments.find_tickets(train, 3, 11, 0.5)
        anew, random = experiments.controls(tickets, train, 11, 3)
        assert tickets.scores[3][2] > max(anew[2], random[2]) + 0.1


def test_claims_are_measured_on_this_machine():
    assert all(claim.measure().verdict == "reproduced" for claim in mp.claims.CLAIMS)


def test_nothing_else_of_the_book_needs_torch_to_be_imported():
    code = (
        "import sys, lth_tutorial, lth_tutorial.reproduce, lth_tutorial.figures.magnitude_pruning; "
        "assert 'torch' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
