"""A generator as ONNX, for other programs and languages, checked before it is kept.

The graph is built layer by layer from the generator's own: there are five kinds of layers, so that takes a
page, gives the same file with every version of torch and needs no tracing. torch's own exporter would need
onnxscript besides, and changes from release to release.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import nn

from core import draws
from core.commit import commit
from core.errors import StudioError
from core.generators import digest

if TYPE_CHECKING:
    import onnx

    from core.models import Generator

OPSET = 17  # of 2022: old enough for the runtimes in use, and nothing newer is needed
IR_VERSION = 8  # that came with it
TOLERANCE = 1e-4
BATCHES = (1, 5)


@dataclass(frozen=True, slots=True)
class OnnxCheck:
    """How far the written file is from torch."""

    max_difference: float  # of any number of any picture, in the range -1 .. 1
    checked: int  # pictures that were compared


def save_onnx(path: Path, generator: Generator, *, name: str = "", seed: int = 0) -> OnnxCheck:
    """Write the generator as ONNX once onnxruntime agrees with torch on random z, in batches of 1 and of 5.

    Input `z`, (n, latent_dim) float32; output `pictures`, (n, channels, size, size) float32 in [-1, 1]; n is
    free. The metadata says how pictures become pixels. Raises StudioError, and nothing is written, if any
    number differs by more than 1e-4 or the place cannot be written.
    """
    data = _model(generator, name).SerializeToString()
    check = _check(data, generator, seed)
    if not check.max_difference <= TOLERANCE:
        raise StudioError(
            f"The ONNX file was not kept: its pictures differ from torch's by {check.max_difference:.2g}, "
            f"where {TOLERANCE:g} is allowed. Update onnxruntime, then try again."
        )
    commit(path, lambda file: file.write(data))
    return check


def _check(data: bytes, generator: Generator, seed: int) -> OnnxCheck:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3  # errors; the difference tells more than its warnings
    session = onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
    z = draws.normal(seed, "onnx", 0, sum(BATCHES), generator.latent_dim)
    device = next(generator.parameters()).device
    differences, first = [], 0
    for count in BATCHES:
        batch = z[first : first + count]
        (ours,) = session.run(["pictures"], {"z": batch})
        with torch.inference_mode():
            theirs = generator(torch.from_numpy(batch).to(device)).float().cpu().numpy()
        differences.append(float(np.abs(ours - theirs).max()))
        first += count
    return OnnxCheck(float(np.max(differences)), len(z))


def _model(generator: Generator, name: str) -> onnx.ModelProto:
    from onnx import TensorProto, checker, helper, numpy_helper

    weights = {
        key: tensor.detach().float().cpu().numpy()
        for key, tensor in generator.state_dict().items()
        if not key.endswith("num_batches_tracked")
    }
    last = len(generator.layers) - 1
    nodes = [helper.make_node("Unsqueeze", ["z", "axes"], ["to.0"])]
    for index, layer in enumerate(generator.layers):
        inputs = [
            key for key in weights if key.startswith(f"layers.{index}.")
        ]  # in the order that ONNX has too
        output = "pictures" if index == last else f"to.{index + 1}"
        kind, settings = _operator(layer)
        nodes.append(
            helper.make_node(kind, [f"to.{index}", *inputs], [output], f"layers.{index}", **settings)
        )
    shape: list[str | int | None] = ["n", generator.channels, generator.size, generator.size]
    graph = helper.make_graph(
        nodes,
        "generator",
        [helper.make_tensor_value_info("z", TensorProto.FLOAT, ["n", generator.latent_dim])],
        [helper.make_tensor_value_info("pictures", TensorProto.FLOAT, shape)],
        [numpy_helper.from_array(np.ascontiguousarray(values), key) for key, values in weights.items()]
        + [numpy_helper.from_array(np.array([2, 3], np.int64), "axes")],
    )
    model = helper.make_model(
        graph,
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=IR_VERSION,
        producer_name="DCGAN Studio",
    )
    helper.set_model_props(model, _facts(generator, name))
    checker.check_model(model, full_check=True)
    return model


def _operator(layer: nn.Module) -> tuple[str, dict[str, Any]]:
    """ONNX's name of a layer, and its settings."""
    match layer:
        case nn.ConvTranspose2d():
            sides = {"kernel_shape": list(layer.kernel_size), "strides": list(layer.stride)}
            return "ConvTranspose", {**sides, "pads": [*layer.padding, *layer.padding]}
        case nn.Conv2d():
            return "Conv", {"kernel_shape": list(layer.kernel_size), "pads": [*layer.padding, *layer.padding]}
        case nn.BatchNorm2d():
            return "BatchNormalization", {"epsilon": layer.eps}
        case nn.ReLU():
            return "Relu", {}
        case nn.Tanh():
            return "Tanh", {}
    raise StudioError(f"A {type(layer).__name__} layer cannot be written as ONNX.")


def _facts(generator: Generator, name: str) -> dict[str, str]:
    """The file's metadata: what a program or a person needs to use it."""
    return {
        "name": name,
        "digest": digest(generator),
        "latent_dim": str(generator.latent_dim),
        "size_px": str(generator.size),
        "channels": "red, green, blue" if generator.channels == 3 else "grey",
        "z": "standard normal numbers, float32 (n, latent_dim)",
        "pictures": "float32 (n, channels, size_px, size_px) in [-1, 1]",
        "to_pixels": "round((pictures + 1) * 127.5) as uint8",
    }
