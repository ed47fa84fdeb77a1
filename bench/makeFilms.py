"""Draws chest-like films as grey JPEGs of 390 x 320, in quality 95: python3 bench/makeFilms.py FOLDER FILMS

They stand in for CheXpert's small release where there is no folder of real films: soft shapes under grain, about as many bytes a film.
"""
import pathlib
import sys

import numpy as np
from PIL import Image

WIDTH, HEIGHT = 390, 320

folder, films = pathlib.Path(sys.argv[1]), int(sys.argv[2])
rng = np.random.default_rng(0)
x, y = np.meshgrid(np.linspace(-1, 1, WIDTH), np.linspace(-1, 1, HEIGHT))
for i in range(films):
    wide, high, tilt = 0.3 + 0.08 * rng.random(3)
    body = 190 * np.exp(-((x * 1.1) ** 4) - (y * 0.8) ** 4)
    lungs = sum(np.exp(-(((x - side) / wide) ** 2) - ((y + 0.1) / (2 * high)) ** 2) for side in (-0.45, 0.45))
    ribs = np.sin(24 * (y + tilt * np.abs(x))) * lungs
    film = body - 110 * lungs + 14 * ribs + rng.normal(0, 3.5, x.shape)
    Image.fromarray(np.clip(film, 0, 255).astype(np.uint8)).save(folder / f"film{i:05d}.jpg", quality=95)
