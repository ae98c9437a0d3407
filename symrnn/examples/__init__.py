"""Programs that use emitted kernels; each runs on its own, with numpy and nothing of symrnn."""
