"""Short policy pages of our own: invented wording around the real names and handles, with the real disagreements."""

from __future__ import annotations

from collections.abc import Iterable

from bot.domain.accounts import Platform, Registry

Rows = list[tuple[Platform, tuple[str, ...], str, str]]
"""Platform, operator lines, handle, link text."""

UNIT_VI = "Phụ trách cải thiện môi trường tiếp nhận, Bộ phận Quản lý thẩm tra"


def rows(registry: Registry, tag: str) -> Rows:
    """The account table as the roster has it, in one language, with a nested line for each district office."""
    table: Rows = []
    for account in registry.accounts:
        office = registry.office(account.office)
        name = office.names.best(tag)
        bureau = (
            registry.office(office.parent).names.best(tag) if office.kind == "district-office" and office.parent else ""
        )
        lines = (bureau, name.removeprefix(bureau)) if bureau else (name,)
        table.append((account.platform, lines, account.handle, ""))
    return table


def as_text(table: Rows, *, title: str, words: tuple[str, str, str], date: str, before: Iterable[str] = ()) -> str:
    """A page as a browser's "save as text" leaves it. ``words`` heads the columns."""
    out = ["• TOP", title, "", *before, "1 aaa", "bbb", "2 ccc"]
    for number, (platform, name) in enumerate(((Platform.X, "Twitter"), (Platform.FACEBOOK, "Facebook")), start=1):
        out += [f"{number} {name}", f"{words[0]} {words[1]} {words[2]}{name}"]
        for _, lines, handle, link in (row for row in table if row[0] is platform):
            *above, last = lines
            out += [*above, last, f"{handle} {link}".strip()] if above else [f"{last} {handle} {link}".strip()]
    return "\n".join([*out, "3 ddd", "eee v.v... fff", "8 ggg", date, "TOP"])


def vi(registry: Registry) -> str:
    """Like the Vietnamese version: the older Omura handle, two Pages, the unit named."""
    table = [row for row in rows(registry, "vi") if row[2] != "fukuoka.nyukan.support"]
    table = [(p, lines, h.replace("OMURA2", "OMURA"), link) for p, lines, h, link in table]
    table = [_nagoya(row, (UNIT_VI,), "(Hỗ trợ lưu trú)\nTrang Facebook") for row in table]
    local = "Văn phòng Quản lý xuất nhập cảnh và lưu trú địa phương"
    return as_text(
        table,
        title=f"Quy tắc SNS của {local}",
        words=("Cơ quan", "Tên", "Liên kết "),
        date="Áp dụng từ ngày 22/7/2020.",
        before=["Trang này nói về tài khoản Twitter và Facebook của cơ quan. " * 2, f"Đăng bởi {local}."],
    )


def zh(registry: Registry) -> str:
    """Like the Chinese version: the newer Omura handle, three Pages, no unit, unlike link texts."""
    table = [_nagoya(row, (), "(在留支援)\n脸书(facebook)页面") for row in rows(registry, "zh-Hans")]
    table = [(p, o, h, f"{o[0]}\n(在留支援)" if h.startswith("fukuoka.") else link) for p, o, h, link in table]
    return as_text(
        table,
        title="地方出入国在留管理局SNS规则",
        words=("主体", "名", "链接"),
        date="自2020年(令和2年)7月22日起。",
        before=["地方出入国在留管理官署的Twitter和Facebook。"],
    )


def _nagoya(
    row: tuple[Platform, tuple[str, ...], str, str], unit: tuple[str, ...], link: str
) -> tuple[Platform, tuple[str, ...], str, str]:
    platform, lines, handle, _ = row
    if handle != "nagoya.nyukan.support":
        return row
    return platform, (*lines, *unit), handle, f"{lines[0]}\n{link}"


def as_html(table: Rows, *, lang: str, title: str, date: str) -> str:
    """A page with real tables: one cell for a bureau over all its offices' rows, links in a cell of their own."""
    body = "".join(
        f"<tr><td>{'<br>'.join(lines)}</td><td>{handle}</td><td><a href='https://{_host(p)}/{handle}'>{link or 'link'}</a></td></tr>"
        for p, lines, handle, link in table
    )
    head = f"<html lang='{lang}'><head><title>{title}</title><script>var x='IMMI_SCRIPT'</script></head>"
    return f"{head}<body><h1>{title}</h1><table><tr><th>a</th><th>b</th><th>c</th></tr>{body}</table><p>{date}</p></body></html>"


def _host(platform: Platform) -> str:
    return {"x": "twitter.com", "facebook": "www.facebook.com"}[platform]
