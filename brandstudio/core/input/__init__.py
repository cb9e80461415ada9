"""Values as they arrive from outside: numbers, text, addresses."""
