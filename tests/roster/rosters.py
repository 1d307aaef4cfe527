"""A small roster with comments, and ways to bend it."""

from __future__ import annotations

from bot.domain.accounts import Registry
from bot.roster.load import parse

SMALL = """\
# 台帳 · a small roster for tests
schema = 1

[[policy]]
version = "vi"
url = "https://www.agency.example/vi/policy.html"

[[policy]]
version = "zh-Hans"
url = "https://www.agency.example/zh-cn/policy.html"

[platform.facebook]
can.delete = "api"
can.block = "api"

# the agency itself
[[office]]
id = "hq"
kind = "agency"
name.ja = "港湾庁"
name.en = "Harbour Agency"
name.zh-Hans = "港湾厅"
name.vi = "Tổng cục Cảng"
hours.certainty = "unknown"
approvers = [{ staff = "hq.head", until = 2027-03-31 }]

[[office]]
id = "fukuoka"
kind = "regional-bureau"
parent = "hq"   # directly under the agency
name.ja = "福岡港湾局"
name.en = "Fukuoka Harbour Bureau"
name.zh-Hans = "福冈港湾局"
name.vi = "Cục Cảng Fukuoka"
short.ja = "福岡"
short.en = "Fukuoka"
hours.weekdays = ["09:00-12:00", "13:00-16:00"]  # lunch is lunch
hours.certainty = "sourced"
hours.source = "a leaflet"
approvers = [{ staff = "fukuoka.head", until = 2027-03-31 }]
phones = [
  { number = "092-000-0000", label = "counter" },
]

# the agency on X
[[account]]
id = "x-hq"
platform = "x"
handle = "HARBOUR_HQ"
url = "https://x.com/HARBOUR_HQ"
office = "hq"
status = "active"
owner = { staff = "hq.lead", until = 2027-03-31 }
deputy = { staff = "hq.deputy", until = 2027-03-31 }
listed.vi = "HARBOUR_HQ"
listed.zh-Hans = "HARBOUR_HQ"
secret = "HARBOUR_HQ"

# two versions disagree about this one
[[account]]
id = "x-fukuoka"
platform = "x"
handle = "HARBOUR_FUK2"
url = "https://x.com/HARBOUR_FUK2"
office = "fukuoka"
status = "active"
owner = { staff = "fukuoka.lead", until = 2027-03-31 }
deputy = { staff = "fukuoka.deputy", until = 2027-03-31 }
listed.vi = "HARBOUR_FUK"
listed.zh-Hans = "HARBOUR_FUK2"
disagreement.taken = "HARBOUR_FUK2"
disagreement.why = "the Chinese version is later"
disagreement.other = "HARBOUR_FUK"
secret = "HARBOUR_FUK2"

[[account]]
id = "fb-fukuoka"
platform = "facebook"
handle = "fukuoka.harbour"
url = "https://www.facebook.com/fukuoka.harbour"
office = "fukuoka"
status = "active"
owner = { staff = "fukuoka.page", until = 2027-03-31 }
deputy = { staff = "fukuoka.deputy", until = 2027-03-31 }
listed.zh-Hans = "fukuoka.harbour"
secret = "fukuoka.harbour"
# the end
"""


def bent(old: str, new: str, text: str = SMALL) -> str:
    """The roster with one place changed; the place must exist, so that no test bends nothing."""
    assert old in text, old
    return text.replace(old, new, 1)


def registry(text: str = SMALL) -> Registry:
    return parse(text.encode()).registry
