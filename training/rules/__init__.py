"""Judgements over plain values and rows."""
