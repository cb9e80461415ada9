"""Settings of a run: one frozen object, its schema, its reference for the docs."""
