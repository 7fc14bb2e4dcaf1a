"""Clipping the singular values of a 784x256 layer after every Adam step: ours beside several ways in PyTorch.

Every way must keep the largest singular value within a thousandth of 1 on a sequence of steps like those of training:
random directions of a fixed rank that push up what is at the bound, then the same projection again.
"""

import json
import subprocess
import sys
import time

import torch

ROWS, COLUMNS, STEPS = 256, 784, 60


def by_svd(weight, state):
    u, s, v = torch.linalg.svd(weight, full_matrices=False)
    if s[0] > 1:
        weight.copy_((u * s.clamp(max=1)) @ v)


def by_gram(weight, state):
    """Eigenvectors of W W^T, and only what is above the bound taken off."""
    squares, vectors = torch.linalg.eigh(weight @ weight.T)
    above = squares > 1
    if above.any():
        chosen = vectors[:, above]
        weight.sub_((chosen * (1 - squares[above].rsqrt())) @ (chosen.T @ weight))


def by_warm_block(weight, state):
    """Orthogonal iteration from the last step's vectors, as ours; the block as wide as what is near the bound."""
    block = state.setdefault("block", torch.linalg.qr(torch.randn(COLUMNS, 64)).Q)
    for _ in range(2):
        block = torch.linalg.qr(weight.T @ (weight @ block)).Q
    images = weight @ block
    squares, rotation = torch.linalg.eigh(images.T @ images)
    block, images = block @ rotation, images @ rotation
    state["block"] = block
    above = squares > 1
    if above.any():
        weight.sub_((images[:, above] * (1 - squares[above].rsqrt())) @ block[:, above].T)


def measure(projection):
    """Milliseconds of processor time for each projection, and the largest singular value that any left."""
    torch.manual_seed(0)
    weight = (torch.rand(ROWS, COLUMNS) * 2 - 1) / COLUMNS**0.5
    left, right = torch.randn(ROWS, 24) / ROWS**0.5, torch.randn(24, COLUMNS) / COLUMNS**0.5
    state, spent, largest = {}, 0.0, 0.0
    for step in range(STEPS):
        weight += 0.05 * (left + 0.1 * torch.randn(ROWS, 24) / ROWS**0.5) @ right
        start = time.process_time()
        projection(weight, state)
        spent += time.process_time() - start
        largest = max(largest, torch.linalg.svdvals(weight)[0].item()) if step > 2 else 0.0
    return 1000 * spent / STEPS, largest


def main():
    supnorm, data = sys.argv[1:]
    torch.set_num_threads(1)
    torch.set_grad_enabled(False)
    text = subprocess.run(
        [supnorm, "bench", "--spectral", "--data", data, "--json"], check=True, stdout=subprocess.PIPE).stdout
    ours = json.loads(text)
    free, first, every = (row["milliseconds"] for row in ours["rows"])
    print(f"{ours['network']}, batch {ours['batch']}, one thread, the first {ours['steps']} steps on MNIST")
    print(f"a step: free {free:.2f} ms, first layer clipped {first:.2f} ms, all {every:.2f} ms")
    print(f"clipping 784x256: {first - free:.2f} ms, {100 * (1 - free / first):.1f} % of that step, "
          f"{100 * (first - free) / every:.1f} % of the step that clips all")
    print(f"\nPyTorch {torch.__version__}, {torch.backends.cpu.get_cpu_capability()}, one thread, 784x256")
    for projection in [by_svd, by_gram, by_warm_block]:
        spent, largest = measure(projection)
        note = "" if largest < 1.001 else "  (not within a thousandth)"
        print(f"{projection.__name__:14} {spent:7.2f} ms, largest value left {largest:.5f}, "
              f"ours is {spent / (first - free):.1f} times as fast{note}")


main()
