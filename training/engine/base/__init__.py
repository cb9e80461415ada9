"""Base models: described from headers, loaded offline, their tokenizer."""
