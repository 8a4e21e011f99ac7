#!/usr/bin/env bash
# Makes the web site of this run, and of earlier ones where they are named.
set -euo pipefail
report=${INTEROP_REPORT:-interop-report}
site=${INTEROP_SITE:-site}
if [ ! -f "$report/matrix.json" ]; then
    echo "interop: $report/matrix.json was not written, so there is nothing to publish." >&2
    exit 0
fi
eval "earlier=(${INTEROP_RUNS:-})"
python3 -m interop.cli publish "$report" "${earlier[@]}" --out "$site"
# What GitHub's steps behind this one go by: without a site there is nothing to upload.
[ -z "${GITHUB_OUTPUT:-}" ] || echo "site=$site" >>"$GITHUB_OUTPUT"
