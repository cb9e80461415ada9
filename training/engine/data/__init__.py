"""What a run learns from: images, captions, shapes, caches, batches."""
