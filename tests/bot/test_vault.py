"""Secrecy: what is sealed opens only with its key, rotation changes no hash, an erased contact is noise."""

import asyncio
import subprocess
import sys
from pathlib import Path
from uuid import uuid4

import pytest

from adapters.base import Secret
from bot.mask import mask_slots, mask_text
from bot.vault import Unsealable, Vault
from tests.bot.conftest import Running
from tests.bot.test_app_api import AppClient
from tests.service import ROOT, Record

OLD, NEW = Secret("an-old-service-key-of-ours"), Secret("a-new-service-key-of-ours")


def test_a_blob_opens_only_under_its_contact() -> None:
    vault, one, other = Vault(OLD), uuid4(), uuid4()
    key, sealed = vault.new_data_key(one)
    blob = key.seal("玛瑙".encode())
    assert Vault(OLD).data_key(one, sealed).open(blob).decode() == "玛瑙"
    with pytest.raises(Unsealable):
        Vault(OLD).data_key(other, sealed)
    with pytest.raises(Unsealable):
        vault.new_data_key(other)[0].open(blob)
    with pytest.raises(Unsealable):
        key.open(blob[:-1] + bytes([blob[-1] ^ 1]))


def test_rotation_keeps_what_was_sealed_and_every_hash() -> None:
    before, contact = Vault(OLD), uuid4()
    index = before.new_index_key()
    before.use_index_key(index)
    key, sealed = before.new_data_key(contact)
    blob, hashed = key.seal(b"x"), before.hash("openid", "wechat", "main", "o1")
    between = Vault(NEW, OLD)
    rewrapped = between.rewrap(sealed, contact.bytes)
    after = Vault(NEW)
    after.use_index_key(index)
    assert after.data_key(contact, rewrapped).open(blob) == b"x"
    assert after.hash("openid", "wechat", "main", "o1") == hashed
    with pytest.raises(Unsealable):
        Vault(NEW).data_key(contact, sealed)


def test_hashes_do_not_run_together() -> None:
    vault = Vault(OLD)
    vault.use_index_key(b"k" * 32)
    assert vault.hash("a", "bc") != vault.hash("ab", "c")


@pytest.mark.parametrize(
    ("words", "masked"),
    [
        ("电话13812345678谢谢", "电话138****5678谢谢"),
        ("长寿路100弄5号302室", "长寿路*弄*号*室"),
        ("身份证310101199001011234", "身份证〔证件号〕"),
        ("三天没透析", "三天没透析"),
        ("我叫欧阳鹿鸣，胰岛素没有了", "我叫欧阳某，胰岛素没有了"),
        ("姓名：王小明 电话13812345678", "姓名：王某 电话138****5678"),
        ("【联系人】林晓梅，三天没透析", "【联系人】林某，三天没透析"),
        ("联系人：居委，我叫不到车，名字忘了", "联系人：居委，我叫不到车，名字忘了"),
        ("我叫王某", "我叫王某"),
        ("邮箱lin.xiaomei@example.com", "邮箱***@example.com"),
        ("控江路1200弄15号楼602室", "控江路*弄*号楼*室"),
        ("牡丹路60弄5号502", "牡丹路*弄*号*"),
        ("5号 502，或五号楼五零二", "*号 *，或*号楼*"),
        ("三林镇5-502，B栋1203，5#502", "三林镇*-*，*栋*，*#*"),
        ("５号楼５０２", "*号楼*"),
        ("电话:64281234", "电话:021****1234"),
        ("打+8613800005678或8613912345678", "打138****5678或139****5678"),
        ("手机13800 005678、138.0000.5678", "手机138****5678、138****5678"),
        ("座机6428-1234 021-64281234", "座机021****1234 021-****1234"),
        ("幺三八零零零零五六七八", "138****5678"),
        ("4月5号12:30打过12345，血压150/90，88-90", "4月5号12:30打过12345，血压150/90，88-90"),
    ],
)
def test_masks(words: str, masked: str) -> None:
    assert mask_text(words) == masked


def test_slots_are_masked() -> None:
    assert mask_slots({"phone": "13812345678", "drug": "氨氯地平"}) == {"phone": "138****5678", "drug": "氨氯地平"}


async def test_no_word_of_a_resident_lies_open_on_the_disk(running: Running) -> None:
    """Neither PostgreSQL's files, nor Redis, nor the log, nor the spool holds their words in clear."""
    marks = ["砗磲七号", "13955556666", "复兴中路9527弄"]
    await AppClient(running, "sealed-sender-01").send(f"我要找{marks[0]}，三天没吃饭 电话{marks[1]}，{marks[2]}3号")
    async with Record(running.home) as record:
        await record.connection.execute("checkpoint")
    for path in running.home.rglob("*"):
        if path.is_file() and not path.is_relative_to(running.home / "models"):
            data = path.read_bytes()
            for mark in [*marks, "sealed-sender-01"]:
                assert mark.encode() not in data, f"{path.name} holds {mark}"


async def test_erasing_a_contact_leaves_codes_and_no_words(running: Running) -> None:
    app = AppClient(running, "erase-me")
    await app.send("我爸透析两次没做了，喘不上气，电话13977778888，仙霞路1号2室")
    async with Record(running.home) as record:
        number, contact = (
            await record.rows("select number, conversation from tickets order by created_at desc limit 1")
        )[0]
    command = [sys.executable, "-m", "bot", "erase", "--contact", number]
    assert (await asyncio.to_thread(subprocess.run, command, env=running.service.env, cwd=ROOT)).returncode == 0
    assert (await asyncio.to_thread(subprocess.run, command, env=running.service.env, cwd=ROOT)).returncode == 1
    async with Record(running.home) as record:
        assert await record.value("select data_key from contacts where id = $1", contact) is None
        assert await record.value("select count(*) from messages where conversation = $1", contact) == 0
        assert await record.value("select body from tickets where number = $1", number) == b""
        assert await record.value("select urgency from tickets where number = $1", number) == "critical"
    again = await app.send("又是我，没菜了")
    assert again[0] == 200, "the person may come back, as a new contact"
    assert len(await app.said()) == 1


def test_no_pickle_and_no_sqlite_in_the_program() -> None:
    """A model or a state that runs code when it is loaded must not come back."""
    for path in Path(ROOT).glob("*/**/*.py"):
        if path.parts[len(ROOT.parts)] in ("bot", "adapters", "classifiers", "conversations", "data"):
            text = path.read_text("utf-8")
            assert "import pickle" not in text, path
            assert "import sqlite3" not in text, path
