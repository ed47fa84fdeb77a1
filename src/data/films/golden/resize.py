"""Writes resize.json: Pillow's BILINEAR resize of made 8-bit grey images, and of some of them in mode "F". Run: /usr/bin/python3 src/data/films/golden/resize.py

The images come from a linear congruential generator that resize.test.ts repeats, so only results are stored.
"""
import base64
import json
import pathlib

import PIL
from PIL import Image

# (width, height) -> (width, height): down, up, odd, non-square, one pixel, one pass only, unchanged.
CASES = [
    ((390, 320), (64, 64)),
    ((320, 390), (64, 64)),
    ((512, 512), (64, 64)),
    ((101, 67), (33, 47)),
    ((32, 32), (80, 80)),
    ((17, 5), (40, 3)),
    ((1, 1), (7, 5)),
    ((9, 1), (1, 9)),
    ((50, 31), (50, 13)),
    ((50, 31), (13, 31)),
    ((21, 22), (21, 22)),
    ((255, 3), (254, 2)),
]


def made_image(width, height, seed):
    """Noise with runs of black and white, so that clipping is reached."""
    state = seed
    data = bytearray()
    for _ in range(width * height):
        state = (state * 1664525 + 1013904223) % 2**32
        value = state >> 24
        data.append(0 if value < 40 else 255 if value > 215 else value)
    return Image.frombytes("L", (width, height), bytes(data))


cases, wide = [], []
for seed, (source, target) in enumerate(CASES):
    resized = made_image(*source, seed).resize(target, Image.BILINEAR)
    if max(target) < 50:
        # Between bytes, so that rounding to bytes somewhere would show.
        floats = made_image(*source, seed).convert("F").resize(target, Image.BILINEAR)
        wide.append({"from": source, "to": target, "seed": seed, "base64": base64.b64encode(floats.tobytes()).decode()})
    cases.append({"from": source, "to": target, "seed": seed, "base64": base64.b64encode(resized.tobytes()).decode()})
path = pathlib.Path(__file__).with_name("resize.json")
path.write_text(json.dumps({"pillow": PIL.__version__, "cases": cases, "wide": wide}) + "\n")
