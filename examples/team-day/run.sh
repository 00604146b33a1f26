#!/usr/bin/env bash
# A day of a team: an administrator, a developer and an operator, each with different rights, and one function that is
# deployed, tested, released to a tenth of the calls, rolled back, repaired and monitored. Uses only fgs and coreutils.
# Needs a running server and an administrator's credentials, stops at the first unexpected result, removes its resources
# and can be run again.
set -euo pipefail

if ! command -v fgs > /dev/null; then
  echo 'fgs is not in the PATH. In the folder of the project: PATH=$PWD/node_modules/.bin:$PATH examples/team-day/run.sh' >&2
  exit 1
fi

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
till=team-day-till
developers=team-day-developers
operators=team-day-operators
began=$(date -u +%Y-%m-%dT%H:%M:%S.%3NZ)
keys=$(mktemp -d)
trap 'rm -rf "$keys"' EXIT

# Three people, three credentials.
admin() { fgs "$@"; }
ada() { FGS_CREDENTIALS="$keys/ada.json" fgs "$@"; }
olga() { FGS_CREDENTIALS="$keys/olga.json" fgs "$@"; }

say() { printf '\n== %s\n' "$*"; }
wrong() {
  printf 'not as said: %s\n' "$*" >&2
  exit 1
}
same() { [ "$1" = "$2" ] || wrong "$3: got \"$1\", expected \"$2\""; }

# Runs a command that has to end with this exit code: 3 refused, 4 not allowed, 6 the function failed.
ends_with() {
  local expected=$1 got=0
  shift
  "$@" || got=$?
  same "$got" "$expected" "exit code of: $*"
}

is_there() { "$@" > "$keys/shown" 2>&1; }

remove_everything() {
  if is_there admin functions show "$till"; then admin functions delete "$till" --yes; fi
  admin dead-letters purge "$till" --yes
  for user in team-day-ada team-day-olga; do
    if is_there admin iam users show "$user"; then admin iam users delete "$user" --yes; fi
  done
  for group in "$developers" "$operators"; do
    if is_there admin iam groups show "$group"; then admin iam groups delete "$group" --yes; fi
  done
}

say 'Whatever an earlier run left, when it was stopped half way, goes away first.'
remove_everything

say 'The administrator makes two groups: developers may do everything with functions, operators may call and read.'
project=$(admin iam whoami --field project_id)
admin iam groups create "$developers" --description 'deploy functions'
admin iam policies grant 'FunctionGraph FullAccess' --group "$developers" --project "$project"
admin iam groups create "$operators" --description 'call and watch functions'
admin iam policies grant 'FunctionGraph CommonOperations' --group "$operators" --project "$project"

say 'Ada is a developer and Olga an operator; each gets a key, in a credentials file that only its owner can read.'
admin iam users create team-day-ada --group "$developers"
admin iam users create team-day-olga --group "$operators"
admin iam keys create --user team-day-ada --save "$keys/ada.json"
admin iam keys create --user team-day-olga --save "$keys/olga.json"
ada iam whoami
same "$(olga iam whoami --field user,groups)" $'team-day-olga\t'"$operators" 'who Olga is'

say 'Olga tries to deploy, and is refused.'
ends_with 4 olga functions deploy "$here/v1" --name "$till" --runtime Node.js --handler index.handler
ends_with 3 admin functions show "$till"

say 'Ada deploys the function, saves an event to test it with, and tests it.'
ada functions deploy "$here/v1" --name "$till" --runtime Node.js --handler index.handler
ada test-events create "$till" usual --data '{"order":1,"items":[{"price":70},{"price":50}]}'
same "$(ada functions invoke "$till" --test-event usual)" 'v1: 120' 'result of the new function'

say 'It becomes version v1, and the alias prod points to it: that is what the operators call.'
ada versions publish "$till" --name v1 --description 'adds up'
ada aliases create "$till" prod --version v1
same "$(olga functions invoke "$till" --qualifier '!prod' --test-event usual)" 'v1: 120' 'result of prod'

say 'Ada writes a discount and tests it; prod is not touched by that. It becomes version v2.'
ada functions deploy "$here/v2" --name "$till"
same "$(ada functions invoke "$till" --test-event usual)" 'v2: 108' 'result of the new code'
same "$(olga functions invoke "$till" --qualifier '!prod' --test-event usual)" 'v1: 120' 'result of prod'
ada versions publish "$till" --name v2 --description 'discount from 100 on'

say 'A tenth of the calls of prod go to v2.'
ada aliases update "$till" prod --version v1 --also v2 --weight 10
ada aliases list "$till"

say 'Olga calls prod 300 times, and counts who answered.'
olga functions invoke "$till" --qualifier '!prod' --test-event usual --repeat 300 > "$keys/answers"
sort "$keys/answers" | uniq -c | tee "$keys/counts"
{
  read -r old answer_old
  read -r new answer_new
} < "$keys/counts" || wrong 'only one version answered'
same "$answer_old, $answer_new" 'v1: 120, v2: 108' 'answers'
same "$((old + new))" 300 'number of answers'
((new >= 6 && new <= 75)) || wrong "$new of 300 is not about a tenth"
printf 'v2 answered %d of 300 calls: %d.%d %%\n' "$new" "$((new / 3))" "$((new * 10 / 3 % 10))"

say 'The discount was not agreed: prod goes back to v1, and all calls with it.'
ada aliases update "$till" prod --version v1
olga functions invoke "$till" --qualifier '!prod' --test-event usual --repeat 100 > "$keys/answers"
same "$(sort -u "$keys/answers")" 'v1: 120' 'answers after the way back'

say 'An order without items comes in the background. It fails, is not tried again, and ends as a dead letter.'
ada async set "$till" --retries 0
order=$(olga functions invoke "$till" --data '{"order":2}' --async --field request_id)
ends_with 6 olga invocations wait "$till" "$order"
letter=$(olga dead-letters list --function "$till" --field id)
same "$(olga dead-letters show "$letter" --field request_id,reason,event)" "$order"$'\tfailed\t{"order":2}' 'dead letter'

say 'The dead letter says why, and so do its record and its log.'
olga dead-letters show "$letter" --field message
same "$(olga invocations show "$order" --field outcome,component)" $'function_error\tfunction' 'record of the order'
olga functions logs "$till" --request-id "$order"

say 'Ada repairs the code; Olga sends the order again, and now it succeeds.'
ada functions deploy "$here/fixed" --name "$till"
again=$(olga dead-letters redrive "$letter" --field request_id)
olga invocations wait "$till" "$again" --field status
same "$(olga dead-letters list --function "$till" --field id)" '' 'dead letters that are left'

say 'What ran today: the last calls, what they logged, and the counts of this hour.'
olga invocations list "$till" --since "$began" --limit 3
same "$(olga invocations list "$till" --since "$began" --result failed --field request_id)" "$order" 'calls that failed'
same "$(olga functions logs "$till" --request-id "$again" --keyword 'order 2 comes to 0' --field level)" INFO 'log of the order'
olga metrics show "$till" --since "$began"
olga invocations list "$till" --since "$began" --qualifier '!prod' --limit 1000 --field version | sort > "$keys/versions"
same "$(uniq -c "$keys/versions" | tr -s ' ')" " $((402 - new)) v1"$'\n'" $new v2" 'records of the calls of prod'

say 'Who did what, says the audit log; also what was refused.'
admin iam audit --since "$began" --limit 1000 --field user_name,action,status | sort | uniq -c
same "$(admin iam audit --since "$began" --user team-day-olga --result failed --field action,status)" \
  $'functiongraph:function:create\t403' 'what Olga was refused'

say 'The day is over, and everything is removed.'
remove_everything
ends_with 3 admin functions show "$till"
ends_with 4 ada functions list

say 'The team day worked: refused, deployed, released, taken back, repaired, watched and cleaned up.'
