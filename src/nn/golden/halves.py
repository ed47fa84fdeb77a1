"""What halves do to a DenseNet, whatever else it is computed in: storing activations in them, or multiplying. For make.py and checkParity.py."""
import torch
from torch.nn.functional import pad, unfold

# Products that the fused engine sums in halves before these sums are added up as floats.
BLOCK = 16


def to_half(value):
    return value.half().to(value.dtype)


def round_to_half(value, generator):
    """To a neighbouring half, mostly the nearest: moved before by about float32's last digit."""
    noise = torch.randn(value.shape, generator=generator, dtype=value.dtype)
    return to_half(value * (1 + noise * 2.0**-24))


def store_in_halves(model, seed):
    """
    Rounds activations to halves exactly where the fused engine stores them, gradients passing as if they were not; statistics see
    the rounded values. A transition's convolution and pooling commute: the engine stores what comes last. Before it is rounded a
    value is moved by about float32's last digit, as arithmetic in float32 would move it: each seed is one of the runs that might be.
    """
    generator = torch.Generator().manual_seed(seed)

    def store(_module, _inputs, value):
        return value + (round_to_half(value, generator) - value).detach()

    for name, module in model.named_modules():
        stem = name in ("features.conv0", "features.pool0")
        if stem or name.endswith((".conv1", ".conv2")) or ("transition" in name and name.endswith(".pool")):
            module.register_forward_hook(store)


def multiply(left, right, generator):
    """
    [rows, taps, inner] by [taps, inner, columns] of halves: each product joins its block's sum, which is a half, in an order that is drawn;
    blocks' sums do not round.
    """
    blocks = -(-left.shape[2] // BLOCK)
    fill = blocks * BLOCK - left.shape[2]
    left = pad(left, (0, fill)).reshape(left.shape[0], -1, BLOCK)
    right = pad(right, (0, 0, 0, fill)).reshape(-1, BLOCK, right.shape[2])
    total = left.new_zeros(left.shape[0], left.shape[1], right.shape[2])
    for at in torch.randperm(BLOCK, generator=generator).tolist():
        total = to_half(total + left[:, :, at, None] * right[None, :, at])
    return total.sum(1)


def windows(images, kernel):
    """[pixels, taps, channels] of what a window of an odd side sees, stride 1."""
    channels = images.shape[1]
    seen = unfold(images, kernel, padding=kernel // 2)
    return seen.reshape(len(images), channels, kernel**2, -1).permute(0, 3, 2, 1).reshape(-1, kernel**2, channels)


class HalfConvolution(torch.autograd.Function):
    """A convolution of stride 1 whose three products are of halves."""

    @staticmethod
    def forward(ctx, images, weights, generator):
        images, weights = round_to_half(images, generator), round_to_half(weights, generator)
        ctx.save_for_backward(images, weights)
        ctx.generator = generator
        return HalfConvolution.convolve(images, weights, generator)

    @staticmethod
    def convolve(images, weights, generator):
        (count, _, *size), (columns, channels, kernel, _) = images.shape, weights.shape
        right = weights.permute(2, 3, 1, 0).reshape(kernel**2, channels, columns)
        return multiply(windows(images, kernel), right, generator).reshape(count, *size, columns).permute(0, 3, 1, 2)

    @staticmethod
    def backward(ctx, gradient):
        images, weights = ctx.saved_tensors
        gradient = round_to_half(gradient, ctx.generator)
        to_images = HalfConvolution.convolve(gradient, weights.flip(2, 3).transpose(0, 1), ctx.generator)
        columns, channels, kernel, _ = weights.shape
        rows = windows(images, kernel).reshape(-1, 1, kernel**2 * channels).permute(2, 1, 0)
        to_weights = multiply(rows, gradient.permute(0, 2, 3, 1).reshape(1, -1, columns), ctx.generator)
        to_weights = to_weights.reshape(kernel, kernel, channels, columns).permute(3, 2, 0, 1)
        return to_images, to_weights, None


def multiply_in_halves(model, seed):
    """
    Multiplies in halves where the fused engine does: all convolutions but the stem's. A transition pools first, as there; the two commute.
    Each seed is one of the runs that might be. The loss is not scaled: the gradients of few films are within the range of halves as they are.
    """
    generator = torch.Generator().manual_seed(seed)
    for name, module in model.named_modules():
        if "transition" in name and hasattr(module, "pool"):
            module._modules.move_to_end("conv")
        if isinstance(module, torch.nn.Conv2d) and not name.endswith("features.conv0"):
            module.forward = lambda images, at=module: HalfConvolution.apply(images, at.weight, generator)
