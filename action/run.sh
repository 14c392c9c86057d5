#!/usr/bin/env bash
# The GitHub Action's only script: gets a careen, runs it once, says how it ended.
# All inputs come as CAREEN_* from action.yml, and none is ever part of a command's text.
# CAREEN_PROTOCOLS, which no input sets, is what curl may speak: `=https` unless a test or a mirror says otherwise.
set -euo pipefail

fail() {
    printf '::error title=careen::%s\n' "${1//$'\n'/ }" >&2
    exit 2
}

# A released archive and its checksum; prints the program's path.
download() {
    local version="${CAREEN_VERSION#v}" folder="$1" target archive url
    [[ "$version" =~ ^[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.]+)?$ ]] ||
        fail "\`version\` is no version: write it like 0.1.0"
    [ -n "$CAREEN_REPOSITORY" ] ||
        fail "a local action has no releases: leave \`version\` empty"
    case "$(uname -s)-$(uname -m)" in
    Linux-x86_64) target=x86_64-unknown-linux-gnu ;;
    Linux-aarch64) target=aarch64-unknown-linux-gnu ;;
    Darwin-x86_64) target=x86_64-apple-darwin ;;
    Darwin-arm64) target=aarch64-apple-darwin ;;
    *) fail "no archive is released for $(uname -s) $(uname -m): leave \`version\` empty" ;;
    esac
    archive="careen-$version-$target.tar.gz"
    url="$CAREEN_SERVER/$CAREEN_REPOSITORY/releases/download/v$version/$archive"
    for file in "$archive" "$archive.sha256"; do
        curl --proto "${CAREEN_PROTOCOLS:-=https}" --fail --silent --show-error --location --retry 3 \
            --output "$folder/$file" "${url%"$archive"}$file" >&2 ||
            fail "$url can't be fetched: is $version released?"
    done
    (cd "$folder" && checksum "$archive") >&2 || fail "the checksum of $archive does not fit"
    tar -xzf "$folder/$archive" -C "$folder" careen || fail "$archive holds no careen"
    printf '%s\n' "$folder/careen"
}

# Only the digest counts: the name beside it in the file could be another one.
checksum() {
    local digest _
    read -r digest _ <"$1.sha256"
    if command -v sha256sum >/dev/null; then
        printf '%s  %s\n' "$digest" "$1" | sha256sum --check --status
    else
        printf '%s  %s\n' "$digest" "$1" | shasum --algorithm 256 --check --status
    fi
}

# The source that this script came with; prints the program's path.
build() {
    command -v cargo >/dev/null ||
        fail "there is no cargo on this runner: name a released \`version\`"
    cargo install --locked --quiet --path "$CAREEN_ACTION" --root "$1" >&2 ||
        fail "careen can't be built from $CAREEN_ACTION"
    printf '%s\n' "$1/bin/careen"
}

provide() {
    local folder
    if [ -n "$CAREEN_BINARY" ]; then
        command -v "$CAREEN_BINARY" || fail "\`binary\` is no program: $CAREEN_BINARY"
        return
    fi
    folder="$(mktemp -d "${RUNNER_TEMP:-${TMPDIR:-/tmp}}/careen.XXXXXX")"
    if [ -n "$CAREEN_VERSION" ]; then download "$folder"; else build "$folder"; fi
}

arguments=(audit "--fail-on=$CAREEN_FAIL_ON" --color=never)
case "$CAREEN_FORMAT" in
human | concise) arguments+=("--format=$CAREEN_FORMAT") ;;
*) fail "\`format\` is human or concise, not \`$CAREEN_FORMAT\`" ;;
esac
case "$CAREEN_ALLOW_INCOMPLETE" in
true) arguments+=(--allow-incomplete) ;;
false) ;;
*) fail "\`allow-incomplete\` is true or false, not \`$CAREEN_ALLOW_INCOMPLETE\`" ;;
esac
[ -n "$CAREEN_SARIF" ] || fail "\`sarif\` names no file"
[[ "$CAREEN_SARIF" != *$'\n'* ]] || fail "\`sarif\` is more than one line"
arguments+=("--format=sarif=$CAREEN_SARIF")
[ -z "$CAREEN_CONFIG" ] || arguments+=("--config=$CAREEN_CONFIG")
[ -z "$CAREEN_SELECT" ] || arguments+=("--select=$CAREEN_SELECT")
[ -z "$CAREEN_IGNORE" ] || arguments+=("--ignore=$CAREEN_IGNORE")
while IFS= read -r glob; do
    [ -z "$glob" ] || arguments+=("--chart=$glob")
done <<<"$CAREEN_CHART"
arguments+=(-- "$CAREEN_PATH")

program="$(provide)"
mkdir -p -- "$(dirname -- "$CAREEN_SARIF")"
code=0
# What a chart says must not speak to the runner: between these two lines `::` means nothing.
token="careen-$RANDOM$RANDOM$RANDOM$RANDOM"
printf '::stop-commands::%s\n' "$token"
"$program" "${arguments[@]}" || code=$?
printf '::%s::\n' "$token"
{
    printf 'exit-code=%s\n' "$code"
    [ ! -f "$CAREEN_SARIF" ] || printf 'sarif=%s\n' "$CAREEN_SARIF"
} >>"$GITHUB_OUTPUT"
exit "$code"
