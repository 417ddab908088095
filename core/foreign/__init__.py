"""Generators that other programs trained, opened without trusting their files.

`read_generator` starts a child process that looks at a file in this order, and refuses it at the first
fault:

1. archive, stream, header: is the container exactly what torch or safetensors writes?
2. pickles, claims: which tensors does its pickle describe, and do the stored bytes cover them? It is
   followed, not unpickled.
3. layout: do the shapes make a DCGAN generator, and which one?
4. numbers: is every weight finite?
5. only then `torch.load(weights_only=True)`, and what it gives must be what was found before.

The child writes safetensors, which the parent checks once more. So torch itself never sees a file that is
not a generator, and the program never sees anything but finite float32 weights of known shapes.
"""

from core.foreign.reading import Imported, import_generator, read_generator
from core.foreign.refusal import ForeignError

__all__ = ["ForeignError", "Imported", "import_generator", "read_generator"]
