"""nn/modules/upsampling.py, pixelshuffle.py and channelshuffle.py against torch."""

from __future__ import annotations

import pytest

from parity_tests.oracle import rand, same_program


@pytest.mark.parametrize("make, shape", [
    (lambda nn: nn.Upsample(7), (1, 2, 4)), (lambda nn: nn.Upsample(scale_factor=2), (1, 2, 3, 4)),
    (lambda nn: nn.Upsample(scale_factor=(2, 1.5), mode="bilinear"), (1, 2, 3, 4)),
    (lambda nn: nn.Upsample((4, 5, 6), mode="trilinear", align_corners=True), (1, 2, 3, 4, 2)),
    (lambda nn: nn.Upsample(scale_factor=1.3, mode="linear", recompute_scale_factor=True), (1, 2, 7)),
    (lambda nn: nn.UpsamplingNearest2d(5), (1, 2, 3, 4)), (lambda nn: nn.UpsamplingNearest2d(scale_factor=2), (1, 2, 3, 4)),
    (lambda nn: nn.UpsamplingBilinear2d((5, 3)), (1, 2, 3, 4)), (lambda nn: nn.UpsamplingBilinear2d(scale_factor=3), (1, 2, 3, 4)),
    (lambda nn: nn.PixelShuffle(2), (1, 8, 2, 3)), (lambda nn: nn.PixelUnshuffle(2), (1, 2, 4, 6)),
    (lambda nn: nn.ChannelShuffle(3), (2, 6, 2)), (lambda nn: nn.Upsample(), (1, 2, 4)),
])  # fmt: skip
def test_shapes(make, shape):
    def program(t):
        x = t.tensor(rand(*shape).tolist(), dtype=t.float64, requires_grad=True)
        module = make(t.nn)
        y = module(x)
        (y**3).sum().backward()
        return [repr(module), y.detach(), x.grad]

    same_program(program)
