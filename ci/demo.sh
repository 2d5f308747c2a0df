#!/usr/bin/env bash
# A day of the reference platform on the embedded warehouse, in a folder of its own.
# usage: ci/demo.sh BINARY FOLDER DAY LEARNERS
set -euo pipefail
sluice=$(realpath "$1") folder=$2 day=$3 learners=$4
here=$(cd "$(dirname "$0")/.." && pwd)

rm -rf "$folder"
mkdir -p "$folder"
cp -R "$here/cue/manabi/." "$folder"
cd "$folder"

step() { printf '\n▸ sluice %s\n' "$*"; "$sluice" "$@"; }
step demo data --day "$day" --learners "$learners"
step compile --env local
step apply --env local --auto-approve
step run --env local --date "$day" --fast-forward

printf '\nThe day is in %s: data/ (sources), .sluice/ (warehouse, journal, logs), out/ (exports), generated/ (plan).\n' "$folder"
