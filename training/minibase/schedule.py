"""The stages of a full build, in order, and the minutes each trains."""

STAGES = ("tokenizer", "basis", "scenes", "text", "unet", "vae", "judge", "clip", "bundle")
# Minutes of a full build on two cores; --minutes overrides the one of a single stage.
MINUTES = {"text": 1.7, "unet": 90.0, "vae": 12.0, "judge": 4.0, "clip": 7.5}
