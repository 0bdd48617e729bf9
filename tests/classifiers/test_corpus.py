"""The corpus is our own, clean, varied, and no copy of any resident's text."""

import json
import re
from collections import Counter
from pathlib import Path

import pytest

from conversations.codes import Intent, Urgency
from data.corpus import Sentence, alike, load_corpus, pieces, read_corpus
from data.faults import BadRows
from data.lexicon import load_lexicon

DEV = Path(__file__).resolve().parents[3] / "shared" / "eval" / "dev.jsonl"
FORM = re.compile(r"【[^】]*】|\[[^\]]*\]|#[^#]*#")


def test_the_shipped_corpus_has_no_fault(corpus: list[Sentence]) -> None:
    counts = Counter(row.intent for row in corpus)
    assert set(counts) == set(Intent)
    assert min(counts.values()) >= 30
    assert {row.urgency for row in corpus} == set(Urgency)


@pytest.mark.skipif(not DEV.exists(), reason="residents' texts are not beside the repository")
def test_no_sentence_resembles_a_residents_text(corpus: list[Sentence]) -> None:
    dev = [FORM.sub("", json.loads(line)["text"]) for line in DEV.read_text("utf-8").splitlines()]
    own = [FORM.sub("", row.text) for row in corpus]
    found = [(corpus[a].file, corpus[a].line, dev[b], share) for a, b, share in alike(own, 0.4, dev)]
    assert found == []
    runs = {run for text in dev for run in _runs(text)}
    assert [(row.file, row.line) for row, text in zip(corpus, own, strict=True) if runs & _runs(text)] == []


def _runs(text: str, size: int = 14) -> set[str]:
    plain = re.sub(r"[\W\d_]+", "", text)
    return {plain[n : n + size] for n in range(len(plain) - size + 1)}


def _write(folder: Path, name: str, *rows: object) -> None:
    lines = [row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows]
    (folder / name).write_text("\n".join(lines), "utf-8")


def _row(text: str, **more: object) -> dict[str, object]:
    return {"text": text, "intent": "medicine", "intents": [], "urgency": "soon", "origin": "own", **more}


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("{not json", "Expecting"),
        (_row(""), "empty"),
        (_row("药", urgency="asap"), "asap"),
        (_row("药", intent="supplies"), "belongs in supplies.jsonl"),
        (_row("药", intents=["medicine"]), "repeat"),
        (_row("药", intents="supplies"), "list"),
        (_row("药", flags=["sad"]), "sad"),
        (_row("药", origin="web"), "origin"),
        (_row("药", note=1), "unknown field 'note'"),
        ({"text": "药"}, "origin"),
        ([1], "not an object"),
    ],
)
def test_every_fault_is_named_with_file_and_line(tmp_path: Path, row: object, told: str) -> None:
    _write(tmp_path, "medicine.jsonl", _row("降压药吃完了怎么配"), row)
    with pytest.raises(BadRows) as bad:
        load_corpus(tmp_path)
    (fault,) = bad.value.faults
    assert (fault.file, fault.line) == ("medicine.jsonl", 2) and told in fault.message


def test_near_duplicates_are_faults_at_the_later_line(tmp_path: Path) -> None:
    first = "我妈妈的高血压药氨氯地平已经吃完三天了求帮忙配药"
    _write(tmp_path, "medicine.jsonl", _row(first), _row("想买一盒布洛芬"), _row(first.replace("三", "四") + "！"))
    sentences, faults = read_corpus(tmp_path)
    assert [(fault.file, fault.line) for fault in faults] == [("medicine.jsonl", 3)]
    assert "medicine.jsonl:1" in faults[0].message and len(sentences) == 3


def test_alike_finds_what_a_plain_comparison_finds(corpus: list[Sentence]) -> None:
    texts = [row.text for row in corpus[:150]] + [row.text[:-3] for row in corpus[:150:3]]
    found = {(a, b) for a, b, _ in alike(texts, 0.6)}
    sets = [pieces(text) for text in texts]
    plain = {
        (a, b)
        for a in range(len(texts))
        for b in range(a)
        if len(sets[a] & sets[b]) / max(1, len(sets[a] | sets[b])) > 0.6
    }
    assert found == plain and plain


def test_an_empty_folder_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(BadRows, match="no sentences"):
        load_corpus(tmp_path)


def test_the_word_list_is_clean_and_its_faults_are_named(tmp_path: Path) -> None:
    lexicon = load_lexicon()
    assert lexicon.kinds["优甲乐"] == "drug" and lexicon.variants["透勿过气"] == "透不过气"
    file = tmp_path / "lexicon.txt"
    file.write_text("[drug]\n优甲乐 abc\n优甲乐\n[forms]\n勿\n勿 = 不\n勿 = 弗\n", "utf-8")
    with pytest.raises(BadRows) as bad:
        load_lexicon(file)
    assert [fault.line for fault in bad.value.faults] == [2, 3, 5, 7]
