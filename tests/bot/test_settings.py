"""Bad settings: every fault at once, each naming its variable and its cure; never a traceback."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot.settings import BadSettings, KeyFile, load_settings, read_environment
from tests.service import ROOT, WECHAT, free_port


def _run(home: Path, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("BANGNONG")}
    return subprocess.run(
        [sys.executable, "-m", "bot", *arguments], env={**clean, "BANGNONG_HOME": str(home), **env},
        cwd=ROOT, capture_output=True, text=True, timeout=60,
    )  # fmt: skip


def test_all_faults_are_named_at_once(tmp_path: Path) -> None:
    env = {
        "BANGNONG_HOME": str(tmp_path), "BANGNONG_PORT": "eighty", "BANGNONG_DATABASE_URL": "mysql://x",
        "BANGNONG_CLOCK": "sundial", "BANGNONG_SECRET_KEY": "short", "BANGNONG_CHANNELS": "wechat:main,pigeon:main",
    }  # fmt: skip
    with pytest.raises(BadSettings) as caught:
        load_settings(env)
    text = "\n".join(caught.value.faults)
    for name in (
        "BANGNONG_PORT", "BANGNONG_DATABASE_URL", "BANGNONG_CLOCK", "BANGNONG_SECRET_KEY", "pigeon:main",
        "BANGNONG_WECHAT_MAIN_TOKEN", "BANGNONG_WECHAT_MAIN_APPID", "BANGNONG_WECHAT_MAIN_AES_KEY",
    ):  # fmt: skip
        assert name in text
    assert all(": " in fault or " is " in fault or "begin" in fault for fault in caught.value.faults)


def test_a_key_is_made_once_and_kept(tmp_path: Path) -> None:
    first = load_settings({"BANGNONG_HOME": str(tmp_path)})
    again = load_settings({"BANGNONG_HOME": str(tmp_path)})
    assert first.secret_key == again.secret_key
    assert first.accounts["app", "main"].secrets == again.accounts["app", "main"].secrets
    assert (tmp_path / "keys" / "secret").stat().st_mode & 0o077 == 0
    assert KeyFile(tmp_path / "keys").get("secret") == first.secret_key.reveal()


def test_secrets_cannot_be_printed(tmp_path: Path) -> None:
    settings = load_settings({"BANGNONG_HOME": str(tmp_path), "BANGNONG_CHANNELS": "wechat:main", **WECHAT})
    shown = repr(settings) + str(settings)
    for value in (
        WECHAT["BANGNONG_WECHAT_MAIN_SECRET"],
        WECHAT["BANGNONG_WECHAT_MAIN_AES_KEY"],
        settings.secret_key.reveal(),
    ):
        assert value not in shown


@pytest.mark.parametrize("name", ["DATABASE_URL", "REDIS_URL", "HOTLINE_URL", "OIDC_ISSUER"])
@pytest.mark.parametrize(
    "value", ["http://[", "postgresql://u:p[x@y/z", "redis://u:p]x@y", "https://x:99999/", "https://x:port"]
)
def test_an_address_that_is_none(tmp_path: Path, name: str, value: str) -> None:
    env = {"BANGNONG_HOME": str(tmp_path), f"BANGNONG_{name}": value, "BANGNONG_PORT": "eighty"}
    with pytest.raises(BadSettings) as caught:
        load_settings(env)
    assert any(fault.startswith(f"BANGNONG_{name} is no address: ") for fault in caught.value.faults)
    assert any("BANGNONG_PORT" in fault for fault in caught.value.faults)  # all at once


def test_an_external_database_needs_a_key_of_its_own(tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match="BANGNONG_SECRET_KEY is required"):
        load_settings({"BANGNONG_HOME": str(tmp_path), "BANGNONG_DATABASE_URL": "postgresql://x@y/z"})


def test_the_env_file_is_read_under_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / ".env"
    file.write_text('# ours\nexport BANGNONG_PORT = "8123"\nBANGNONG_HOST=0.0.0.0\n')
    monkeypatch.setenv("BANGNONG_HOST", "127.0.0.2")
    found = read_environment(file)
    assert (found["BANGNONG_PORT"], found["BANGNONG_HOST"]) == ("8123", "127.0.0.2")


def test_commands_exit_2_with_one_plain_sentence(tmp_path: Path) -> None:
    done = _run(tmp_path, "serve", BANGNONG_PORT="x")
    assert (done.returncode, done.stderr.strip()) == (2, "BANGNONG_PORT is 'x': use a number from 1 to 65535")
    done = _run(tmp_path, "serve", BANGNONG_CHANNELS="wechat:main")
    assert done.returncode == 2
    assert "BANGNONG_WECHAT_MAIN_TOKEN is missing" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_used_port_is_said_before_anything_starts(tmp_path: Path) -> None:
    import socket

    port = free_port()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port))
        taken.listen()
        done = _run(tmp_path, "serve", "--port", str(port))
    assert done.returncode == 2
    assert f"Port {port}" in done.stderr
    assert "--port" in done.stderr
    assert not (tmp_path / "postgres").exists()


def test_a_home_that_cannot_be_made(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    done = _run(blocked / "home", "doctor")
    assert done.returncode == 1
    assert "BANGNONG_HOME" in done.stdout
    assert "Traceback" not in done.stderr


def test_a_database_that_is_not_there(tmp_path: Path) -> None:
    done = _run(
        tmp_path, "users", "list", BANGNONG_DATABASE_URL="postgresql://nobody@127.0.0.1:9/none", BANGNONG_SECRET_KEY="k" * 32,
        BANGNONG_REDIS_URL="redis://127.0.0.1:9/0",
    )  # fmt: skip
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        ("replies.toml", "{number}", "{nummer}", "nummer"),
        ("replies.toml", "welcome =", "welcom =", "welcom"),
        ("routing.csv", "consult,*,*,answers", "consult,*,*,nobody", "routing.csv:14: desk.toml 里没有组 'nobody'"),
        ("intents/supplies.toml", 'need = "open"', 'need = "maybe"', "intents/supplies.toml:12"),
        ("desk.toml", "call = 5", "call = -5", "clocks.critical"),
        ("dangers.toml", 'call = "110"', 'call = "101"', "dangers.toml:10"),
        ("dangers.toml", 'say = "danger_fire"', 'say = "danger_fier"', "没有 danger_fier 这一句"),
        ("dangers.toml", 'say = "danger_fire"', 'say = "welcome"', "名字要以 danger 开头"),
        ("intents/travel.toml", "patient = false", "patient = 0", "patient 写 true 或 false"),
        ("dangers.toml", "watched = true", "watch = true", "dangers.toml:17"),
        ("dangers.toml", 'ask = "danger_check_ambulance"', 'ask = "danger_chek"', "没有 danger_chek 这一句"),
        ("replies.toml", "要救护车请打120", "要救护车请打电话", "danger_check_ambulance 少了 120"),
        ("acts.csv", "act,where", "human,whole,0,人工\nact,where", "表头"),
        ("cues.csv", "\npraise,", "\npraised,", "没有 'praised' 这个 cue"),
        ("cues.csv", "\npraise,", "\nringing,打了(,\npraise,", "ringing：写法有误"),
        ("routing.csv", "consult,*,*,answers", "*,critical,*,alarm\nconsult,*,*,answers", "一模一样"),
        ("slots.toml", 'kind = "phone"', 'kind = "telegraph"', "slots.toml:4"),
        ("intents/care.toml", 'title = "照护"', 'title = "照护', "intents"),
    ],
)
def test_check_names_file_and_line(tmp_path: Path, file: str, old: str, new: str, says: str) -> None:
    import shutil

    rows = tmp_path / "rows"
    shutil.copytree(ROOT / "data", rows, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    text = (rows / file).read_text("utf-8")
    assert old in text
    (rows / file).write_text(text.replace(old, new, 1), "utf-8")
    done = _run(tmp_path, "check", "--with", str(rows))
    assert done.returncode == 1
    assert says in done.stdout
    assert file.split("/")[-1] in done.stdout


def test_the_shipped_rows_are_sound(tmp_path: Path) -> None:
    done = _run(tmp_path, "check")
    assert (done.returncode, done.stdout.strip()) == (0, "行数据没有问题")


def test_a_key_is_whole_or_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk at the first start is said, and the start after it makes the key."""

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(BadSettings, match="free some room"):
            KeyFile(tmp_path / "keys").get("secret")
    assert not list((tmp_path / "keys").iterdir())
    assert len(KeyFile(tmp_path / "keys").get("secret")) >= 43


def test_an_env_file_of_another_encoding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_bytes("BANGNONG_HOME=/数据".encode("gbk"))
    with pytest.raises(BadSettings, match="save it as UTF-8"):
        read_environment()


def test_a_home_of_nobody(tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match="does not have: write the whole path"):
        load_settings({"BANGNONG_HOME": "~nosuch/bangnong"})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("BANGNONG_WECHAT_MAIN_API_BASE", "http://[x"),
        ("BANGNONG_WECHAT_MAIN_API_BASE", "https://a:99999/b"),
        ("BANGNONG_WEBHOOKS_INSIDE", "http://[x"),
        ("BANGNONG_WEBHOOKS_INSIDE", "http://10.0.0.7:8080, https://a:99999"),
        ("BANGNONG_PUSH_INSIDE", "foo"),
        ("BANGNONG_APP_MAIN_KEY", "a"),
    ],
)
def test_what_would_fail_later_is_told_at_once(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(BadSettings, match=name):
        load_settings(
            {"BANGNONG_HOME": str(tmp_path), "BANGNONG_CHANNELS": "app:main,wechat:main", **WECHAT, name: value}
        )


def test_a_base_that_browsers_open(tmp_path: Path) -> None:
    assert load_settings({"BANGNONG_HOME": str(tmp_path), "BANGNONG_HOST": "::1"}).base == "http://[::1]:8080"
