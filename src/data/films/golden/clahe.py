"""Writes clahe.json: OpenCV's CLAHE of made 8-bit grey images. Run: /usr/bin/python3 src/data/films/golden/clahe.py
(OpenCV's Python module; Debian's python3-opencv)."""
import base64
import json
import pathlib

import cv2
import numpy as np

SIZES = [(64, 64), (72, 72), (50, 50), (33, 47), (97, 80)]


def make_film(width, height, seed):
    """A slope with a bright disc and noise: flat parts, edges and texture."""
    random = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width]
    disc = 80.0 * ((x - width / 2) ** 2 + (y - height / 2) ** 2 < (min(width, height) / 3) ** 2)
    film = 40 + 60 * x / width + disc + random.normal(0, 6, (height, width))
    film[: height // 8] = 0
    return np.clip(film, 0, 255).astype(np.uint8)


cases = []
for seed, (width, height) in enumerate(SIZES):
    film = make_film(width, height, seed)
    equalised = cv2.createCLAHE(clipLimit=2.0, tileGridSize=(8, 8)).apply(film)
    cases.append(
        {
            "width": width,
            "height": height,
            "film": base64.b64encode(film.tobytes()).decode(),
            "equalised": base64.b64encode(equalised.tobytes()).decode(),
        }
    )
golden = {"opencv": cv2.__version__, "cases": cases}
pathlib.Path(__file__).with_name("clahe.json").write_text(json.dumps(golden))
