"""studio-mini: the bundled base model, and the code that draws its world and trains it."""
