"""One training on several devices or machines: the first process trains, the others obey it."""
