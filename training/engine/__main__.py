"""`python -m training.engine train|label|screen|generate|inspect|export`."""

import sys

from training.engine.cli import main

sys.exit(main())
