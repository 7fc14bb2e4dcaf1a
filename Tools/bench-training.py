"""Training with PyTorch and with `supnorm bench --training`, in turn; called by Tools/bench-training.

Both train the same networks on random images with cross-entropy and fused Adam, and after every step project the
hidden layers' rows onto the l1 ball of radius 1, exactly. PyTorch gets its batches as views of shuffled data, ours are
gathered. One thread is measured in processor time, so that other programs on the machine do not count; more by the
clock. Of the projections below PyTorch uses the one that is fastest for the network and batch.
"""

import argparse
import itertools
import json
import os
import statistics
import subprocess
import sys
import time

import torch
from torch import nn
from torch.nn import functional

SAMPLES, PIXELS, CLASSES = 4096, 784, 10
TEMPERATURE, RATE = 0.05, 0.001
NETWORKS = [[64, 64], [256, 256]]
BATCHES = [64, 256]
# Ours over PyTorch's with projection, on one thread, by (hidden width, batch); without projection at least 1.
TARGETS = {(64, 64): 2.5, (64, 256): 1.5, (256, 64): 2.5, (256, 256): 1.3}
DISTANCE_TARGET = 18


# The projections change `weight` in place; `state` keeps what one step leaves for the next.


def shrink(weight, threshold):
    weight.sub_(weight.clamp(-threshold, threshold))


def project_by_sorting(weight, bound, state):
    magnitudes = weight.abs()
    if not bool((magnitudes.sum(1) > bound).any()):
        return
    largest = magnitudes.sort(1, descending=True).values
    excess = largest.cumsum(1) - bound
    counts = torch.arange(1, weight.shape[1] + 1, dtype=weight.dtype)
    active = (largest * counts > excess).sum(1, keepdim=True)
    shrink(weight, (excess.gather(1, active - 1) / active).clamp_(min=0))


def newton_step(magnitudes, threshold, bound):
    above = magnitudes > threshold
    count = above.sum(1, keepdim=True)
    total = (magnitudes * above).sum(1, keepdim=True)
    return ((total - bound) / count.clamp(min=1)).clamp(min=0), count


def project_by_michelot(weight, bound, state):
    project_by_newton(weight, bound, {})


def project_by_newton(weight, bound, state):
    """Michelot's algorithm, started where the last projection of the layer ended."""
    magnitudes = weight.abs()
    threshold, last = newton_step(magnitudes, state.get("threshold", torch.zeros(weight.shape[0], 1)), bound)
    while True:
        following, count = newton_step(magnitudes, threshold, bound)
        if torch.equal(count, last):
            break
        threshold, last = torch.maximum(threshold, following), count  # it only climbs, whatever the rounding
    state["threshold"] = threshold
    shrink(weight, threshold)


@torch.compile
def four_newton_steps(weight, threshold, bound):
    magnitudes = weight.abs()
    threshold, last = newton_step(magnitudes, threshold, bound)
    for _ in range(3):
        following, last = newton_step(magnitudes, threshold, bound)
        threshold = torch.maximum(threshold, following)
    _, count = newton_step(magnitudes, threshold, bound)
    return weight - weight.clamp(-threshold, threshold), threshold, torch.equal(count, last)


def project_compiled(weight, bound, state):
    """The same, four steps at a time in a compiled kernel; more than four are hardly ever needed."""
    result, threshold, is_done = four_newton_steps(weight, state.get("threshold", torch.zeros(weight.shape[0], 1)), bound)
    state["threshold"] = threshold
    if not is_done:
        return project_by_newton(weight, bound, state)
    weight.copy_(result)


PROJECTIONS = {
    "sorting": project_by_sorting,
    "Michelot": project_by_michelot,
    "Newton, warm start": project_by_newton,
    "Newton, warm start, compiled": project_compiled,
}


class Distances(nn.Module):
    """A layer of lp distances to learned points, less their mean over the batch."""

    def __init__(self, columns, rows, power):
        super().__init__()
        self.points = nn.Parameter(torch.randn(rows, columns))
        self.power = power

    def forward(self, inputs):
        distances = torch.cdist(inputs, self.points, p=self.power)
        return distances - distances.mean(0, keepdim=True).detach()


class Training:
    """Steps of one model over the random data, measured again and again."""

    def __init__(self, model, batch, threads, projection=None):
        self.model, self.batch, self.threads, self.projection = model, batch, threads, projection
        self.optimizer = torch.optim.Adam(model.parameters(), lr=RATE, fused=True)
        generator = torch.Generator().manual_seed(0)
        inputs = torch.rand(SAMPLES, PIXELS, generator=generator)
        labels = torch.randint(0, CLASSES, (SAMPLES,), generator=generator)
        self.batches = itertools.cycle(list(zip(inputs.split(batch), labels.split(batch))))
        self.constrained = [layer.weight for layer in model if isinstance(layer, nn.Linear)][:-1]
        self.states = [{} for _ in self.constrained]
        self.speeds = []

    def step(self):
        inputs, labels = next(self.batches)
        self.optimizer.zero_grad(set_to_none=True)
        functional.cross_entropy(self.model(inputs) / TEMPERATURE, labels).backward()
        self.optimizer.step()
        if self.projection:
            with torch.no_grad():
                for weight, state in zip(self.constrained, self.states):
                    self.projection(weight, 1.0, state)

    def measure(self, seconds=0.3):
        """Samples per second."""
        torch.set_num_threads(self.threads)
        now = time.process_time if self.threads == 1 else time.perf_counter
        for _ in range(3):
            self.step()
        start, count = now(), 0
        while now() - start < seconds:
            self.step()
            count += self.batch
        return count / (now() - start)


def dense(hidden, batch, threads, projection=None):
    torch.manual_seed(0)
    widths = [PIXELS] + hidden + [CLASSES]
    layers = []
    for columns, rows in zip(widths, widths[1:]):
        layers += [nn.Linear(columns, rows), nn.ReLU()]
    return Training(nn.Sequential(*layers[:-1]), batch, threads, projection)


def fastest_projection(hidden, batch, threads):
    speeds = {}
    for name, projection in PROJECTIONS.items():
        try:
            speeds[name] = dense(hidden, batch, threads, projection).measure()
        except Exception as error:  # torch.compile needs a C++ compiler
            print(f"  {name}: {str(error).splitlines()[0]}", file=sys.stderr)
    return max(speeds, key=speeds.get)


def name(hidden):
    return "-".join(str(width) for width in [PIXELS] + hidden + [CLASSES])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("supnorm")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, action="append", choices=[1, 2])
    options = parser.parse_args()
    if options.rounds < 1:
        parser.error("--rounds must be at least 1")
    torch.set_flush_denormal(True)  # ours keeps subnormal moments out too
    print(f"PyTorch {torch.__version__}, {torch.backends.cpu.get_cpu_capability()}, {os.cpu_count()} cores")

    cases = []
    for threads in options.threads or [1, 2]:
        for hidden, batch in itertools.product(NETWORKS, BATCHES):
            torch.set_num_threads(threads)
            fastest = fastest_projection(hidden, batch, threads)
            print(f"{name(hidden)}, batch {batch}, threads {threads}: the fastest projection is {fastest}")
            projected = dense(hidden, batch, threads, PROJECTIONS[fastest])
            cases.append((hidden, batch, threads, projected, dense(hidden, batch, threads)))
    torch.manual_seed(0)
    distance = Training(
        nn.Sequential(Distances(PIXELS, 64, 9.0), Distances(64, 64, 9.0), Distances(64, CLASSES, 9.0)), 128, 1)

    ours = []
    for round_number in range(options.rounds):
        print(f"round {round_number + 1} of {options.rounds}", file=sys.stderr)
        output = subprocess.run(
            [options.supnorm, "bench", "--training", "--runs", "1", "--json"], check=True, stdout=subprocess.PIPE)
        ours.append(json.loads(output.stdout))
        for *_, projected, free in cases:
            projected.speeds.append(projected.measure())
            free.speeds.append(free.measure())
        distance.speeds.append(distance.measure())

    def median(key, **wanted):
        rows = [row for run in ours for row in run["dense"] if all(row[k] == v for k, v in wanted.items())]
        return statistics.median(row[key] for row in rows)

    print(f"\nsamples/s, medians of {options.rounds} rounds\n")
    print("network         batch  threads     ours  PyTorch   ratio  target  PyTorch without projection   ratio")
    missed = 0
    for hidden, batch, threads, projected, free in cases:
        speed = median("samplesPerSecond", network=name(hidden), batch=batch, threads=threads)
        with_projection, without = statistics.median(projected.speeds), statistics.median(free.speeds)
        target = TARGETS[hidden[0], batch] if threads == 1 else None
        if target and (speed < target * with_projection or speed < without):
            missed += 1
        print(
            f"{name(hidden):15} {batch:5} {threads:8} {speed:8.0f} {with_projection:8.0f} "
            f"{speed / with_projection:6.2f}x  {target or '':6} {without:27.0f} {speed / without:6.2f}x")

    baseline = statistics.median(distance.speeds)
    if all(run.get("distance") for run in ours):
        speed = statistics.median(run["distance"]["samplesPerSecond"] for run in ours)
        missed += speed < DISTANCE_TARGET * baseline
        print(
            f"\ndistance layers, {name([64, 64])}, batch 128, one thread: {speed:.0f}, torch.cdist {baseline:.0f}, "
            f"{speed / baseline:.1f}x, target {DISTANCE_TARGET}")
    else:
        print(
            f"\ndistance layers, {name([64, 64])}, batch 128, one thread: torch.cdist {baseline:.0f}; "
            "`supnorm bench --training --json` has no key \"distance\" to compare")
    if missed:
        print(f"{missed} targets missed")
    sys.exit(1 if missed else 0)


main()
