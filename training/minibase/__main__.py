"""`python -m training.minibase`: build, evaluate or export the bundled base model."""

import sys

from training.minibase.cli import main

if __name__ == "__main__":
    sys.exit(main())
