"""Invented people: names, telephone numbers and addresses put together from common syllables.

Nobody is meant. Numbers begin with 100, which no mobile network in China gives out.
"""

from __future__ import annotations

from random import Random

# Family names with their pinyin, the commonest first.
_FAMILY = (
    ("王", "Wang"), ("李", "Li"), ("张", "Zhang"), ("刘", "Liu"), ("陈", "Chen"), ("杨", "Yang"), ("赵", "Zhao"),
    ("黄", "Huang"), ("周", "Zhou"), ("吴", "Wu"), ("徐", "Xu"), ("孙", "Sun"), ("胡", "Hu"), ("朱", "Zhu"),
    ("高", "Gao"), ("林", "Lin"), ("何", "He"), ("郭", "Guo"), ("马", "Ma"), ("罗", "Luo"), ("梁", "Liang"),
    ("宋", "Song"), ("郑", "Zheng"), ("谢", "Xie"), ("韩", "Han"), ("唐", "Tang"), ("冯", "Feng"), ("欧阳", "Ouyang"),
)  # fmt: skip
_GIVEN = {
    "female": (
        ("芳", "fang"), ("秀", "xiu"), ("英", "ying"), ("丽", "li"), ("敏", "min"), ("静", "jing"), ("兰", "lan"),
        ("雪", "xue"), ("梅", "mei"), ("玲", "ling"), ("婷", "ting"), ("慧", "hui"), ("佳", "jia"), ("欣", "xin"),
        ("雨", "yu"), ("桂", "gui"),
    ),
    "male": (
        ("伟", "wei"), ("强", "qiang"), ("军", "jun"), ("勇", "yong"), ("杰", "jie"), ("涛", "tao"), ("明", "ming"),
        ("超", "chao"), ("刚", "gang"), ("平", "ping"), ("辉", "hui"), ("建", "jian"), ("国", "guo"), ("浩", "hao"),
        ("宇", "yu"), ("轩", "xuan"),
    ),
}  # fmt: skip
# Households whose names are of another form.
_OTHER_FAMILY = ("Aylin", "Batu", "Dolma", "Erdene", "Gulnar", "Nima", "Pema", "Saule", "Tashi", "Yusuf")
_OTHER_GIVEN = {
    "female": ("Amina", "Dilnoza", "Lhamo", "Maral", "Sana", "Zeynep"),
    "male": ("Alim", "Davran", "Karma", "Otgon", "Rustam", "Tenzin"),
}
_OTHER_SHARE = 0.06


def family_name(chance: Random) -> tuple[str, str]:
    """The name of a household: in Chinese and in pinyin; a few have a name of another form, the same in both."""
    if chance.random() < _OTHER_SHARE:
        name = chance.choice(_OTHER_FAMILY)
        return name, name
    weights = range(len(_FAMILY) + 4, 4, -1)
    return chance.choices(_FAMILY, weights)[0]


def full_name(chance: Random, family: tuple[str, str], sex: str) -> tuple[str, str]:
    """A person's whole name, in characters and in Latin letters."""
    characters, latin = family
    if characters == latin:
        name = f"{chance.choice(_OTHER_GIVEN[sex])} {latin}"
        return name, name
    pieces = chance.sample(_GIVEN[sex], chance.choice((1, 2, 2)))
    given = "".join(piece for _, piece in pieces).capitalize()
    return characters + "".join(piece for piece, _ in pieces), f"{latin} {given}"


def telephone(chance: Random) -> str:
    """A number that nobody has."""
    return f"100{chance.randrange(10**8):08d}"
