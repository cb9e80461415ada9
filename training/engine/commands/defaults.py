"""Values that a command's help names and its run uses."""

DENOISING_STRENGTH = 0.6  # how far an image to begin from may move
