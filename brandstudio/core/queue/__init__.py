"""Work: its queue, order and lease, the workers and the device they share."""
