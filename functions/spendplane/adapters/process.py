"""How the interpreter of a long-lived function is set."""

import gc

YOUNG_OBJECTS = 50_000


def tune_for_batches() -> None:
    """Collects garbage less often: a batch makes many objects that live until its end, and cycles are rare in it."""
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS, 20, 20)
