"""How good a style is: sheets over strengths, scores of checkpoints, advice."""
