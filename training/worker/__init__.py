"""What jobs do inside a worker process."""
