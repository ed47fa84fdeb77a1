"""What storing activations in halves does to a DenseNet, whatever else it is computed in: for make.py and checkParity.py."""
import torch


def store_in_halves(model, seed):
    """
    Rounds activations to halves exactly where the fused engine stores them, gradients passing as if they were not; statistics see
    the rounded values. A transition's convolution and pooling commute: the engine stores what comes last. Before it is rounded a
    value is moved by about float32's last digit, as arithmetic in float32 would move it: each seed is one of the runs that might be.
    """
    generator = torch.Generator().manual_seed(seed)

    def store(_module, _inputs, value):
        noise = torch.randn(value.shape, generator=generator, dtype=value.dtype)
        return value + ((value * (1 + noise * 2.0**-24)).half().to(value.dtype) - value).detach()

    for name, module in model.named_modules():
        stem = name in ("features.conv0", "features.pool0")
        if stem or name.endswith((".conv1", ".conv2")) or ("transition" in name and name.endswith(".pool")):
            module.register_forward_hook(store)
