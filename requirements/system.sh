#!/bin/sh
# Installs the Debian packages named, where it may; otherwise prints the one command and stops.
set -eu
missing=
for package in "$@"; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q '^install ok installed$' || missing="$missing $package"
done
[ -n "$missing" ] || exit 0
command="apt-get update && apt-get install -y --no-install-recommends$missing"
if [ "$(id -u)" = 0 ]; then
    sh -c "$command"
elif sudo -n true 2>/dev/null; then
    sudo sh -c "$command"
else
    echo "These Debian packages are missing:$missing. Install them with:" >&2
    echo "    sudo sh -c '$command'" >&2
    exit 1
fi
