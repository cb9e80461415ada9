"""What one page shows: reads rows, computes, writes nothing."""
