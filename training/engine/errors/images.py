"""What is wrong with the pictures of a dataset."""

from training.engine.fault_reasons import gettext_noop, ngettext_noop

SENTENCES: dict[str, str] = {
    "image-unreadable": gettext_noop(
        "The image {name} can't be read: {reason}. Use another one, or leave it out."
    ),
    "image-name-unreadable": gettext_noop(
        "The name of the image {name} is not text: its bytes are neither UTF-8 nor GB 18030. "
        "Rename the file."
    ),
    "image-name-taken": gettext_noop(
        "The image {name} has the same name as {other}, but for blanks, slashes or accents. "
        "Rename one of the two."
    ),
    "folder-without-images": gettext_noop(
        "The folder {path} holds no picture (JPEG, PNG, WebP, TIFF, BMP, GIF, AVIF or HEIC). "
        "Check the path of “{key}”."
    ),
    "image-too-small": gettext_noop(
        "Image {name} is {side} px on its short side; this run needs {needed} px. "
        "Replace the image, or choose a lower resolution."
    ),
    "image-too-large": gettext_noop(
        "Image {name} has {megapixels} megapixels; the limit is {limit}. Make it smaller first."
    ),
    "enlarge-factor": gettext_noop(
        "By {factor} no picture is enlarged: more than 1 and at most {most}. Change --factor."
    ),
    "enlarged-smaller": gettext_noop(
        "The picture has {width} × {height} px already; a smaller one is no enlargement."
    ),
    "upscaler-unknown": gettext_noop(
        "{name} holds no network that enlarges pictures, as docs/tools/make_upscaler.py makes "
        "them. Choose another file."
    ),
    "upscaler-missing": gettext_noop(
        "The network that enlarges pictures is missing: {name}. Bring it back from the release."
    ),
    "upscaler-damaged": gettext_noop(
        "The network that enlarges pictures is damaged: {name} is not the file that was released. "
        "Bring it back from the release."
    ),
    "salience-package-missing": gettext_noop(
        "Cutting out of photographs needs the package “{package}”. Install it as "
        "requirements.txt tells."
    ),
    "salience-missing": gettext_noop(
        "The network that finds what stands out is missing: {name}. Bring it back from the release."
    ),
    "salience-damaged": gettext_noop(
        "The network that finds what stands out is damaged: {name} is not the file that was "
        "released. Bring it back from the release."
    ),
    "cutout-nothing-found": gettext_noop(
        "Nothing stands out in {name}. Use a photograph in which the car is larger and whole."
    ),
    "cutout-nothing-left": gettext_noop(
        "Nothing of the picture is left to be cut out. Take back the last strokes."
    ),
    "picture-too-small": gettext_noop(
        "{name} is {width} × {height} px; each side needs {needed} px or more. Use a larger one."
    ),
    "picture-too-long": gettext_noop(
        "{name} is {width} × {height} px, one side more than {limit} times the other. Cut it to "
        "the part that matters, or use another one."
    ),
    "dataset-empty": gettext_noop(
        "The folder {path} holds no usable image with a caption. "
        "Add pictures (JPEG, PNG or WebP) and captions first."
    ),
    "dataset-one-image": gettext_noop(
        "The dataset has one image only. A style needs several: add at least one more."
    ),
    "batch-larger-than-dataset": ngettext_noop(
        "batch_size is {batch_size}, but the dataset has only {images} image. "
        "Use batch_size {images}, or add images.",
        "batch_size is {batch_size}, but the dataset has only {images} images. "
        "Use batch_size {images} or less, or add images.",
        "images",
    ),
    "bad-latents": gettext_noop(
        "The base model's encoder gave values that are not finite for image {name}. "
        "Replace the image, or train with precision fp32."
    ),
    "image-skipped": gettext_noop("{name} was left out: {reason}"),
}
