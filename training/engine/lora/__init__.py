"""LoRA files and adapters: every tensor and setting used or refused by name."""
