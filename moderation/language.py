"""Which language a reply is written in, with honest doubt: "not covered" is an answer that moderators see."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from operator import itemgetter
from typing import Final

import numpy as np
import numpy.typing as npt

COVERED: Final = frozenset({"ja", "en", "zh-Hans", "zh-Hant", "vi", "ko", "pt-BR", "es", "th", "id", "tl", "ne"})
"""Languages with training rows and lexicons; a reply in another one is never called clean."""

_FUNCTION_WORDS: Final = {
    "en": "the and is are to of in for you that this it with have was not be do my your they we what can from just at "
    "me if so no all about will there an how who when has but on or as by i'm don't it's u ur lol get",
    "es": "la de en y a o es el los las una por para con que como pero más está son les nos ese esta este muy ya mi tu al del hay "
    "porque cuando donde qué sin ustedes yo lo se me te le su un ni fue si también gracias hola",
    "pt-BR": "gente cara meu vcs pq tb hj vou tem pode fazer ver sou nós seu sua dos das num numa de e a o em é os as uma não com para por mas você vocês eu ele ela isso está são mais muito já meu minha do da dos das "
    "no na em ao pra tá tô nao voce que um se foi quem tem como também obrigado aqui gente só é",
    "id": "yg gw gue lu lo tau kak min bang mas bu pak bikin pake cuma masih pas lagi dapat bapak ibu yang dan di ini itu untuk dengan tidak ada saya kamu kami dari ke akan bisa sudah juga apa kalau mau aja "
    "nggak gak udah banget kok nya orang sama buat jangan lagi tapi atau jadi dong sih karena belum harus semua",
    "tl": "ka ito iyan dahil hindi walang meron ang ng mga sa na ay ko mo po ba ito yan yung lang naman kayo ako siya namin natin kung hindi may wala para "
    "at si ni kay din rin nyo niyo kasi pag yun dito daw sana pa kami tayo nila sila ka di ano",
    "vi": "là và của có không cho các này đã được người với một những em anh chị mình thì ở đi mà ra vào nhà làm "
    "bạn cũng rồi khi như đến lại chỉ nhé ạ la va cua khong nguoi duoc mot minh thi lam ban cung roi nhe e k ko dc",
    "ne": "bhai hajar lagcha chahiyo kasto kina garne gara bhane hudaina thiyo sanga mero timro ani ta po re nai dinu aayo gayo bho cha chha ko le lai ma ra ho hunchha garna bhayo pani yo tyo hami malai tapai timi haru ke kasari bata "
    "chaina garnu hola huncha bhanne sabai hajur dai didi paisa aba",
}
_OWNERS: Final[dict[str, tuple[str, ...]]] = {}
for _language, _words in _FUNCTION_WORDS.items():
    for _word in _words.split():
        _OWNERS[_word] = (*_OWNERS.get(_word, ()), _language)

_BLOCKS: Final = {
    "kana": ((0x3040, 0x30FF), (0xFF66, 0xFF9D)), "han": ((0x3400, 0x9FFF), (0xF900, 0xFAFF)),
    "hangul": ((0x1100, 0x11FF), (0xAC00, 0xD7A3)), "thai": ((0x0E00, 0x0E7F),), "deva": ((0x0900, 0x097F),),
    "latin": ((0x41, 0x5A), (0x61, 0x7A), (0xC0, 0x24F), (0x1E00, 0x1EFF)), "burmese": ((0x1000, 0x109F),),
    "khmer": ((0x1780, 0x17FF),), "cyrillic": ((0x0400, 0x052F),), "arabic": ((0x0600, 0x06FF), (0x0750, 0x077F)),
    "bengali": ((0x0980, 0x09FF),), "sinhala": ((0x0D80, 0x0DFF),), "lao": ((0x0E80, 0x0EFF),),
    "hebrew": ((0x0590, 0x05FF),), "tamil": ((0x0B80, 0x0BFF),), "greek": ((0x0370, 0x03FF),),
}  # fmt: skip
_SCRIPTS: Final = ("", *_BLOCKS)
_BY_SCRIPT: Final = {
    "hangul": "ko", "thai": "th", "deva": "ne", "burmese": "my", "khmer": "km", "cyrillic": "ru", "arabic": "ar",
    "bengali": "bn", "sinhala": "si", "lao": "lo", "hebrew": "he", "tamil": "ta", "greek": "el",
}  # fmt: skip

TOLD: Final = COVERED | frozenset(_BY_SCRIPT.values())
"""Every tag that ``identify`` gives besides ``und``."""


def _script_table() -> npt.NDArray[np.uint8]:
    """The script of each UTF-16 unit, as its place in ``_SCRIPTS``; 0 for what is no letter of any of them."""
    table = np.zeros(0x10000, np.uint8)
    for place, blocks in enumerate(_BLOCKS.values(), 1):
        for first, last in blocks:
            table[first : last + 1] = place
    return table


_SCRIPT_OF: Final = _script_table()
# Characters that Japanese does not write (or writes otherwise): the rest of Han says nothing about the language.
_SIMPLIFIED: Final = frozenset(
    "们这为时说对么过还给让见请问谁钱动东车长门开关间现发业办证签续样实际专书语话谢护罗卖买赚钟岁应该报电线务员经济转变带离难级组织联产认记录设许论评诉词译试调账费资质赌输较边达远运选递邮"
)
_TRADITIONAL: Final = frozenset(
    "們這個來說對麼沒還給讓錢國關發會學辦證簽續樣實與專廣謝賣賺歲應該從點經濟轉變帶聯萬產錄譯帳賭邊遞嗎啲嘅喺唔咗係啦喔"
)
_CHINESE_ONLY: Final = frozenset("的了是我你他她就也都吗呢吧啊那嘛咧和很把被跟")
_VIETNAMESE: Final = re.compile("[ăđơưũĩạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]", re.IGNORECASE)
_WORDS: Final = re.compile(r"[a-z\u00c0-\u024f\u1e00-\u1eff']+")


@dataclass(frozen=True, slots=True)
class Language:
    """``tag`` is BCP 47, ``und`` when nothing can be said; ``doubt`` runs from 0 (sure) to 1 (no idea)."""

    tag: str
    doubt: float

    @property
    def told(self) -> str:
        """The tag while it may be relied on; ``und`` from a doubt of 0.6 on."""
        return self.tag if self.doubt < 0.6 else "und"

    @property
    def covered(self) -> bool:
        """Whether screening was taught this language; False must be shown, not read as clean."""
        return self.tag in COVERED


def identify(text: str) -> Language:
    """The main language of a text, mixed texts by their largest part."""
    if text.isascii():
        return _latin(text, 1) if any(map(str.isalpha, text[:400])) else Language("und", 1.0)
    counts = _scripts(text[:400])
    if not counts:
        return Language("und", 1.0)
    kana, han, latin = counts.get("kana", 0), counts.get("han", 0), counts.get("latin", 0)
    if kana and kana * 8 >= han and kana + han >= latin:
        return _foreign_share("ja", counts, kana + han)
    script = max(counts, key=counts.__getitem__)
    if script == "han":
        return _chinese(text)
    if script == "latin":
        return _latin(text, latin)
    return _foreign_share(_BY_SCRIPT.get(script, "ja"), counts, counts[script])


def _scripts(text: str) -> dict[str, int]:
    """How many letters of each script, scripts in the order in which they first appear."""
    places = _SCRIPT_OF[np.frombuffer(text.encode("utf-16-le", "surrogatepass"), np.uint16)]
    counts = np.bincount(places, minlength=len(_SCRIPTS)).tolist()
    present = [place for place in range(1, len(_SCRIPTS)) if counts[place]]
    if len(present) > 1:
        present.sort(key=places.tobytes().find)
    return {_SCRIPTS[place]: counts[place] for place in present}


def _foreign_share(tag: str, counts: Mapping[str, int], own: int) -> Language:
    return Language(tag, round(min(0.9, 1 - own / sum(counts.values())), 2))


def _chinese(text: str) -> Language:
    letters = set(text)
    simplified, traditional = len(letters & _SIMPLIFIED), len(letters & _TRADITIONAL)
    if simplified == traditional == 0 and not letters & _CHINESE_ONLY:
        return Language("ja", 0.6)  # kanji alone may be Japanese or Chinese
    doubt = 0.1 if max(simplified, traditional) else 0.4
    return Language("zh-Hant" if traditional > simplified else "zh-Hans", doubt)


def _latin(text: str, letters: int) -> Language:
    marks = 0 if text.isascii() else len(_VIETNAMESE.findall(text[:400]))
    if marks >= 3 or marks * 12 > letters:
        return Language("vi", 0.05)
    votes: dict[str, int] = {}
    for word in _WORDS.findall(text.lower()[:400]):
        owners = _OWNERS.get(word, ())
        for language in owners:
            votes[language] = votes.get(language, 0) + 6 // len(owners)
    if not any(votes.values()):
        return Language("en" if text.isascii() else "und", 0.8)
    (best, most), *rest = sorted(votes.items(), key=itemgetter(1), reverse=True)
    second = rest[0][1] if rest else 0
    return Language(best, round(min(0.9, (6 + 2 * second) / (6 + most + second) + 0.3 * (most < 12)), 2))
