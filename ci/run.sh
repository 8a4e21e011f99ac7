#!/usr/bin/env bash
# Runs the product against its peers. Red only on a new gap, a changed or fixed one, or an expired review.
set -euo pipefail
report=${INTEROP_REPORT:-interop-report}
config=${INTEROP_CONFIG:-interop.yaml}
eval "arguments=(${INTEROP_ARGUMENTS:-})"
exec python3 -m pytest --interop --interop-config "$config" --interop-report "$report" \
    -q --tb=short "${arguments[@]}"
