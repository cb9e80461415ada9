"""What every page needs: navigation, polling, answers to faults, stored files over HTTP."""
