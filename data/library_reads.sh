#!/bin/sh
# Makes library_reads.tsv and library_versions.tsv anew: library_reads.sh LIBRARY=GITDIR:CHART…
# takes each version of the library chart in the folder CHART of a Git repository, as in
#   data/library_reads.sh bitnami=bitnami-charts.git:bitnami/common
set -eu
sources=$(mktemp -d)
trap 'rm -rf "$sources"' EXIT
for library; do
  name=${library%%=*} place=${library#*=}
  git=${place%%:*} chart=${place#*:}
  git --git-dir="$git" log --format='%H %cs' -- "$chart/Chart.yaml" | while read -r commit day; do
    version=$(git --git-dir="$git" show "$commit:$chart/Chart.yaml" 2>/dev/null | sed -n 's/^version: *//p' | tr -d '"'\''' | head -n 1)
    folder=$sources/$name/$version
    { [ -n "$version" ] && [ ! -e "$folder" ]; } || continue
    mkdir -p "$folder"
    git --git-dir="$git" archive "$commit:$chart" | tar -x -C "$folder"
    printf '%s %s\n' "$commit" "$day" >"$folder/source"
  done
done
cargo run --quiet --example library_reads -- "$sources" "$(dirname "$0")"
