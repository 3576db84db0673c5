#!/usr/bin/env bash
# Installs what the tests need beyond Go, where it is missing, and says so: a C compiler (race detector),
# Chromium (pages), PostgreSQL (second database). Needs a Debian package manager and the right to use it.
set -euo pipefail

missing=()
command -v gcc >/dev/null || missing+=(gcc libc6-dev)
command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || missing+=(chromium)
compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || missing+=(postgresql)
compgen -G '/usr/share/fonts/truetype/*' >/dev/null || missing+=(fonts-liberation)
[ ${#missing[@]} -eq 0 ] && exit 0

echo "The tests need ${missing[*]}: installing."
as_root=()
[ "$(id -u)" -eq 0 ] || as_root=(sudo)
if ! command -v apt-get >/dev/null; then
  echo "No apt-get here. Install by hand: ${missing[*]}" >&2
  exit 1
fi
"${as_root[@]}" apt-get update -qq
DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}"
