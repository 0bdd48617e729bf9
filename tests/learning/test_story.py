"""The admin's day: what to label first, labels by two people, a training, a candidate compared, read beside, promoted, undone."""

import asyncio
import html
import re
import subprocess
from pathlib import Path

import pytest

from tests.desk.conftest import Desk, Person, Resident
from tests.learning.conftest import CANDIDATE, DOOR, REFUSED, until
from tests.service import Record, Service

HOME = "/admin/understanding"


def shown(page: str) -> tuple[str, str, str]:
    """(key, looks, words) of the message on a labelling page; empty where nothing is left."""
    key = re.search(r'name="key" value="([^"]+)"', page)
    looks = re.search(r'name="looks" value="(\d)"', page)
    said = re.search(r'<blockquote id="said"[^>]*>(.*?)</blockquote>', page, re.DOTALL)
    return (key[1], looks[1], html.unescape(said[1])) if key and looks and said else ("", "", "")


async def label(person: Person, intent: str, urgency: str, **more: str) -> tuple[str, str]:
    """One message labelled as the page sends it: (its key, where the page went then)."""
    page = (await person.get(f"{HOME}/label")).text
    key, looks, _ = shown(page)
    answer = await person.form(f"{HOME}/label/save", key=key, looks=looks, intent=intent, urgency=urgency, **more)
    return key, answer.headers.get("Location", "")


async def test_what_to_label_first_is_shown_without_whom_and_where(heard: Service, bao: Person) -> None:
    page = await bao.get(HOME)
    assert page.status == 200
    assert "先标这些" in page.words
    assert re.search(r"两种事由分不清|规则和模型看法不同", page.words)
    for private in ("0000", "5678", "60弄", "502"):
        assert private not in page.words.replace(CANDIDATE, "").replace(REFUSED, "")


async def test_reporters_and_auditors_do_not_label(heard: Service, desk: Desk, wang: Person) -> None:
    for role in ("reporter", "auditor"):
        person = await desk.hire(f"no-{role}", role)
        for path in (HOME, f"{HOME}/label", f"{HOME}/models/{CANDIDATE}", f"{HOME}/shadow"):
            assert (await person.get(path)).status == 403
    assert (await wang.get(HOME)).status == 200
    for path in (f"{HOME}/settle", f"{HOME}/models/{CANDIDATE}", f"{HOME}/shadow", f"{HOME}/training"):
        assert (await wang.get(path)).status == 403, "an editor labels; models are the admins'"
    assert (await wang.form(f"{HOME}/training/begin")).status == 403


async def test_labels_are_kept_struck_undone_and_seen_by_a_second(
    heard: Service, bao: Person, wang: Person, record: Record
) -> None:
    # Missing or unknown choices come back as a sentence; nothing is kept.
    key, looks, _ = shown((await wang.get(f"{HOME}/label")).text)
    for fields in ({"intent": "care"}, {"intent": "nonsense", "urgency": "soon"}, {"urgency": "soon"}):
        refused = await wang.form(f"{HOME}/label/save", key=key, looks=looks, **fields)
        assert refused.status == 400
        assert "请选事由和缓急" in refused.words
    for bad in ("", "x/1", f"{key}x", key.split("/")[0], f"{key.split('/')[0]}/99999999999"):
        assert (await wang.form(f"{HOME}/label/save", key=bad, looks="0", intent="care", urgency="soon")).status in (
            400,
            409,
        )
    assert (await wang.do(f"{HOME}/label/save", csrf="forged", key=key, intent="care", urgency="soon")).status == 403
    assert await record.value("select count(*) from label_looks") == 0

    # She labels one: the other is offered another meanwhile, and the label can be taken back.
    assert shown((await bao.get(f"{HOME}/label")).text)[0] not in ("", key)
    assert shown((await wang.get(f"{HOME}/label")).text)[0] == key, "kept for her until she is done"
    await label(wang, "care", "soon", strike="老人")
    conversation, turn = key.split("/")
    row = (await record.rows("select * from label_looks where by = 'wang'"))[0]
    assert (str(row["conversation"]), row["turn"], row["place"]) == (conversation, int(turn), 1)
    sealed = await record.value("select data_key from contacts where id = $1", row["conversation"])
    kept = record.vault.data_key(row["conversation"], sealed).open(row["body"]).decode()
    assert "老人" not in kept, "struck words are gone from what is learnt"
    assert (await wang.form(f"{HOME}/label/undo")).status == 303
    assert await record.value("select count(*) from label_looks") == 0
    assert shown((await wang.get(f"{HOME}/label")).text)[0] == key
    assert (await wang.form(f"{HOME}/label/undo")).status == 409

    # Critical against the machine's reading: a second person sees it, blind, and differs; the admin settles.
    said = await record.value("select said_urgency from label_candidates where conversation = $1", row["conversation"])
    level = "normal" if said == "critical" else "critical"
    first, went = await label(wang, "distress", level)
    assert (first, went) == (key, f"{HOME}/label?said=second")
    await bao.form(f"{HOME}/label/skip", key=shown((await bao.get(f"{HOME}/label")).text)[0])
    again, looks, _ = shown((await bao.get(f"{HOME}/label")).text)
    assert (again, looks) == (key, "1")
    second, went = await label(bao, "livelihood", "soon")
    assert (second, went) == (key, f"{HOME}/label?said=settle")
    page = await bao.get(f"{HOME}/settle")
    assert "wang先生" in page.words
    assert (await bao.form(f"{HOME}/settle", key=key, intent="livelihood", urgency="urgent")).status == 303
    assert (await bao.form(f"{HOME}/settle", key=key, intent="livelihood", urgency="urgent")).status == 409
    assert (
        await record.value("select status from label_candidates where conversation = $1", row["conversation"]) == "done"
    )
    assert await record.value("select max(place) from label_looks where conversation = $1", row["conversation"]) == 3
    done = [row["action"] for row in await record.rows("select action from audit where subject = $1 order by id", key)]
    assert [one for one in done if one != "learning.shown"] == [
        "learning.labelled", "learning.undone", "learning.labelled", "learning.labelled", "learning.settled",
    ]  # fmt: skip
    log = await bao.get(f"/admin/audit?subject={key}")
    assert "定下标注" in log.words


async def test_the_rest_is_labelled_until_nothing_waits(heard: Service, wang: Person) -> None:
    for _ in range(40):
        key, _ = await label(wang, "medicine", "urgent")
        if not key:
            break
    page = await wang.get(f"{HOME}/label")
    assert "都标完了" in page.words


async def test_erasing_takes_the_label_along(heard: Service, record: Record) -> None:
    contact = await record.value("select conversation from label_looks order by at desc limit 1")
    await record.connection.execute("update contacts set data_key = null, erased_at = now() where id = $1", contact)
    for table in ("label_looks", "label_candidates", "shadow_differences"):
        assert await record.value(f"select count(*) from {table} where conversation = $1", contact) == 0


async def test_a_candidate_is_compared_on_the_same_rows(heard: Service, bao: Person) -> None:
    page = await bao.get(f"{HOME}/models/{CANDIDATE}")
    assert "还没有和在用的" in page.words
    assert (await bao.form(f"{HOME}/models/{CANDIDATE}/compare")).status == 303
    page = await bao.get(f"{HOME}/models/{CANDIDATE}")
    assert re.search(r"同样的 [1-9]\d{3} 条", page.words)
    assert re.search(r"换了边的 \d+ 条", page.words)
    assert page.text.count("<svg") >= 4
    assert re.search(r"应是 \S+、\S+；在用的读成", page.words)
    assert (await bao.get(f"{HOME}/models/nobody")).status == 404
    assert (await bao.form(f"{HOME}/models/nobody/promote")).status == 404


async def test_a_candidate_reads_in_the_shadow(heard: Service, bao: Person, record: Record) -> None:
    assert (await bao.form(f"{HOME}/models/{CANDIDATE}/shadow")).status == 303
    assert (await bao.form(f"{HOME}/models/{REFUSED}/shadow")).status == 409, "one at a time"
    said = [
        f"外婆{what}，{DOOR}"
        for what in ("三天没透析", "没有药了", "没有吃的", "要做核酸", "摔了一跤", "想不开", "出不去")
    ]
    before = await record.value("select count(*) from messages where direction = 'o'")
    await asyncio.gather(*(Resident(heard, f"beside-{n}").say(text) for n, text in enumerate(said)))
    assert await record.value("select count(*) from messages where direction = 'o'") > before
    read = await until(lambda: record.value("select read from shadow_runs where ended_at is null and read >= 7"))
    row = (await record.rows("select agreed, left_out from shadow_runs"))[0]
    differing = await record.value("select count(*) from shadow_differences")
    assert row["agreed"] + differing == read
    page = await bao.get(f"{HOME}/shadow")
    assert f"{read} 条" in page.words
    assert "牡丹路" not in page.words
    if differing:
        assert "危急变了" in page.words or "在用的读成" in page.words
    assert (await bao.form(f"{HOME}/shadow/end")).status == 303
    assert await record.value("select ended_by from shadow_runs") == "bao"


async def test_the_gate_says_why_and_going_back_is_one_click(heard: Service, bao: Person) -> None:
    page = await bao.get(f"{HOME}/models/{REFUSED}")
    assert "危急召回从 0.950 降到 0.700" in page.words
    refused = await bao.form(f"{HOME}/models/{REFUSED}/promote")
    assert refused.status == 409
    assert "没有启用" in refused.words

    async def serving() -> str:
        async with bao.http.get(heard.base + "/readyz") as answer:
            return str((await answer.json())["checks"]["model"])

    before = await serving()
    assert (await bao.form(f"{HOME}/models/{CANDIDATE}/promote")).status == 303
    await until(lambda: _is(serving, CANDIDATE))
    page = await bao.get(f"{HOME}/models/{CANDIDATE}")
    assert "bao先生 启用" in page.words
    assert (await bao.form(f"{HOME}/models/{CANDIDATE}/rollback")).status == 303
    await until(lambda: _is(serving, before))
    assert (await bao.form(f"{HOME}/models/{CANDIDATE}/rollback")).status == 409


async def _is(told, wanted: str) -> bool:  # type: ignore[no-untyped-def]
    return bool(await told() == wanted)


def trainers(home: Service) -> list[int]:
    """Processes that train for this home."""
    found = subprocess.run(["pgrep", "-f", "bot train --candidate --told"], capture_output=True, text=True, check=False)
    mine = []
    for pid in map(int, found.stdout.split()):
        try:
            if str(home.home).encode() in Path(f"/proc/{pid}/environ").read_bytes():
                mine.append(pid)
        except OSError:
            continue
    return mine


@pytest.mark.slow
async def test_one_training_at_a_time_and_it_can_be_stopped(heard: Service, bao: Person, record: Record) -> None:
    assert (await bao.form(f"{HOME}/training/begin")).status == 303
    assert (await bao.form(f"{HOME}/training/begin")).status == 409
    assert "正在训练" in (await bao.get(HOME)).words
    await until(lambda: record.value("select share > 0 from training_runs"), 120)
    told = (await bao.get(f"{HOME}/training")).json
    assert told["running"]
    assert "<progress" in told["html"]
    assert trainers(heard)
    assert (await bao.form(f"{HOME}/training/stop")).status == 303
    assert trainers(heard) == []
    assert await record.value("select state from training_runs") == "stopped"
    assert "停下了" in (await bao.get(HOME)).words
    assert (await bao.form(f"{HOME}/training/stop")).status == 409


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.timeout(900)
async def test_a_training_runs_through_with_the_labels(heard: Service, bao: Person, record: Record) -> None:
    assert (await bao.form(f"{HOME}/training/begin")).status == 303
    last = "select state from training_runs where id = (select max(id) from training_runs) and state <> 'running'"
    state = await until(lambda: record.value(last), 600)
    model = await record.value("select model from training_runs order by id desc limit 1")
    assert (state, bool(model)) == ("done", True)
    page = await bao.get(f"{HOME}/models/{model}")
    assert "同样的" in page.words, "compared with the serving one before anybody asked"
