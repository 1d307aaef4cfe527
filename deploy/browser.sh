#!/bin/sh
# Makes sure that the browser tests find a Chromium: the system's, else Playwright's own, else Debian's package.
set -eu
bin=$1
command -v chromium >/dev/null 2>&1 && exit 0
command -v google-chrome >/dev/null 2>&1 && exit 0
"$bin/python" - <<'PY' && exit 0
import pathlib, sys
from playwright.sync_api import sync_playwright
with sync_playwright() as play:
    sys.exit(not pathlib.Path(play.chromium.executable_path).exists())
PY
echo "No Chromium found: trying Playwright's download, then Debian's package." >&2
timeout 300 "$bin/playwright" install chromium >/dev/null 2>&1 && exit 0
if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
    apt-get update -q >/dev/null && apt-get install -y -q chromium fonts-noto-cjk >/dev/null && exit 0
fi
echo "Install a Chromium (Debian: apt-get install chromium fonts-noto-cjk), then run make test again." >&2
exit 1
