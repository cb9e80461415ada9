"""What a first run shows: the committed content, and the cars that are rendered for it."""
