"""The demo: styles, templates and scenes of a first run, made with the bundled base model.

`story` does the main job as three people would, `export` and `importing` carry its result into the
repository and into a fresh studio.
"""
