"""Training a style: the loop, its step, its memory, and what a run writes."""
