"""What the command line does with the engine; only ``symrnn.__main__`` prints."""
