"""fastai v1's changes of a picture, restated from its published code (vision/transform.py: _rotate, _zoom, _symmetric_warp, _flip_lr,
_brightness, _contrast; vision/image.py: the order in which Image applies them, and logit) on torch's grid_sample, in float64.
Writes moves.json: for each case what was changed and the picture that came of it, [size, size] in [0, 1].
grid_sample is asked for align_corners=True: fastai's grid runs from pixel centre to pixel centre. The shift is none of get_transforms'; it
is one more affine matrix. Needs numpy and torch."""

import json
import math
import pathlib

import numpy as np
import torch
import torch.nn.functional as F

SIZE = 9
ORIG = [[-1, -1], [-1, 1], [1, -1], [1, 1]]


def find_coeffs(orig_pts, targ_pts):
    matrix = []
    for p1, p2 in zip(targ_pts, orig_pts):
        matrix.append([p1[0], p1[1], 1, 0, 0, 0, -p2[0] * p1[0], -p2[0] * p1[1]])
        matrix.append([0, 0, 0, p1[0], p1[1], 1, -p2[1] * p1[0], -p2[1] * p1[1]])
    return np.linalg.solve(np.array(matrix, dtype=float), np.array(orig_pts, dtype=float).reshape(8))


def symmetric_warp(flow, m):
    targ = [[-1 - m[3], -1 - m[1]], [-1 - m[2], 1 + m[1]], [1 + m[3], -1 - m[0]], [1 + m[2], 1 + m[0]]]
    coeffs = np.append(find_coeffs(ORIG, targ), 1).reshape(3, 3)
    moved = flow.reshape(-1, 2) @ coeffs[:, :2].T + coeffs[:, 2]
    return (moved[:, :2] / moved[:, 2:]).reshape(flow.shape)


def rotate(degrees):
    angle = degrees * math.pi / 180
    return np.array([[math.cos(angle), -math.sin(angle), 0], [math.sin(angle), math.cos(angle), 0], [0, 0, 1]])


def zoom(scale, row, column):
    s = 1 - 1 / scale
    return np.array([[1 / scale, 0, s * (2 * column - 1)], [0, 1 / scale, s * (2 * row - 1)], [0, 0, 1]])


def shift(across, down):
    return np.array([[1, 0, -2 * across], [0, 1, -2 * down], [0, 0, 1]])


def logit(x):
    x = np.clip(x, 1e-7, 1 - 1e-7)
    return -np.log(1 / x - 1)


def apply(picture, change):
    # TfmCoord is of order 4, TfmAffine 5, TfmLighting 8, TfmPixel (the flip) 10.
    line = np.linspace(-1, 1, SIZE)
    flow = np.stack(np.meshgrid(line, line), axis=-1)
    if "warp" in change:
        flow = symmetric_warp(flow, change["warp"])
    affine = np.eye(3)
    if "degrees" in change:
        affine = affine @ rotate(change["degrees"])
    if "zoom" in change:
        affine = affine @ zoom(**change["zoom"])
    if "shift" in change:
        affine = affine @ shift(*change["shift"])
    flow = flow.reshape(-1, 2) @ affine[:2, :2].T + affine[:2, 2]
    grid = torch.from_numpy(flow.reshape(1, SIZE, SIZE, 2))
    sampled = F.grid_sample(
        torch.from_numpy(picture)[None, None], grid, mode="bilinear", padding_mode="reflection", align_corners=True
    )[0, 0].numpy()
    if "brightness" in change or "contrast" in change:
        pixels = logit(sampled)
        pixels = pixels + logit(np.array(change.get("brightness", 0.5)))
        pixels = pixels * change.get("contrast", 1)
        sampled = 1 / (1 + np.exp(-pixels))
    return sampled[:, ::-1] if change.get("flip") else sampled


rows, columns = np.mgrid[0:SIZE, 0:SIZE]
# Black, white, edges and slopes.
picture = ((37 * rows + 11 * rows * columns + 5 * columns * columns) % 256) / 255

CASES = {
    "rotated": {"degrees": 10},
    "rotated the other way, far": {"degrees": -55},
    "zoomed at the centre": {"zoom": {"scale": 1.1, "row": 0.5, "column": 0.5}},
    "zoomed near a corner": {"zoom": {"scale": 1.6, "row": 0.1, "column": 0.9}},
    "shifted": {"shift": [0.1, -0.25]},
    "warped": {"warp": [0.2, -0.1, 0.05, -0.15]},
    "warped along one axis": {"warp": [0, 0, 0.2, 0]},
    "flipped": {"flip": True},
    "brighter": {"brightness": 0.6},
    "darker": {"brightness": 0.4},
    "more contrast": {"contrast": 1.25},
    "all at once": {
        "degrees": 7,
        "zoom": {"scale": 1.08, "row": 0.3, "column": 0.8},
        "shift": [-0.05, 0.02],
        "warp": [0.12, -0.2, 0.07, 0.18],
        "flip": True,
        "brightness": 0.45,
        "contrast": 0.85,
    },
}

out = {
    "size": SIZE,
    "film": np.rint(picture * 255).astype(int).flatten().tolist(),
    "cases": [
        {"name": name, "change": change, "picture": [float(f"{value:.9g}") for value in apply(picture, change).flatten()]}
        for name, change in CASES.items()
    ],
}
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(out) + "\n")
