#!/usr/bin/env bash
# Makes the buckets, the topic, the rights, the function and its trigger, then uploads a picture and waits for its
# thumbnail. Uses only fgs and coreutils, stops at the first failure, and may be run again: what exists stays.
set -euo pipefail

if [ $# != 2 ] || [[ $2 != *.png ]]; then
  echo "usage: $0 ADDRESS PICTURE.png" >&2
  exit 2
fi
address=$1
picture=$2
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
if [ ! -d "$here/function/node_modules" ]; then
  echo "packages are missing: npm install --prefix $here/function" >&2
  exit 2
fi

# Shows a command and runs it.
show() {
  printf '$ fgs %s\n' "$*" >&2
  fgs "$@"
}

exists() { fgs "$@" > /dev/null 2>&1; }

# Repeats a check each second until it holds.
await() {
  local end=$((SECONDS + $1))
  shift
  while ((SECONDS < end)); do
    if "$@"; then return; fi
    sleep 1
  done
  printf 'not in time: %s\n' "$*" >&2
  return 1
}

exists buckets show photos || show buckets create photos
exists buckets show thumbnails || show buckets create thumbnails
storage=$(fgs buckets show thumbnails --field address)
storage=${storage%/thumbnails}

topic=$(show topics create new-thumbnails --display-name Thumbnails --field topic_urn)
subscription=$(show topics subscriptions add new-thumbnails "$address" --field subscription_urn)

exists iam policies show thumbnail || show iam policies create thumbnail --file "$here/policy.json"
exists iam agencies show thumbnail || show iam agencies create thumbnail --policy thumbnail

show functions deploy "$here/function" --name thumbnail --runtime Node.js --handler index.handler \
  --memory 512 --timeout 30 --agency thumbnail \
  --env THUMBNAILS=thumbnails --env "STORAGE=$storage" --env "TOPIC=$topic"
exists triggers show thumbnail objects || show triggers create thumbnail --bucket photos --on ObjectCreated \
  --prefix incoming/ --suffix .png

echo "Open the link in the mail to $address, unless the subscription is confirmed."
confirmed() {
  [[ $(fgs topics subscriptions list new-thumbnails --field subscription_urn,state) == *"$subscription"$'\tconfirmed'* ]]
}
await 600 confirmed

newest() { fgs invocations list thumbnail --async --limit 1 --field request_id; }
before=$(newest)
key=incoming/$(basename "$picture")
show buckets put photos "$key" --file "$picture" --content-type image/png
started() {
  request=$(newest) && [ "$request" != "$before" ]
}
await 60 started
show invocations wait thumbnail "$request"
show functions logs thumbnail --request-id "$request"
echo "The thumbnail is thumbnails/$key; $address gets a link to it."
