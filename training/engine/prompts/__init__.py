"""Prompts as text: style tags, word weights, trigger words. Needs no torch."""
