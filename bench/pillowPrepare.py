"""Prepares films with Pillow, to compare with: python3 bench/pillowPrepare.py SIZE PROCESSES < paths, one a line. Prints films a second.

Each film is opened, turned grey, resized and its bytes collected; processes are started before the clock.
"""
import multiprocessing
import sys
import time

from PIL import Image


def prepare(path, size):
    with Image.open(path) as film:
        return film.convert("L").resize((size, size), Image.BILINEAR).tobytes()


def prepare_all(paths, size):
    prepared = [prepare(path, size) for path in paths]
    return len(prepared)


if __name__ == "__main__":
    size, processes = int(sys.argv[1]), int(sys.argv[2])
    paths = sys.stdin.read().splitlines()
    parts = [(paths[i::processes], size) for i in range(processes)]
    with multiprocessing.Pool(processes) as pool:
        # Modules and plugins are loaded first.
        pool.starmap(prepare_all, [(part[:8], size) for part, _ in parts], chunksize=1)
        started = time.perf_counter()
        done = sum(pool.starmap(prepare_all, parts, chunksize=1))
        print(done / (time.perf_counter() - started))
