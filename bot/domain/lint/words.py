"""What a finding says to people, in Japanese (prevails) and English; facts of the finding fill the braces."""

from __future__ import annotations

from typing import Final

from bot.domain.lint.model import Finding

_CLOSED: Final = {
    "saturday": ("土曜日", "a Saturday"), "sunday": ("日曜日", "a Sunday"),
    "year-end": ("年末年始の閉庁日", "the year-end closing"), "closure": ("この官署の閉庁日", "a closure of this office"),
    "holiday": ("祝日", "a national holiday"),
}  # fmt: skip

SENTENCES: Final[dict[str, tuple[str, str]]] = {
    "weekday-mismatch": (
        "{date}は「{right}」です。「{written}」を直してください。",
        "{iso} is not '{written}' but '{right}'.",
    ),
    "no-such-date": ("「{date}」という日はありません。日付を確かめてください。", "There is no such day as '{date}'; check the date."),
    "era-mismatch": (
        "和暦と西暦が合いません。「{written}」は「{right}」ではありませんか。",
        "The two years disagree; '{written}' should probably be '{right}'.",
    ),
    "era-ended": (
        "「{written}」年という年はありません。今の元号では{right}年です。",
        "'{written}' lies after the end of that era; today it is called {right}.",
    ),
    "past-date": (
        "{date}は、投稿する{sent}にはもう過ぎています。",
        "{iso} has already passed when this goes out.",
    ),
    "past-hour": (
        "この時刻は、投稿するときにはもう過ぎています({date})。",
        "The time given for {iso} has already passed when this goes out.",
    ),
    "closed-day": (
        "{date}は{why_ja}で閉庁日です。開いていると読める文になっています。次の開庁日は{next}です。",
        "{iso} is {why_en}, a closed day, but the text says that the office is open; the next working day is {next_iso}.",
    ),
    "slot-unknown-hours": (
        "{office}の窓口時間が登録されていないため、{slot}の投稿には理由と二人目の承認が要ります。",
        "The counter hours of {office_en} are unknown, so a post at {slot} needs a reason and a second approver.",
    ),
    "slot-closed-day": (
        "投稿日は{why_ja}で、{office}の閉庁日です。開庁時間に移すか、理由を書いてください。",
        "The slot falls on {why_en}, when {office_en} is closed; move it into opening hours or give a reason.",
    ),
    "slot-no-counter": (
        "{office}の窓口はこの曜日には開きません。開庁時間に移すか、理由を書いてください。",
        "{office_en} has no counter on this weekday; move the slot or give a reason.",
    ),
    "slot-before-opening": (
        "{slot}は{office}の窓口時間({hours})の前です。開庁時間に移すか、理由を書いてください。",
        "{slot} is before the opening of {office_en} ({hours}); move the slot or give a reason.",
    ),
    "slot-break": (
        "{slot}は{office}の昼休みです(窓口時間 {hours})。開庁時間に移すか、理由を書いてください。",
        "{slot} is in the break of {office_en} ({hours}); move the slot or give a reason.",
    ),
    "slot-after-closing": (
        "{slot}は{office}の窓口時間({hours})の後です。開庁時間に移すか、理由を書いてください。",
        "{slot} is after the closing of {office_en} ({hours}); move the slot or give a reason.",
    ),
    "text-hours": (
        "「{written}」は{office}の窓口時間({hours})と合いません。",
        "'{written}' contradicts the counter hours of {office_en} ({hours}).",
    ),
    "shortener": (
        "短縮URL({host})は行き先が見えないため使えません(2011年の指針)。元のURLを書いてください。",
        "Shortened links ({host}) hide where they lead and are not allowed (guideline of 2011); write the full address.",
    ),
    "non-government-link": (
        "{host}は行政機関のサイトではありません。リンクしてよい相手か確かめてください。",
        "{host} is not a government site; check that a link to it is intended.",
    ),
    "insecure-link": ("http:// ではなく https:// で始めてください({host})。", "Begin the link with https:// instead of http:// ({host})."),
    "glued-link": (
        "URLのすぐ後に文字が続くと、リンクが切れることがあります。空白を入れてください。",
        "Text follows the link without a space, which may break it; add a space.",
    ),
    "accidental-link": (
        "Xは「{host}」をリンクに変えます。意図していなければ、点の後に空白を入れてください。",
        "X will turn '{host}' into a link; if that is not meant, put a space after the full stop.",
    ),
    "halfwidth-kana": ("半角カナ「{written}」は全角「{right}」にしてください。", "Write the half-width kana '{written}' in full width: '{right}'."),
    "machine-dependent-character": (
        "「{written}」は機種依存文字です。読み上げや表示が崩れることがあります。",
        "'{written}' depends on the machine and may be shown or read out wrongly.",
    ),
    "split-letter": (
        "濁点やアクセントが別の文字に分かれています(NFD)。「{right}」に直してください。",
        "Letter and mark are stored apart (NFD); write '{right}' as whole letters.",
    ),
    "variant-selector": (
        "異体字を選ぶ見えない文字({written})があります。表示されない機種があります。",
        "There is an invisible variant selector ({written}), which many machines cannot show.",
    ),
    "hidden-character": ("見えない制御文字({written})があります。取り除いてください。", "There is an invisible control character ({written}); remove it."),
    "lost-character": (
        "文字化けした文字か外字({written})があります。元の文字に直してください。",
        "There is a lost or private character ({written}); write the character that is meant.",
    ),
    "personal-data": (
        "個人を特定できる情報({kind_ja})に見えます。公表してよいものか確かめ、消してください。",
        "This looks like personal data ({kind_en}); take it out unless it may be made public.",
    ),
    "office-mismatch": (
        "「{written}」とありますが、このアカウントは{own}のものです。",
        "The text names '{written}', but this account belongs to {own_en}.",
    ),
    "phone-near": (
        "「{written}」は公表されている番号「{right}」({label})と一か所だけ違います。",
        "'{written}' differs in one place from the published number '{right}' ({label}).",
    ),
    "phone-unknown": (
        "「{written}」は台帳の電話番号にありません。番号を確かめてください。",
        "'{written}' is not among the roster's telephone numbers; check it.",
    ),
    "fee-mismatch": (
        "「{written}」は台帳の手数料({known})と違います。金額を確かめてください。",
        "'{written}' is not a fee of the roster ({known}); check the amount.",
    ),
    "source-line": (
        "ウェブサイトの内容を引いていますが、出典がありません。「出典:サイト名(URL)」を書いてください。",
        "Website content is quoted without its source; add 'Source: name of the site (URL)'.",
    ),
    "edited-mark": (
        "内容を変えて使っていますが、その旨がありません。出典とは別に「〜を加工して作成」と書いてください。",
        "The content was changed; say so apart from the source, for example 'created based on ...'.",
    ),
    "alt-missing": ("画像{number}({path})に代替テキストがありません。", "Picture {number} ({path}) has no alternative text."),
    "alt-file-name": (
        "画像{number}の代替テキストがファイル名のままです。何が写っているかを書いてください。",
        "The alternative text of picture {number} is only its file name; say what it shows.",
    ),
    "alt-says-nothing": (
        "画像{number}の代替テキストは内容を伝えていません。何が写っているかを書いてください。",
        "The alternative text of picture {number} does not say what it shows.",
    ),
    "alt-too-long": (
        "画像{number}の代替テキストは{length}字です。{limit}字以内にしてください。",
        "The alternative text of picture {number} has {length} characters; at most {limit} are taken.",
    ),
    "over-length": (
        "{platform}の上限{limit}に対して{used}あります。ここから後は入りません。",
        "The text uses {used} of {limit} on {platform}; it is too long from here on.",
    ),
    "empty-text": ("本文がありません。", "There is no text."),
    "other-account": (
        "「{other}」({account})と{percent}%同じ文で、Xの規則に触れます。本庁が投稿し、各局はリンクしてください。",
        "{percent} % the same as '{other}' ({account}), against X's rules; let the agency post and the bureaus link.",
    ),
    "again": (
        "「{other}」と同じアカウントで7日以内に{percent}%同じ文です。プラットフォームに重複として断られます。",
        "{percent} % the same as '{other}' on the same account within 7 days; platforms refuse duplicates.",
    ),
    "long-sentence": (
        "一文が{length}字あります。{limit}字以内に分けると読みやすくなります。",
        "This sentence has {length} characters; up to {limit} are easier to read.",
    ),
    "double-negation": ("二重否定「{written}」は、言い切りの形にすると伝わりやすくなります。", "Say the double negation '{written}' positively."),
    "hard-word": ("「{written}」は「{right}」などのやさしい言葉にできます。", "'{written}' can be said more simply: '{right}'."),
    "no-reading": ("「{written}」に読みがなを付けてください。", "Give the reading of '{written}'."),
}  # fmt: skip

_KINDS: Final[dict[str, tuple[str, str]]] = {
    "residence-card": ("在留カード等の番号", "a residence card number"),
    "my-number": ("12桁の番号", "a number of 12 digits"),
    "twelve-digits": ("12桁の番号", "a number of 12 digits"),
    "driving-licence": ("12桁の番号", "a number of 12 digits"),
    "vn-citizen-id": ("12桁の番号", "a number of 12 digits"),
    "mobile": ("携帯電話の番号", "a mobile telephone number"),
    "payment-card": ("カード番号", "a payment card number"),
    "e-mail": ("メールアドレス", "an e-mail address"),
    "passport": ("旅券番号", "a passport number"),
    "bank-account": ("口座番号", "a bank account number"),
    "birth-date": ("生年月日", "a date of birth"),
    "home-address": ("個人の住所", "a private address"),
}


def say(finding: Finding, lang: str = "ja") -> str:
    """One sentence for people; every language but Japanese reads English."""
    english = lang.partition("-")[0] != "ja"
    facts = {key: _shown(value) for key, value in finding.facts.items()}
    closed = _CLOSED.get(facts.get("by", ""), ("", ""))
    kind = _KINDS.get(facts.get("kind", ""), ("識別番号など", "an identifier"))
    facts |= {"why_ja": facts.get("name") or closed[0], "why_en": closed[1], "kind_ja": kind[0], "kind_en": kind[1]}
    return SENTENCES[finding.reason][english].format(**facts)


def _shown(value: str) -> str:
    """Controls of the text must not act in a terminal or on a page."""
    short = value if len(value) <= 60 else value[:59] + "…"
    return "".join(char if char.isprintable() else f"U+{ord(char):04X}" for char in short)
