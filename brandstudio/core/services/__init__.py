"""Acts over several rows, the disk or the queue."""
