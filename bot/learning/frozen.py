"""Which rows no model's twin has ever seen: the same fifth for all, so that their figures can be laid side by side.

The rule is `classifiers.train`'s (a test holds them equal), said once more because that module imports scikit-learn, which
the service never does.
"""

import hashlib

FOLDS = 5


def is_frozen(text: str) -> bool:
    """Whether models are measured on this text instead of learning it."""
    return int(hashlib.sha256(text.encode()).hexdigest()[:8], 16) % FOLDS == 0
