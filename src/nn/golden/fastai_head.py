"""DenseNet under fastai v1's head, restated in torch: what `cnn_learner(data, models.densenet121)` trains (fastai/vision/learner.py)."""
import torch
from torch import nn

from formula import hash_all

HIDDEN = 512


class AdaptiveConcatPool2d(nn.Module):
    """fastai/layers.py: the maximum first."""

    def __init__(self):
        super().__init__()
        self.ap, self.mp = nn.AdaptiveAvgPool2d(1), nn.AdaptiveMaxPool2d(1)

    def forward(self, x):
        return torch.cat([self.mp(x), self.ap(x)], 1)


class DrawnDropout(nn.Module):
    """Dropout in training by a stream of numbers that the layers of a head share; without one nothing is dropped."""

    def __init__(self, probability, draw):
        super().__init__()
        self.probability, self.draw = probability, draw

    def forward(self, x):
        if not self.training or self.draw is None:
            return x
        kept = self.draw(x.numel()).reshape(x.shape) >= self.probability
        return x * torch.from_numpy(kept).to(x.dtype) / (1 - self.probability)


def drawing_by_formula(name):
    drawn = 0

    def draw(length):
        nonlocal drawn
        drawn += length
        return hash_all(name, drawn)[-length:] / 2**32

    return draw


def create_head(features, classes, draw, ps=0.5):
    """`create_head(2 * features, classes)`; the dropout before the hidden layer has half of `ps`."""
    return nn.Sequential(
        AdaptiveConcatPool2d(), nn.Flatten(),
        nn.BatchNorm1d(2 * features), DrawnDropout(ps / 2, draw), nn.Linear(2 * features, HIDDEN), nn.ReLU(),
        nn.BatchNorm1d(HIDDEN), DrawnDropout(ps, draw), nn.Linear(HIDDEN, classes),
    )  # fmt: skip


class FastaiDenseNet(nn.Module):
    """`create_body(densenet, cut=-1)` is torchvision's `features`, without the ReLU and pooling of its `forward`."""

    def __init__(self, densenet, classes, dropped=None):
        super().__init__()
        self.features = densenet.features
        self.head = create_head(densenet.classifier.in_features, classes, drawing_by_formula(dropped) if dropped else None)

    def forward(self, x):
        return self.head(self.features(x))
