"""Fitting the model that recognises requests to misreport and requests out of scope (see assistant/boundaries.py)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

import numpy as np

from assistant.encoder import Vectors
from assistant.lexicon import BoundaryModel, grams_of

VECTOR_WEIGHT = 1.5  # of the vector beside the words, both of unit length
STRENGTH = 15.0  # inverse regularisation
DIGITS = 4  # of the weights as they are kept


def digest(examples: Mapping[str, str], encoder: str) -> str:
    """Equal exactly when the model would be fitted to the same examples."""
    return hashlib.sha256(json.dumps([encoder, *examples.items()]).encode()).hexdigest()


def fitted(examples: Mapping[str, str], vectors: Vectors, encoder: str) -> BoundaryModel:
    """The model fitted to texts with the name of their boundary, `""` for what is in scope; one vector a text."""
    # Importing scikit-learn costs more than most builds have to fit.
    from scipy.sparse import csr_matrix, hstack
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    texts, names = list(examples), list(examples.values())
    words = TfidfVectorizer(analyzer=grams_of, sublinear_tf=True, min_df=2)
    table = hstack([csr_matrix(vectors * VECTOR_WEIGHT), words.fit_transform(texts)]).tocsr()
    model = LogisticRegression(C=STRENGTH, max_iter=3_000).fit(table.astype(np.float32), names)
    return BoundaryModel(
        examples=digest(examples, encoder),
        classes=tuple(str(name) for name in model.classes_),
        grams={gram: int(column) for gram, column in words.vocabulary_.items()},
        rarity=tuple(np.round(words.idf_, DIGITS).tolist()),
        weights=tuple(tuple(row) for row in np.round(model.coef_, DIGITS).tolist()),
        bias=tuple(np.round(model.intercept_, DIGITS).tolist()),
        vector_weight=VECTOR_WEIGHT,
    )
