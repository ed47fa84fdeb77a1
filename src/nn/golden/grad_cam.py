"""Grad-CAM (Selvaraju et al. 2017) by autograd hooks, for both heads: /usr/bin/python3 src/nn/golden/grad_cam.py

The map is what the head pools: of torchvision's DenseNet `features` after the ReLU of its `forward`, of fastai's body `features` as it is.
"""
import torch

from make import build, films, write

ARCH, COUNT, SIZE, CLASSES = "densenet-mini", 2, 96, 3
TARGETS = {"linear": 1, "fastai": 2}


def split(model, head):
    """What gives the map that the head pools, and what makes logits of it."""
    if head == "fastai":
        return model.features, model.head
    pool = lambda activated: model.classifier(torch.nn.functional.adaptive_avg_pool2d(activated, 1).flatten(1))
    return (lambda images: torch.relu(model.features(images))), pool


def case(head):
    model = build(ARCH, CLASSES, torch.float64, head).eval()
    images = films(ARCH, COUNT, SIZE).double()
    body, rest = split(model, head)
    activations = body(images)
    gradients = []
    activations.register_hook(gradients.append)
    logits = rest(activations)
    assert torch.equal(logits, model(images)), "another network than the model"
    # In inference no film sees another, so the gradient of the sum is that of each film's own logit.
    logits[:, TARGETS[head]].sum().backward()
    weights = gradients[0].mean((2, 3), keepdim=True)
    maps = torch.relu((weights * activations).sum(1))
    assert 0 < (maps == 0).sum() < maps.numel(), "maps that are nowhere or everywhere 0 show less"
    return {"head": head, "target": TARGETS[head], "side": maps.shape[-1], "maps": maps.detach().reshape(-1).tolist()}


if __name__ == "__main__":
    sizes = {"arch": ARCH, "count": COUNT, "size": SIZE, "classes": CLASSES}
    write("gradCam.json", {**sizes, "cases": [case(head) for head in TARGETS]})
