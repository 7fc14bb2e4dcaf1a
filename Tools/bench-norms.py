"""As many applications of a convolution in PyTorch as the power method of `supnorm bench --norms` took, beside it."""

import json
import subprocess
import sys
import time

import torch
from torch.nn import functional


def main():
    supnorm = sys.argv[1]
    text = subprocess.run([supnorm, "bench", "--norms", "--json"], check=True, stdout=subprocess.PIPE).stdout
    ours = json.loads(text)
    print(f"PyTorch {torch.__version__}, {torch.backends.cpu.get_cpu_capability()}, {torch.get_num_threads()} threads\n")
    print("n      decomposition  power method  iterations  Gram bound  torch.linalg.matrix_norm(W, 2)")
    torch.manual_seed(0)
    for row in ours["dense"]:
        matrix = torch.randn(row["size"], row["size"])
        start = time.perf_counter()
        torch.linalg.matrix_norm(matrix, 2)
        theirs = time.perf_counter() - start
        print(
            f"{row['size']:<6} {row['decompositionSeconds']:11.5f} s {row['powerSeconds']:11.5f} s "
            f"{row['powerIterations']:11} {row['gramSeconds']:9.5f} s  {theirs:.5f} s")

    convolution = ours["convolution"]
    height, width, channels = convolution["image"]
    weight = torch.randn(channels, channels, 3, 3) / (9 * channels) ** 0.5
    speeds = {}
    for name, layout in (("channels first", torch.contiguous_format), ("channels last", torch.channels_last)):
        kernel = weight.to(memory_format=layout)
        image = torch.randn(1, channels, height, width).to(memory_format=layout)
        with torch.no_grad():
            start = time.perf_counter()
            for _ in range(20):
                image = image / image.norm()
                image = functional.conv_transpose2d(functional.conv2d(image, kernel, padding=1), kernel, padding=1)
            speeds[name] = (time.perf_counter() - start) / 20
    fastest = min(speeds, key=speeds.get)
    seconds = speeds[fastest] * convolution["iterations"]
    print(
        f"\nconvolution 3x3 of {height}x{width}x{channels}, {convolution['iterations']} iterations, last change "
        f"{convolution['relativeChange']:.2g}: ours {convolution['powerSeconds']:.1f} s, PyTorch {seconds:.1f} s "
        f"({fastest}, from 20 iterations), ratio {seconds / convolution['powerSeconds']:.2f}")
    print(
        f"sigma {convolution['value']:.6f} from below, {convolution['bound']:.6f} from above "
        f"({convolution['boundSeconds']:.1f} s)")
    if convolution["memoryInImages"] is not None:
        print(f"memory of the power method: {convolution['memoryInImages']:.1f} images of {convolution['imageBytes']} bytes")


main()
