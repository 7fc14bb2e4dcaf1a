"""Makes the BatchNorm and the tabular networks of this folder, as PyTorch trained and `save_file` wrote them.

Run once, from the root of the repository; the files here were made by Python 3.11.7, torch 2.13.0+cpu, safetensors
0.8.0 and numpy 2.4.6:

    python3 -m venv /tmp/venv && /tmp/venv/bin/pip install torch safetensors numpy
    /tmp/venv/bin/python Tests/Vectors/pytorch/make-batchnorm.py

batchnorm-digits.safetensors: 64-24-16-10 on the shipped digits (pixels / 16), a Sequential with BatchNorm1d on the
inputs, before one ReLU and behind the other, and Dropout. batchnorm-vectors.safetensors: its logits of the 360 test
images in evaluation, computed in float64 from the stored float32 weights, and the classes.
table.safetensors: 30-12-2 on the shipped breast-cancer data, on readings less their mean and divided by their standard
deviation in the training part; class 0 is malignant, as scikit-learn numbers them. table-scaler.csv: min, max, mean
and std of each feature, a row each. table-vectors.safetensors: logits and classes of the 113 test samples, likewise.
single.safetensors: the same with one output, trained as `BCEWithLogitsLoss` has it (class 1 malignant), its
layers called fc1, bn1, fc2 and out. single-vectors.safetensors: its output z.
area.safetensors: a regression of worst_area by five features, with one output. area-vectors.safetensors: its output.
"""

import csv
import os
import sys

import numpy as np
import safetensors
import torch
from safetensors.torch import save_file
from torch import nn

HERE = os.path.dirname(os.path.abspath(__file__))
DATA = os.path.join(HERE, "..", "..", "..", "Tools", "data")


def digits(part):
    table = np.loadtxt(
        os.path.join(DATA, "digits", f"digits-{part}.csv"), delimiter=",", skiprows=1, dtype=np.float32)
    return torch.tensor(table[:, :64] / 16), torch.tensor(table[:, 64].astype(np.int64))


def cancer(part):
    with open(os.path.join(DATA, "breast-cancer", f"breast-cancer-{part}.csv")) as file:
        rows = list(csv.reader(file))
    values = np.array([[float(cell) for cell in row[:-1]] for row in rows[1:]])
    return rows[0][:-1], values, np.array([0 if row[-1] == "malignant" else 1 for row in rows[1:]])


def train(model, inputs, labels, loss, epochs, rate=3e-3):
    optimizer = torch.optim.Adam(model.parameters(), lr=rate, weight_decay=1e-4)
    model.train()
    for _ in range(epochs):
        for batch in torch.randperm(len(inputs)).split(64):
            optimizer.zero_grad()
            loss(model(inputs[batch]), labels[batch]).backward()
            optimizer.step()
    model.eval()


def save(name, model, inputs):
    """Saves the state, and what the model gives in float64; returns that."""
    save_file(model.state_dict(), os.path.join(HERE, f"{name}.safetensors"), metadata={"format": "pt"})
    with torch.no_grad():
        return model.double()(torch.as_tensor(inputs).double())


def save_vectors(name, logits):
    tensors = {"logits.f32": logits}
    if logits.shape[1] > 1:
        tensors["classes.f32"] = logits.argmax(1).to(torch.float32)
    save_file(tensors, os.path.join(HERE, f"{name}-vectors.safetensors"))


torch.manual_seed(0)
torch.set_num_threads(1)
print("python", sys.version.split()[0], "torch", torch.__version__, "safetensors", safetensors.__version__,
      "numpy", np.__version__)

inputs, labels = digits("train")
test_inputs, test_labels = digits("test")
model = nn.Sequential(
    nn.Flatten(), nn.BatchNorm1d(64), nn.Linear(64, 24), nn.BatchNorm1d(24), nn.ReLU(), nn.Dropout(0.1),
    nn.Linear(24, 16, bias=False), nn.ReLU(), nn.BatchNorm1d(16), nn.Linear(16, 10))
train(model, inputs, labels, nn.CrossEntropyLoss(), 40)
logits = save("batchnorm-digits", model, test_inputs)
save_vectors("batchnorm", logits)
print("batchnorm accuracy", (logits.argmax(1) == test_labels).double().mean().item())

names, table, classes = cancer("train")
_, test_table, test_classes = cancer("test")
mean, std = table.mean(0), table.std(0)
with open(os.path.join(HERE, "table-scaler.csv"), "w", newline="") as file:
    rows = csv.writer(file, lineterminator="\n")
    rows.writerow(["", "count", "mean", "std", "min", "max"])
    for index, name in enumerate(names):
        column = table[:, index]
        rows.writerow([name, len(column)] + [repr(float(v)) for v in (mean[index], std[index], column.min(), column.max())])
scaled = torch.tensor((table - mean) / std, dtype=torch.float32)
# What lies outside the range of the training part is clamped on the device, and so it is here.
clamped = np.clip(test_table, table.min(0), table.max(0))
test_scaled = (clamped - mean) / std
model = nn.Sequential(nn.Linear(30, 12), nn.ReLU(), nn.Linear(12, 2))
train(model, scaled, torch.tensor(classes), nn.CrossEntropyLoss(), 40)
logits = save("table", model, test_scaled)
save_vectors("table", logits)
print("table accuracy", (logits.argmax(1).numpy() == test_classes).mean())


class Single(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(30, 8)
        self.bn1 = nn.BatchNorm1d(8)
        self.fc2 = nn.Linear(8, 8)
        self.out = nn.Linear(8, 1)

    def forward(self, x):
        return self.out(torch.relu(self.fc2(torch.relu(self.bn1(self.fc1(x))))))


model = Single()
malignant = torch.tensor(1 - classes, dtype=torch.float32)[:, None]
train(model, scaled, malignant, nn.BCEWithLogitsLoss(), 40)
logits = save("single", model, test_scaled)
save_vectors("single", logits)
print("single accuracy", ((logits[:, 0] > 0).numpy() == (test_classes == 0)).mean())

chosen = [names.index(name) for name in
          ("mean_radius", "mean_texture", "mean_smoothness", "mean_compactness", "mean_concavity")]
area = names.index("worst_area")
model = nn.Sequential(nn.Linear(5, 8), nn.ReLU(), nn.Linear(8, 1))
target = torch.tensor(table[:, [area]] / 1000, dtype=torch.float32)
train(model, scaled[:, chosen], target, nn.MSELoss(), 200, rate=1e-2)
logits = save("area", model, test_scaled[:, chosen])
save_vectors("area", logits)
print("area error", np.abs(logits.numpy()[:, 0] * 1000 - test_table[:, area]).mean())
