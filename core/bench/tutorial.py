"""What a person would run instead: the program of the PyTorch DCGAN tutorial, in float32.

ImageFolder and a DataLoader with workers, the tutorial's transforms, networks, initialisation, BCELoss on a
sigmoid, two Adam optimisers, the numbers that it takes out of every step, its line every 50 steps. Written
down plainly (https://pytorch.org/tutorials/beginner/dcgan_faces_tutorial.html, after Radford et al. 2016,
arXiv:1511.06434) and imported by nothing but the benchmark. In its favour: its grid of fixed noise is left
out, and an epoch is as long as CelebA's, so that the loader's restarts do not count.
"""

import math
import sys
from itertools import pairwise
from pathlib import Path
from time import perf_counter
from typing import Any

import torch
from torch import Tensor, nn, optim
from torch.utils.data import ConcatDataset, DataLoader, Dataset

from core.bench.peak import peak_memory, workers_memory
from core.bench.window import Window
from core.models import widths

EPOCH = 202_599  # pictures of CelebA


def measure(request: dict[str, Any]) -> dict[str, Any]:
    """Train until the window is over.

    request: pictures (an ImageFolder), size, latent_dim, g_features, d_features, batch_size, workers, device,
    warmup_s, seconds. Gives images_per_s, data_s (waiting for a batch, a step), step_s, steps, memory.
    """
    torch.manual_seed(0)
    device = torch.device(request["device"])
    loader = load(Path(request["pictures"]), request["size"], request["batch_size"], request["workers"])
    net_g = generator(request["size"], request["latent_dim"], request["g_features"]).to(device)
    net_d = discriminator(request["size"], request["d_features"]).to(device)
    net_g.apply(initialise)
    net_d.apply(initialise)

    window = Window(request["warmup_s"], request["seconds"])
    waited, workers = train(net_g, net_d, loader, request["latent_dim"], device, window)
    return {
        "images_per_s": window.steps * request["batch_size"] / window.seconds,
        "steps": window.steps,
        "step_s": window.seconds / window.steps,
        "data_s": waited / window.steps,
        "threads": torch.get_num_threads(),
        "memory": peak_memory(device) | {"workers": workers},
    }


def load(folder: Path, size: int, batch_size: int, workers: int) -> "DataLoader[Any]":
    dataset = picture_folder(folder, size)
    repeats = math.ceil(EPOCH / len(dataset))  # type: ignore[arg-type]
    return DataLoader(
        ConcatDataset([dataset] * repeats), batch_size=batch_size, shuffle=True, num_workers=workers
    )


def picture_folder(folder: Path, size: int) -> "Dataset[Any]":
    from torchvision import datasets, transforms

    steps = [
        transforms.Resize(size),
        transforms.CenterCrop(size),
        transforms.ToTensor(),
        transforms.Normalize((0.5, 0.5, 0.5), (0.5, 0.5, 0.5)),
    ]
    found: Dataset[Any] = datasets.ImageFolder(str(folder), transform=transforms.Compose(steps))
    return found


def generator(size: int, nz: int, ngf: int) -> nn.Sequential:
    wide = widths(size, ngf)
    layers: list[nn.Module] = [
        nn.ConvTranspose2d(nz, wide[0], 4, 1, 0, bias=False),
        nn.BatchNorm2d(wide[0]),
        nn.ReLU(True),
    ]
    for before, after in pairwise(wide):
        layers += [
            nn.ConvTranspose2d(before, after, 4, 2, 1, bias=False),
            nn.BatchNorm2d(after),
            nn.ReLU(True),
        ]
    return nn.Sequential(*layers, nn.ConvTranspose2d(wide[-1], 3, 4, 2, 1, bias=False), nn.Tanh())


def discriminator(size: int, ndf: int) -> nn.Sequential:
    wide = widths(size, ndf)[::-1]
    layers: list[nn.Module] = [
        nn.Conv2d(3, wide[0], 4, 2, 1, bias=False),
        nn.LeakyReLU(0.2, inplace=True),
    ]
    for before, after in pairwise(wide):
        layers += [
            nn.Conv2d(before, after, 4, 2, 1, bias=False),
            nn.BatchNorm2d(after),
            nn.LeakyReLU(0.2, inplace=True),
        ]
    return nn.Sequential(*layers, nn.Conv2d(wide[-1], 1, 4, 1, 0, bias=False), nn.Sigmoid())


def initialise(layer: nn.Module) -> None:
    if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d):
        nn.init.normal_(layer.weight, 0.0, 0.02)
    elif isinstance(layer, nn.BatchNorm2d):
        nn.init.normal_(layer.weight, 1.0, 0.02)
        nn.init.constant_(layer.bias, 0)


def train(
    net_g: nn.Module,
    net_d: nn.Module,
    loader: "DataLoader[Any]",
    nz: int,
    device: torch.device,
    window: Window,
) -> tuple[float, float]:
    """The tutorial's loop. Gives the seconds of the window that it waited for batches, the workers' MiB."""
    criterion = nn.BCELoss()
    optimizer_d = optim.Adam(net_d.parameters(), lr=0.0002, betas=(0.5, 0.999))
    optimizer_g = optim.Adam(net_g.parameters(), lr=0.0002, betas=(0.5, 0.999))
    g_losses: list[float] = []
    d_losses: list[float] = []
    waited, step = 0.0, 0
    while True:
        asked = perf_counter()
        for i, data in enumerate(loader):
            waited += perf_counter() - asked if window.open else 0.0

            # D: maximise log(D(x)) + log(1 - D(G(z)))
            net_d.zero_grad()
            real: Tensor = data[0].to(device)
            label = torch.full((real.size(0),), 1.0, dtype=torch.float, device=device)
            output = net_d(real).view(-1)
            err_d_real = criterion(output, label)
            err_d_real.backward()
            d_x = output.mean().item()
            noise = torch.randn(real.size(0), nz, 1, 1, device=device)
            fake = net_g(noise)
            label.fill_(0.0)
            output = net_d(fake.detach()).view(-1)
            err_d_fake = criterion(output, label)
            err_d_fake.backward()
            d_g_z1 = output.mean().item()
            err_d = err_d_real + err_d_fake
            optimizer_d.step()

            # G: maximise log(D(G(z)))
            net_g.zero_grad()
            label.fill_(1.0)
            output = net_d(fake).view(-1)
            err_g = criterion(output, label)
            err_g.backward()
            d_g_z2 = output.mean().item()
            optimizer_g.step()

            if i % 50 == 0:
                sys.stdout.write(
                    f"[{i}/{len(loader)}]\tLoss_D: {err_d.item():.4f}\tLoss_G: {err_g.item():.4f}\t"
                    f"D(x): {d_x:.4f}\tD(G(z)): {d_g_z1:.4f} / {d_g_z2:.4f}\n"
                )
            g_losses.append(err_g.item())
            d_losses.append(err_d.item())

            step += 1
            if window.tick(step):  # the device has been waited for, as every number above does
                return waited, workers_memory()
            asked = perf_counter()
