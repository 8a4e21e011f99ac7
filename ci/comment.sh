#!/usr/bin/env bash
# Comments on a pull request (GitHub) or merge request (GitLab) what it changes in the matrix. The comment of an
# earlier push is known by the mark in its first line, and edited. A comment that cannot be made is said and no
# more: a fork's token may not write, and the matrix is as red or as green without it.
set -euo pipefail
report=${INTEROP_REPORT:-interop-report}
baseline=${INTEROP_BASELINE:-}
pull=${INTEROP_PULL_REQUEST:-}
body=$report/comment.md
# One mark for each job of a pipeline, so that they do not edit each other's comments.
mark="<!-- interop: $(printf %s "${INTEROP_NAME:-interop}" | tr -c 'A-Za-z0-9._' '-') -->"
find='
import json, sys
found = json.load(sys.stdin)
marked = (each["id"] for each in found if (each["body"] or "").startswith(sys.argv[1]))
print(next(marked, "") if found else "end")
'

give_up() {
    echo "interop: $1; no comment." >&2
    exit 0
}

# The token goes by a file that no list of processes shows.
gitlab() {
    curl --fail --silent --show-error --header @<(printf 'PRIVATE-TOKEN: %s\n' "$INTEROP_TOKEN") "$@"
}

list() { # PAGE
    if [ -n "${GITLAB_CI:-}" ]; then
        gitlab "$CI_API_V4_URL/projects/$CI_PROJECT_ID/merge_requests/$pull/notes?per_page=100&page=$1"
    else
        gh api "repos/$GITHUB_REPOSITORY/issues/$pull/comments?per_page=100&page=$1"
    fi
}

earlier() {
    local page comments found
    for ((page = 1; ; page++)); do
        comments=$(list "$page") || return
        found=$(python3 -c "$find" "$mark" <<<"$comments") || return
        if [ -n "$found" ]; then
            [ "$found" = end ] || echo "$found"
            return 0
        fi
    done
}

send() { # ID, or nothing for a new comment
    if [ -n "${GITLAB_CI:-}" ]; then
        local notes="$CI_API_V4_URL/projects/$CI_PROJECT_ID/merge_requests/$pull/notes"
        if [ -n "$1" ]; then
            gitlab --output /dev/null --request PUT "$notes/$1" --data-urlencode "body@$body"
        else
            gitlab --output /dev/null --request POST "$notes" --data-urlencode "body@$body"
        fi
    elif [ -n "$1" ]; then
        gh api --silent --method PATCH "repos/$GITHUB_REPOSITORY/issues/comments/$1" --field "body=@$body"
    else
        gh api --silent --method POST "repos/$GITHUB_REPOSITORY/issues/$pull/comments" --field "body=@$body"
    fi
}

[ -n "$pull" ] || give_up "this is no pull request"
[ -n "$baseline" ] || give_up "there is no baseline (INTEROP_BASELINE) to compare with"
[ -f "$report/matrix.json" ] || give_up "$report/matrix.json was not written"
[ -n "${INTEROP_TOKEN:-}" ] || give_up "INTEROP_TOKEN is not set, see docs/ci.md"
export GH_TOKEN=$INTEROP_TOKEN
{
    echo "$mark"
    python3 -m interop.cli diff "$baseline" "$report/matrix.json" --format markdown --fail-on none
} >"$body" || give_up "the baseline could not be compared with"
id=$(earlier) || give_up "the comments could not be read"
send "$id" || give_up "the comment was refused"
