"""What a file with a generator may be called; what is in it is seen when it is opened."""

GENERATORS = (".pth", ".pt", ".ckpt", ".bin", ".safetensors")
