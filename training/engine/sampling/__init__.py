"""From a prompt to an image: the request, the denoising, the renderer."""
