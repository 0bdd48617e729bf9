"""Times the model alone on messages of about forty characters, in batches. Run by hand, never by pytest."""

import os
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")
ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from classifiers.artefacts import ModelStore  # noqa: E402
from classifiers.reader import Reader  # noqa: E402
from classifiers.tokens import Tokenizer  # noqa: E402
from classifiers.train import train  # noqa: E402
from data.corpus import load_corpus  # noqa: E402
from data.lexicon import load_lexicon  # noqa: E402


def main() -> None:
    lexicon = load_lexicon()
    folder = Path(tempfile.mkdtemp(prefix="bangnong-speed-"))
    tokenizer = Tokenizer(lexicon.words, lexicon.variants, folder=folder / "jieba")
    store = ModelStore(folder, tokenizer)
    rows = load_corpus()
    model = store.load(train(rows, store, kinds=lexicon.kinds).model_id)
    texts = [row.text for row in rows if 32 <= len(row.text) <= 48] * 4
    told = f"{len(texts)} texts of {statistics.mean(map(len, texts)):.0f} characters, {tokenizer.engine}"
    print(told)
    for batch in (1, 8, 64):
        runs = []
        for _ in range(7):
            start = time.perf_counter()
            for n in range(0, len(texts), batch):
                model.score(texts[n : n + batch])
            runs.append((time.perf_counter() - start) / len(texts) * 1e6)
        print(f"batch {batch:3}: {statistics.median(runs):.0f} us a text ({min(runs):.0f}-{max(runs):.0f})")
    reader, at = Reader(model=model), [datetime.now(UTC)] * 64
    start = time.perf_counter()
    for n in range(0, len(texts), 64):
        batch = texts[n : n + 64]
        reader.read(batch, at[: len(batch)])
    told = f"{(time.perf_counter() - start) / len(texts) * 1e6:.0f} us a text"
    print(f"reader without rules, batch 64, further needs looked for: {told}")
    start = time.perf_counter()
    for text in texts:
        tokenizer.cut(text)
    print(f"of it normalising and cutting: {(time.perf_counter() - start) / len(texts) * 1e6:.0f} us")
    start = time.perf_counter()
    store.load(model.id)
    print(f"loading: {(time.perf_counter() - start) * 1e3:.0f} ms; {len(model.weights)} keys")


if __name__ == "__main__":
    main()
