"""The demo: the main job carried out without a browser, and its result as committed files."""
