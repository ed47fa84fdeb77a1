"""For tests: calls functions of unpacked bundles' train.py, all in one process, since torch takes seconds to import.

Standard input, or a file that is named (processes of torchrun share no input): {"calls": [{"bundle": DIR, "call": NAME, "arguments": [...]}, ...]}.
Standard output: a JSON list of what each gave; what the program prints goes to standard error."""
import contextlib
import importlib.util
import json
import os
import sys
import unittest.mock
import zlib
from pathlib import Path


def load(folder):
    spec = importlib.util.spec_from_file_location(f"train_{zlib.crc32(folder.encode())}", Path(folder) / "train.py")
    program = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(program)
    return program


def settings_of(folder):
    return json.loads((Path(folder) / "recipe.json").read_text())["settings"]


def order(program, folder, epoch):
    sample = program.Sample(Path(folder) / "sample.csv")
    return program.cut_batches(sample.train_labels[:, 0], settings_of(folder), epoch)


def draw(program, folder, seed, purpose, keys, skipped, count):
    """What float() gives, one by one, and what floats() gives at once."""
    one, all_at_once = program.Random(seed, purpose, *keys), program.Random(seed, purpose, *keys)
    for _ in range(skipped):
        one.float()
    all_at_once.skip(skipped)
    return [[one.float() for _ in range(count)] + [one.float()], [*all_at_once.floats(count).tolist(), all_at_once.float()]]


def moves(program, folder, epoch, films):
    return program.draw_moves(settings_of(folder), epoch, films).tolist()


def blend(program, folder, epoch, index, count):
    shares, partners = program.draw_blend(settings_of(folder), epoch, index, count)
    return [shares.tolist(), partners]


def picture(program, folder, film, size, move):
    import torch

    films = torch.tensor(film, dtype=torch.float32).reshape(1, size, size) / 255
    return program.apply_moves(films, torch.tensor([move], dtype=torch.float32)).reshape(-1).tolist()


def passes(program, folder, settings, world):
    return [program.cut_passes(settings, world), program.least_pass(settings, False)]


def settings(program, folder, recipe, epochs, max_lr):
    return program.choose_settings(recipe, epochs, max_lr)


def arrays(program, folder, path):
    return {name: [list(array.shape), array.double().reshape(-1).tolist()] for name, array in program.read_safetensors(Path(path)).items()}


def read(program, folder, path, size, fit):
    return program.read_film(Path(path).read_bytes(), size, fit).reshape(-1).tolist()


def over(program, folder, settings, epochs):
    """After each of the epochs, whether the run is over, and the best so far."""
    parts = [epochs[: count + 1] for count in range(len(epochs))]
    return [[program.is_over(settings, part), program.find_best(settings["keepBest"], part)] for part in parts]


def rates(program, folder, settings, total, losses):
    return [program.rates_at(settings, step, total, losses) for step in range(total)]


def auroc(program, folder, logits, labels):
    import numpy as np

    return program.auroc(np.array(logits), np.array(labels))


def precision(program, folder, capability):
    """What is chosen on a card of this compute capability."""
    import torch

    with unittest.mock.patch("torch.cuda.get_device_capability", lambda _: (capability, 0)):
        return str(program.choose_precision("auto", torch.device("cuda")))


def cards(program, folder, count, processes):
    """What is said where so many processes find so many cards."""
    found = [unittest.mock.patch("torch.cuda.is_available", lambda: True), unittest.mock.patch("torch.cuda.device_count", lambda: count)]
    with found[0], found[1], unittest.mock.patch.dict(os.environ, LOCAL_WORLD_SIZE=str(processes)):
        try:
            program.Processes(None)
        except SystemExit as refusal:
            return str(refusal)


class Scaler:
    """In place of torch's GradScaler, which needs a card: by a power of two, which changes no bit of what comes out."""

    def __init__(self, _):
        self.is_scaled = True

    def scale(self, loss):
        return loss * 1024

    def unscale_(self, optimizer):
        for group in optimizer.param_groups:
            for parameter in group["params"]:
                parameter.grad.div_(1024)
        self.is_scaled = False

    def step(self, optimizer):
        assert not self.is_scaled
        optimizer.step()

    def update(self):
        self.is_scaled = True

    def state_dict(self):
        return {"scale": 1024}


def main_scaled(program, folder, *arguments):
    with unittest.mock.patch.object(program, "open_scaler", Scaler):
        return main(program, folder, *arguments)


def main(program, folder, *arguments):
    """The program itself; what it refuses is its answer."""
    try:
        program.main(list(arguments))
        return None
    except SystemExit as refusal:
        return str(refusal)


if __name__ == "__main__":
    answers, programs = [], {}
    asked = Path(sys.argv[1]).read_text() if len(sys.argv) > 1 else sys.stdin.read()
    with contextlib.redirect_stdout(sys.stderr):
        for one in json.loads(asked)["calls"]:
            folder = one["bundle"]
            program = programs[folder] = programs.get(folder) or load(folder)
            answers.append(globals()[one["call"]](program, folder, *one["arguments"]))
    if os.environ.get("RANK", "0") == "0":
        json.dump(answers, sys.stdout)
