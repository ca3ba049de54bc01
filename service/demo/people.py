"""Fictitious people: made-up names, birthdays that fit the journey. Nobody who exists."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from service.demo.story import Invented

FAMILY = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜"
GIVEN = ("示例", "样例", "演示", "试样", "范例", "拟名", "虚名", "假名")
"""Given names that say what they are: an example."""
_MEN_OF_TEN = 1


def invent(number: int, ages: tuple[int, int], sex: str, today: date, rng: Random) -> Invented:
    """Name, sex and birthday of patient `number`."""
    age = rng.randint(*ages)
    born = date(today.year - age - 1, 1, 1) + timedelta(days=rng.randint(0, 364))
    chosen = sex or ("male" if rng.randint(1, 10) <= _MEN_OF_TEN else "female")
    name = f"{FAMILY[number % len(FAMILY)]}{GIVEN[number // len(FAMILY) % len(GIVEN)]}{number:02d}"
    return Invented(name, chosen, born)
