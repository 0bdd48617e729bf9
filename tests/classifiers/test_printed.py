"""Printed names of medicines, and words that only end like one."""

import pytest

from classifiers.printed import printed_medicines


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("处方笺\n碳酸钙片 0.5g 每日3次\n百令胶囊 2g 每日3次", ("碳酸钙片", "百令胶囊")),
        ("1.硝苯地平控释片 30mg×7片\n2.阿托伐他汀钙片(20mg)", ("硝苯地平控释片", "阿托伐他汀钙片")),
        ("药名：门冬胰岛素注射液 3ml:300单位", ("门冬胰岛素注射液",)),
        ("Rp 左甲状腺素钠片", ("左甲状腺素钠片",)),
        ("碳酸钙片 0.5g\n碳酸钙片 0.5g", ("碳酸钙片",)),
        ("每次两片 每日三次", ()),
        ("胸部X光片 2022年4月3日", ()),
        ("麻烦发一下照片\n名片", ()),
        ("人群不要分散\n请解散", ()),
        ("", ()),
    ],
)
def test_printed_medicines(text: str, names: tuple[str, ...]) -> None:
    assert printed_medicines(text) == names
