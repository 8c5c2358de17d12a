#!/usr/bin/env python3
"""Checkpoints both ways between vae and PyTorch, by the module that README shows.

usage: pytorch.py VAE README

Skipped by name where PyTorch is not installed. Where safetensors' Python package is missing, two functions of the
same name stand in for it. Forward passes agree within TOLERANCE, bounds within five standard errors of their draws.
"""
import importlib.util
import json
import os
import re
import struct
import subprocess
import sys
import tempfile
import types

TOLERANCE = 1e-5
DRAWS = 20
IMAGES = 10000

if importlib.util.find_spec("torch") is None:
    print("pytorch: skipped: no PyTorch")
    sys.exit(0)

import torch
import torch.nn.functional as F

torch.set_num_threads(1)  # more of them spin, and take their CPUs from tests that run beside this one


def stand_in():
    """safetensors.torch, as far as README uses it: an 8-byte length, a header of JSON, the tensors' bytes."""

    def load_file(path):
        with open(path, "rb") as f:
            header = json.loads(f.read(struct.unpack("<Q", f.read(8))[0]))
            body = bytearray(f.read())
        header.pop("__metadata__", None)
        kinds = {"F32": torch.float32, "F64": torch.float64, "I64": torch.int64, "U64": torch.int64}

        def tensor(entry):
            begin, end = entry["data_offsets"]
            return torch.frombuffer(body[begin:end], dtype=kinds[entry["dtype"]]).reshape(entry["shape"])

        return {name: tensor(entry) for name, entry in header.items()}

    def save_file(tensors, path):
        header, body = {}, b""
        for name, t in tensors.items():
            begin = len(body)
            body += t.detach().contiguous().numpy().tobytes()
            header[name] = {"dtype": "F32", "shape": list(t.shape), "data_offsets": [begin, len(body)]}
        text = json.dumps(header).encode()
        with open(path, "wb") as f:
            f.write(struct.pack("<Q", len(text)) + text + body)

    package, module = types.ModuleType("safetensors"), types.ModuleType("safetensors.torch")
    module.load_file, module.save_file, package.torch = load_file, save_file, module
    sys.modules.update({"safetensors": package, "safetensors.torch": module})


def array(path):
    """A .npy file of floats as a tensor of doubles."""
    with open(path, "rb") as f:
        data = f.read()
    start = 10 + struct.unpack("<H", data[8:10])[0]
    header = eval(data[10:start])
    kind = {"<f4": torch.float32, "<f8": torch.float64}[header["descr"]]
    return torch.frombuffer(bytearray(data[start:]), dtype=kind).reshape(header["shape"]).double()


def vae(*arguments):
    child = subprocess.run([VAE, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if child.returncode:
        sys.exit(f"vae {' '.join(arguments)}: {child.stderr.strip()}")
    return child.stdout


def must(holds, what):
    if not holds:
        sys.exit(f"pytorch: {what}")


def same(got, want, what):
    must(got.shape == want.shape, f"{what}: shapes {tuple(got.shape)} and {tuple(want.shape)}")
    scale = max(1.0, want.abs().max().item())
    difference = (got - want).abs().max().item() / scale
    must(difference <= TOLERANCE, f"{what}: they differ by {difference:.1e}")
    return difference


def bound(module, x):
    """Means over the images of the bound, with the standard error of one by a draw each, and of the KL, in nats."""
    mean, logvar = module.encode(x)
    kl = 0.5 * (mean**2 + logvar.exp() - 1 - logvar).sum(1)
    draws = []
    for _ in range(DRAWS):
        z = mean + (0.5 * logvar).exp() * torch.randn_like(mean)
        draws.append(-F.binary_cross_entropy_with_logits(module.decode(z), x, reduction="none").sum(1) - kl)
    draws = torch.stack(draws).double()
    error = (draws.var(0).mean() / len(x) * (1 + 1 / DRAWS)).sqrt()
    return draws.mean().item(), error.item(), kl.double().mean().item()


def bounds_agree(module, x, path, data):
    """The program's bound of that file and PyTorch's of the module."""
    answer = json.loads(vae("eval", path, "--data", data, "--json"))
    ours, (theirs, error, kl) = answer["test_bound"], bound(module, x)
    must(abs(answer["kl"] - kl) <= 10 * TOLERANCE * kl, f"{path}: KL {answer['kl']} nats, PyTorch's {kl}")
    must(abs(ours - theirs) <= 5 * error, f"{path}: bound {ours:.3f} nats, PyTorch's {theirs:.3f} +- {error:.3f}")
    print(f"{path}: bound {ours:.3f} nats, PyTorch's {theirs:.3f} (standard error of the difference {error:.3f})")
    return ours


def as_readme_says(readme):
    """Runs README's program beside a model that vae trained."""
    vae("train", "--data", "synthetic", "--out", "out", "--samples", "30000", "--quiet")
    with open(readme) as f:
        program = re.search(r"```python\n(.*?)```", f.read(), re.S).group(1)
    names = {}
    exec(program, names)
    module = names["vae"]
    vae("sample", "out/model.safetensors", "--count", str(IMAGES), "--out", "x.npy")
    vae("encode", "out/model.safetensors", "--data", "x.npy", "--codes", "posterior", "--out", "codes.npy")
    x = array("x.npy").float().reshape(IMAGES, -1)
    with torch.no_grad():
        mean, logvar = module.encode(x)
        differences = [same(torch.cat([mean, logvar], 1).double(), array("codes.npy"), "encoder")]
        vae("encode", "out/model.safetensors", "--data", "x.npy", "--out", "mean.npy")
        vae("decode", "out/model.safetensors", "--codes", "mean.npy", "--out", "decoded.npy")
        z = array("mean.npy").float()
        differences.append(same(torch.sigmoid(module.decode(z)).double(), array("decoded.npy").reshape(IMAGES, -1), "decoder"))
        print(f"forward passes of PyTorch {torch.__version__} differ by at most {max(differences):.1e}")
        first = bounds_agree(module, x, "out/model.safetensors", "x.npy")
        must(bounds_agree(module, x, "from-torch.safetensors", "x.npy") == first, "a file passed through changed")
        module.decoder["logits"].bias.mul_(0.5)
        names["save_file"](module.state_dict(), "changed.safetensors")
        must(bounds_agree(module, x, "changed.safetensors", "x.npy") != first, "a changed file has the same bound")


ACTIVATIONS = {"relu": torch.relu, "softplus": F.softplus, "sigmoid": torch.sigmoid}
OTHERS = [("relu", "--hidden", "60,40", "--likelihood", "gaussian"),
          ("softplus", "--hidden", "50", "--likelihood", "gaussian", "--sigma", "0.3"),
          ("sigmoid", "--hidden", "40,30,20", "--decoder-hidden", "30")]


def others(load_file):
    """Deep networks and Gaussian decoders, from the tensors' names alone."""
    for activation, *options in OTHERS:
        vae("train", "--data", "x.npy", "--out", activation, "--samples", "5000", "--latent", "5", "--quiet",
            "--activation", activation, *options)
        path, w = f"{activation}/model.safetensors", load_file(f"{activation}/model.safetensors")

        def linear(name, v):
            return F.linear(v, w[name + ".weight"], w[name + ".bias"])

        def hidden(side, v):
            names = sorted({n.rsplit(".", 1)[0] for n in w if n.startswith(side + ".hidden")})
            for name in names:
                v = ACTIVATIONS[activation](linear(name, v))
            return v

        h = hidden("encoder", array("x.npy").float().reshape(IMAGES, -1))
        codes = torch.cat([linear("encoder.mean", h), linear("encoder.logvar", h)], 1)
        vae("encode", path, "--data", "x.npy", "--codes", "posterior", "--out", "codes.npy")
        same(codes.double(), array("codes.npy"), f"{activation}: encoder")
        vae("encode", path, "--data", "x.npy", "--out", "mean.npy")
        vae("decode", path, "--codes", "mean.npy", "--out", "decoded.npy")
        h = hidden("decoder", array("mean.npy").float())
        mean = torch.sigmoid(linear("decoder.mean" if "decoder.mean.weight" in w else "decoder.logits", h))
        same(mean.double(), array("decoded.npy").reshape(IMAGES, -1), f"{activation}: decoder")
    print(f"the same of {len(OTHERS)} other networks")


if len(sys.argv) != 3:
    sys.exit(__doc__)
VAE, README = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
if importlib.util.find_spec("safetensors") is None:
    print("pytorch: no package safetensors; the test's own reader stands in")
    stand_in()
torch.manual_seed(1)
with tempfile.TemporaryDirectory() as directory:
    os.chdir(directory)
    as_readme_says(README)
    others(sys.modules["safetensors.torch"].load_file)
    os.chdir("/")
