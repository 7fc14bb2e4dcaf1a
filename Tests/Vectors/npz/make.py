"""Makes the files of this folder with numpy 2.4.6: python Tests/Vectors/npz/make.py"""

import os

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))


def path(name):
    return os.path.join(HERE, f"{name}.npz")


# As Keras's mnist.npz: images of 2 × 3 bytes, two parts, deflated.
np.savez_compressed(
    path("images"), x_train=np.arange(30, dtype=np.uint8).reshape(5, 2, 3), y_train=np.uint8([0, 1, 2, 1, 11]),
    x_test=255 - np.arange(12, dtype=np.uint8).reshape(2, 2, 3), y_test=np.uint8([3, 0]))
# One part, stored: 3 samples of 4 numbers, in several types.
numbers = np.array([[0, 0.5, -1, 2], [1e-3, 3, 4, -0.25], [7, 8, 9, 10]])
for name, kind, labels in [("f2", "<f2", "i1"), ("f4", "<f4", "<i8"), ("f8", ">f8", ">i4")]:
    np.savez(path(name), X=numbers.astype(kind), y=np.array([[0], [2], [1]]).astype(labels))
np.savez(path("i2"), x=np.array([[-300, 300], [1, 2]], dtype=">i2"), y=np.uint16([1, 0]))
# Refused.
np.savez(path("refused-order"), x=np.asfortranarray(numbers), y=np.array([0, 1, 2]))
np.savez(path("refused-nan"), x=np.where(numbers == 3, np.nan, numbers), y=np.array([0, 1, 2]))
np.savez(path("refused-labels"), x=numbers, y=np.array([0.0, 0.5, 2.0]))
np.savez(path("refused-onehot"), x=numbers, y=np.eye(3, dtype=np.uint8))
np.savez(path("refused-objects"), x=numbers, y=np.array(["a", "b", 3], dtype=object))
np.savez(path("refused-count"), x=numbers, y=np.array([0, 1]))
np.savez(path("refused-names"), pixels=numbers, y=np.array([0, 1, 2]))
np.savez(path("refused-shape"), x=np.zeros(3), y=np.array([0, 1, 2]))
