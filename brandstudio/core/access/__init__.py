"""Who may come in and what for: roles, sign-in, the first admin, the demo's accounts."""
