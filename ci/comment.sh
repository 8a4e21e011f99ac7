#!/usr/bin/env bash
# Comments on a pull request what it changes in the matrix, in place of the comment of an earlier push.
set -euo pipefail
report=${INTEROP_REPORT:-interop-report}
marker="<!-- interop -->"
if [ ! -f "${INTEROP_BASELINE:-}" ] || [ ! -f "$report/matrix.json" ]; then
    echo "interop: there is no baseline or no matrix to compare; no comment." >&2
    exit 0
fi
body=$(mktemp)
trap 'rm -f "$body"' EXIT
{
    echo "$marker"
    python3 -m interop.cli diff "$INTEROP_BASELINE" "$report/matrix.json" --format markdown --fail-on none
} >"$body"
gh pr comment "$PULL_REQUEST" --body-file "$body" --edit-last 2>/dev/null ||
    gh pr comment "$PULL_REQUEST" --body-file "$body"
