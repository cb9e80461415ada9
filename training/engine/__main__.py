"""`python -m training.engine train|label|screen|generate|inspect`."""

import sys

from training.engine.cli import main

sys.exit(main())
