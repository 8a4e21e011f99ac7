#!/usr/bin/env bash
# Puts the matrix into the job's summary: GitHub's where it has one, else on standard output.
set -euo pipefail
report=${INTEROP_REPORT:-interop-report}
if [ ! -f "$report/matrix.md" ]; then
    echo "interop: $report/matrix.md was not written; the log of the run says why." >&2
    exit 0
fi
if [ -n "${GITHUB_STEP_SUMMARY:-}" ]; then
    cat "$report/matrix.md" >>"$GITHUB_STEP_SUMMARY"
else
    cat "$report/matrix.md"
fi
