"""How much memory this worker process takes."""

import psutil


def memory_mb():
    """Device memory this process has taken at most, 10⁶ bytes: of the GPU, else of the host."""
    import torch

    if torch.cuda.is_available():
        return torch.cuda.max_memory_reserved() // 10**6
    return psutil.Process().memory_info().rss // 10**6
