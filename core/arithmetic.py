"""Arithmetic with faces, as in Radford et al. 2016 (arXiv:1511.06434), section 6.3.2 and figure 7."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core import draws
from core.errors import ShapeError

CENTRE = 4  # of the 3 x 3 neighbourhood, row by row


def combine(a: ArrayLike, b: ArrayLike, c: ArrayLike) -> NDArray[np.float32]:
    """mean(a) - mean(b) + mean(c), each (n, latent_dim) with its own n >= 1: (latent_dim,) float32.

    The paper takes three faces for each term, because the arithmetic of single faces is unstable.
    Raises ShapeError.
    """
    means = []
    for name, term in (("A", a), ("B", b), ("C", c)):
        vectors = np.asarray(term, np.float64)
        if vectors.ndim != 2 or not len(vectors):
            raise ShapeError(f"{name} needs at least one face.")
        means.append(vectors.mean(axis=0))
    if len({len(mean) for mean in means}) > 1:
        raise ShapeError("The faces of A, B and C come from generators with different latent sizes.")
    result: NDArray[np.float32] = (means[0] - means[1] + means[2]).astype(np.float32)
    return result


def neighbourhood(z: ArrayLike, seed: int = 0, spread: float = 0.25) -> NDArray[np.float32]:
    """Nine vectors for a 3 x 3 sheet, (9, latent_dim) float32: z itself in the middle, and around it z with
    uniform noise between -spread and +spread on every number, as in the paper.

    Raises ShapeError if z is not one vector.
    """
    centre = np.asarray(z, np.float64)
    if centre.ndim != 1:
        raise ShapeError(f"The neighbourhood is that of one latent vector, not of {centre.shape}.")
    noise = draws.stream(seed, "neighbourhood").uniform(-spread, spread, (9, len(centre)))
    noise[CENTRE] = 0
    return (centre + noise).astype(np.float32)
