"""Weights, films and projections by formula: the same numbers as formula.ts, digit for digit."""
import numpy as np

PROJECTIONS = 8


def hash_name(name):
    value = 0x811C9DC5
    for character in name:
        value = ((value ^ ord(character)) * 0x01000193) & 0xFFFFFFFF
    return value


def hash_all(name, length):
    with np.errstate(over="ignore"):
        index = np.arange(1, length + 1, dtype=np.uint32)
        h = np.uint32(hash_name(name)) + index * np.uint32(0x9E3779B1)
        h = (h ^ (h >> np.uint32(16))) * np.uint32(0x85EBCA6B)
        h = (h ^ (h >> np.uint32(13))) * np.uint32(0xC2B2AE35)
        return h ^ (h >> np.uint32(16))


def fill_by_formula(name, length, centre, spread):
    unit = (hash_all(name, length) >> np.uint32(8)).astype(np.float32) / np.float32(2**23) - np.float32(1)
    return np.float32(centre) + np.float32(spread) * unit


def array_by_formula(name, shape):
    length = int(np.prod(shape))
    if name.endswith("num_batches_tracked"):
        return np.zeros(shape, dtype=np.int64)
    if len(shape) == 4:
        data = fill_by_formula(name, length, 0, np.sqrt(6 * shape[0] / length))
    elif len(shape) == 2:
        data = fill_by_formula(name, length, 0, 1 / np.sqrt(shape[1]))
    elif name.endswith("running_var") or (name.endswith(".weight")):
        data = fill_by_formula(name, length, 1, 0.25)
    else:
        data = fill_by_formula(name, length, 0, 0.5)
    return data.reshape(shape)


def project(name, data):
    """Sums of the elements with signs by hash, in float64."""
    flat = np.asarray(data, dtype=np.float64).reshape(-1)
    bits = hash_all(f"projection {name}", flat.size)
    return [float(np.where((bits >> np.uint32(j)) & np.uint32(1), flat, -flat).sum()) for j in range(PROJECTIONS)]
