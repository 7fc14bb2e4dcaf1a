"""Makes the files of this folder: networks that PyTorch trained, as `safetensors.torch.save_file` writes them.

Run once, from the root of the repository; the files here were made by Python 3.11.7, torch 2.15.0 (on the CPU),
safetensors 0.8.0 and numpy 2.4.6:

    python3 -m venv /tmp/venv && /tmp/venv/bin/pip install torch safetensors numpy
    /tmp/venv/bin/python Tests/Vectors/pytorch/make.py

digits-f32, -f16, -bf16.safetensors: one network 64-32-32-10 with ReLU, trained on the shipped digits (pixels / 16)
with plain cross-entropy and no constraint at all, stored in three types.
digits-vectors.safetensors: for each type PyTorch's logits of the 360 test images, from the stored weights widened to
float32, in the order of Tools/data/digits/digits-test.csv; and the classes, their largest logit's index.
deep-f32.safetensors: 64-24-24-24-24-10 without biases, each hidden layer multiplied by 8 after training: its scale
is too much for one last layer of 16-bit integers. deep-vectors.safetensors: its logits and classes.
refused/: files that must be refused, a convolution, integers and not-a-number.
"""

import os
import sys

import numpy as np
import safetensors
import torch
from safetensors.torch import save_file
from torch import nn

HERE = os.path.dirname(os.path.abspath(__file__))
DATA = os.path.join(HERE, "..", "..", "..", "Tools", "data", "digits")


def load(part):
    table = np.loadtxt(os.path.join(DATA, f"digits-{part}.csv"), delimiter=",", skiprows=1, dtype=np.float32)
    return torch.tensor(table[:, :64] / 16), torch.tensor(table[:, 64].astype(np.int64))


def network(widths, bias):
    layers = []
    for columns, rows in zip(widths, widths[1:]):
        layers += [nn.Linear(columns, rows, bias=bias), nn.ReLU()]
    return nn.Sequential(*layers[:-1])


def train(model, inputs, labels, epochs):
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3, weight_decay=1e-4)
    loss = nn.CrossEntropyLoss()
    for _ in range(epochs):
        order = torch.randperm(len(inputs))
        for batch in order.split(64):
            optimizer.zero_grad()
            loss(model(inputs[batch]), labels[batch]).backward()
            optimizer.step()


def logits(model, state, inputs):
    model.load_state_dict({name: value.float() for name, value in state.items()})
    with torch.no_grad():
        return model(inputs)


def save(name, tensors):
    save_file(tensors, os.path.join(HERE, name), metadata={"format": "pt"})


torch.manual_seed(0)
torch.set_num_threads(1)
print("python", sys.version.split()[0], "torch", torch.__version__, "safetensors", safetensors.__version__,
      "numpy", np.__version__)
inputs, labels = load("train")
test_inputs, test_labels = load("test")

model = network([64, 32, 32, 10], bias=True)
train(model, inputs, labels, 60)
trained = {name: value.clone() for name, value in model.state_dict().items()}
vectors = {}
for name, dtype in [("f32", torch.float32), ("f16", torch.float16), ("bf16", torch.bfloat16)]:
    state = {key: value.to(dtype).contiguous() for key, value in trained.items()}
    save(f"digits-{name}.safetensors", state)
    result = logits(model, state, test_inputs)
    vectors[f"logits.{name}"] = result
    vectors[f"classes.{name}"] = result.argmax(1).to(torch.float32)
    print(name, "accuracy", (result.argmax(1) == test_labels).float().mean().item())
save("digits-vectors.safetensors", vectors)

deep = network([64, 24, 24, 24, 24, 10], bias=False)
train(deep, inputs, labels, 60)
state = {f"layers.{i}.weight": value.clone() * (8 if i < 4 else 1)
         for i, value in enumerate(deep.state_dict().values())}
save("deep-f32.safetensors", state)
result = logits(deep, dict(zip(deep.state_dict(), state.values())), test_inputs)
save("deep-vectors.safetensors", {"logits.f32": result, "classes.f32": result.argmax(1).to(torch.float32)})
print("deep accuracy", (result.argmax(1) == test_labels).float().mean().item())

os.makedirs(os.path.join(HERE, "refused"), exist_ok=True)
small = nn.Sequential(nn.Linear(4, 3), nn.ReLU(), nn.Linear(3, 2))
save("refused/convolution.safetensors",
     nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU(), nn.Flatten(), nn.Linear(8, 2)).state_dict())
integers = {key: value.clone() for key, value in small.state_dict().items()}
integers["0.weight"] = integers["0.weight"].to(torch.int64)
save("refused/integers.safetensors", integers)
nan = {key: value.clone() for key, value in small.state_dict().items()}
nan["2.weight"][1, 2] = float("nan")
save("refused/nan.safetensors", nan)
