"""Which language a reply is written in, with honest doubt: "not covered" is an answer that moderators see."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import Final

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

_SCRIPT: Final = re.compile(
    "(?P<kana>[\u3040-\u30ff\uff66-\uff9d]+)|(?P<han>[\u3400-\u9fff\uf900-\ufaff]+)|(?P<hangul>[\u1100-\u11ff\uac00-\ud7a3]+)"
    "|(?P<thai>[\u0e00-\u0e7f]+)|(?P<deva>[\u0900-\u097f]+)|(?P<latin>[A-Za-z\u00c0-\u024f\u1e00-\u1eff]+)"
    "|(?P<burmese>[\u1000-\u109f]+)|(?P<khmer>[\u1780-\u17ff]+)|(?P<cyrillic>[\u0400-\u052f]+)"
    "|(?P<arabic>[\u0600-\u06ff\u0750-\u077f]+)|(?P<bengali>[\u0980-\u09ff]+)|(?P<sinhala>[\u0d80-\u0dff]+)"
    "|(?P<lao>[\u0e80-\u0eff]+)|(?P<hebrew>[\u0590-\u05ff]+)|(?P<tamil>[\u0b80-\u0bff]+)|(?P<greek>[\u0370-\u03ff]+)"
)
_BY_SCRIPT: Final = {
    "hangul": "ko", "thai": "th", "deva": "ne", "burmese": "my", "khmer": "km", "cyrillic": "ru", "arabic": "ar",
    "bengali": "bn", "sinhala": "si", "lao": "lo", "hebrew": "he", "tamil": "ta", "greek": "el",
}  # fmt: skip
# Characters that Japanese does not write (or writes otherwise): the rest of Han says nothing about the language.
_SIMPLIFIED: Final = frozenset(
    "们这为时说对么过还给让见请问谁钱动东车长门开关间现发业办证签续样实际专书语话谢护罗卖买赚钟岁应该报电线务员经济转变带离难级组织联产认记录设许论评诉词译试调账费资质赌输较边达远运选递邮"
)
_TRADITIONAL: Final = frozenset("們這個來說對麼沒還給讓錢國關發會學辦證簽續樣實與專廣謝賣賺歲應該從點經濟轉變帶聯萬產錄譯帳賭邊遞嗎啲嘅喺唔咗係啦喔")
_CHINESE_ONLY: Final = frozenset("的了是我你他她就也都吗呢吧啊那嘛咧和很把被跟")
_VIETNAMESE: Final = re.compile("[ăđơưũĩạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]", re.IGNORECASE)
_WORDS: Final = re.compile(r"[a-z\u00c0-\u024f\u1e00-\u1eff']+")


@dataclass(frozen=True, slots=True)
class Language:
    """``tag`` is BCP 47, ``und`` when nothing can be said; ``doubt`` runs from 0 (sure) to 1 (no idea)."""

    tag: str
    doubt: float

    @property
    def covered(self) -> bool:
        """Whether screening was taught this language; False must be shown, not read as clean."""
        return self.tag in COVERED


def identify(text: str) -> Language:
    """The main language of a text, mixed texts by their largest part."""
    if text.isascii():
        return _latin(text, Counter(latin=1)) if any(map(str.isalpha, text[:400])) else Language("und", 1.0)
    counts = Counter[str]()
    for match in _SCRIPT.finditer(text[:400]):
        counts[match.lastgroup or ""] += match.end() - match.start()
    if not counts:
        return Language("und", 1.0)
    if counts["kana"] and counts["kana"] * 8 >= counts["han"] and counts["kana"] + counts["han"] >= counts["latin"]:
        return _foreign_share("ja", counts, counts["kana"] + counts["han"])
    script, most = counts.most_common(1)[0]
    if script == "han":
        return _chinese(text, counts)
    if script == "latin":
        return _latin(text, counts)
    return _foreign_share(_BY_SCRIPT.get(script, "ja"), counts, most)


def _foreign_share(tag: str, counts: Counter[str], own: int) -> Language:
    return Language(tag, round(min(0.9, 1 - own / counts.total()), 2))


def _chinese(text: str, counts: Counter[str]) -> Language:
    letters = set(text)
    simplified, traditional = len(letters & _SIMPLIFIED), len(letters & _TRADITIONAL)
    if simplified == traditional == 0 and not letters & _CHINESE_ONLY:
        return Language("ja", 0.6)  # kanji alone may be Japanese or Chinese
    doubt = 0.1 if max(simplified, traditional) else 0.4
    return Language("zh-Hant" if traditional > simplified else "zh-Hans", doubt)


def _latin(text: str, counts: Counter[str]) -> Language:
    marks = 0 if text.isascii() else len(_VIETNAMESE.findall(text[:400]))
    if marks >= 3 or marks * 12 > counts["latin"]:
        return Language("vi", 0.05)
    votes = Counter[str]()
    words = _WORDS.findall(text.lower()[:400])
    for word in words:
        owners = _OWNERS.get(word, ())
        for language in owners:
            votes[language] += 6 // len(owners)
    if not votes.total():
        return Language("en" if text.isascii() else "und", 0.8)
    (best, most), *rest = votes.most_common(2)
    second = rest[0][1] if rest else 0
    return Language(best, round(min(0.9, (6 + 2 * second) / (6 + most + second) + 0.3 * (most < 12)), 2))
