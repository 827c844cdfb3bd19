#!/usr/bin/env bash
# The demonstration: the real host with config/demo.json, one sentence per thing seen. `./dev demo`
# builds and calls it. Every claim it prints was checked first, against the command line's exit
# codes and JSON and against the files; the first that does not hold ends it with exit code 1.
#
#   tests/demo/demo.sh [--once] [--build FOLDER] [--state FOLDER]
#
#   --once   stop the host at the end instead of leaving it up until Ctrl-C
#   --build  where bin/ and plugins/ are (else build)
#   --state  the folder for all that it writes; wiped at the start (else var/demo)
set -euo pipefail
umask 022
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

readonly patience_s=30
readonly samples=tests/fixtures/deliveries
build=build
state=var/demo
once=false
explained=false
host_pid=

# --- words on the screen ---------------------------------------------------------------------

heading() { printf '\n%s\n' "$*"; }
seen() { printf '   - %s\n' "$*"; }
fail() {
  explained=true
  printf '\nThe demo stops here: %s\n' "$*" >&2
  if [[ -s $state/host.log ]]; then
    printf 'The last lines of %s:\n' "$state/host.log" >&2
    tail -n 15 "$state/host.log" >&2
  fi
  exit 1
}

# --- questions to the host -------------------------------------------------------------------

# The command line's JSON is indented by two blanks a level, one member a line: `value NAME` reads
# a member of the whole from standard input, `values INDENT NAME` all members at that depth.
values() { sed -nE "s/^ {$1}\"$2\": \"?([^\"]*[^\",])\"?,?\$/\1/p"; }
value() { values 2 "$1"; }
watches() { sed -nE '/^  "watches"/,/^  \]/ s/^    "(.*)",?$/\1/p' | sed 's/\\"/"/g'; }

cli() { "$build/bin/fieldhook" "$@"; }
job() { cli jobs show "$1" --json 2>/dev/null; }
job_state() { job "$1" | value state; }
outcomes() { job "$1" | values 6 outcome | paste -sd' '; }
is_ready() { [[ $(cli status --json 2>/dev/null | value ready) == true ]]; }
was_started() { [[ -n $(outcomes "$1") ]]; }
is_in_state() { [[ $(job_state "$1") == "$2" ]]; }

# wait_for SENTENCE COMMAND...: asks again until it holds, or fails after the patience or as soon
# as the host is gone.
wait_for() {
  local sentence=$1 deadline=$((SECONDS + patience_s))
  shift
  until "$@"; do
    kill -0 "$host_pid" 2>/dev/null || fail "the host ended while waiting until $sentence"
    ((SECONDS < deadline)) || fail "not within $patience_s s: $sentence"
    sleep 0.05
  done
}

# send SOURCE FILE: signs and posts it; sets status, delivery and jobs to what the host answered.
send() {
  local answer
  answer=$(cli send "$2" --source "$1" --config "$config" --json) ||
    fail "the host did not take $2: $answer"
  status=$(value status <<<"$answer")
  delivery=$(value delivery <<<"$answer")
  jobs=$(value jobs <<<"$answer")
}

expect_status() { [[ $status == "$1" ]] || fail "the host answered \"$status\", not \"$1\""; }
job_of_delivery() { cli jobs list --delivery "$1" --json | values 4 id; }
files() { find "$state/outbox" -type f -name "$1" 2>/dev/null | sort; }
count_files() { files "$1" | wc -l; }

# --- the host --------------------------------------------------------------------------------

is_taken() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
free_port() {
  local port=$1
  while is_taken "$port"; do ((++port)); done
  echo "$port"
}
random_secret() { od -An -N24 -tx1 /dev/urandom | tr -d ' \n'; }

choose_configuration() {
  local ingest=8080 admin=8081
  if is_taken $ingest; then
    ingest=$(free_port 18080)
    seen "port 8080 is taken here, so deliveries go to $ingest"
  fi
  if is_taken $admin || ((admin == ingest)); then
    admin=$(free_port $((ingest + 1)))
    seen "port 8081 is taken here, so the admin port is $admin"
  fi
  config=config/demo.json
  if [[ $ingest/$admin/$state != 8080/8081/var/demo ]]; then
    config=$state/demo.json
    sed -e "s|127.0.0.1:8080|127.0.0.1:$ingest|" -e "s|127.0.0.1:8081|127.0.0.1:$admin|" \
      -e "s|\.\./var/demo|$(realpath "$state")|" config/demo.json >"$config"
  fi
  ingest_url=http://127.0.0.1:$ingest
  admin_url=http://127.0.0.1:$admin
}

make_up_secrets() {
  FIELDHOOK_TOKEN=$(random_secret)
  FIELDHOOK_DEMO_SECRET=$(random_secret)
  FIELDHOOK_DEMO_TOKEN=$(random_secret)
  FIELDHOOK_URL=$admin_url
  FIELDHOOK_CONFIG=$(realpath "$config")
  export FIELDHOOK_TOKEN FIELDHOOK_DEMO_SECRET FIELDHOOK_DEMO_TOKEN FIELDHOOK_URL FIELDHOOK_CONFIG
  (
    umask 077
    for name in "${!FIELDHOOK_@}"; do printf "export %s='%s'\n" "$name" "${!name}"; done >"$state/env"
  )
}

# In a session of its own, so that Ctrl-C reaches this script alone, which then asks it to stop.
start_host() {
  setsid "$build/bin/fieldhookd" --config="$config" 2>>"$state/host.log" 9>&- &
  host_pid=$!
  wait_for 'the host is ready' is_ready
}

kill_host() {
  kill -KILL "$host_pid"
  { wait "$host_pid"; } 2>/dev/null || true
  host_pid=
}

# Ends with the host's own exit code.
stop_host() {
  local pid=$host_pid code=0
  host_pid=
  kill -TERM "$pid" 2>/dev/null || true
  { wait "$pid"; } 2>/dev/null || code=$?
  return "$code"
}

# --- the steps -------------------------------------------------------------------------------

show_start() {
  heading '1. The host starts.'
  choose_configuration
  make_up_secrets
  mkdir "$state/plugins"
  install "$build"/plugins/{issue-certificate,start-onboarding}.so "$state/plugins/"
  start_host
  seen "fieldhookd $(cli status --json | value version) runs with $config and is ready."
  local plugin
  for plugin in issue-certificate start-onboarding; do
    [[ $(cli plugins show "$plugin" --json | value state) == active ]] ||
      fail "plugin $plugin is not active"
    seen "Plugin $plugin is active: $(cli plugins show "$plugin" --json | watches)."
  done
}

show_certificate() {
  heading '2. A contact passes her review; the CRM says so in a signed webhook.'
  send insites-contact $samples/insites-contact-changes-with-snapshot.json
  expect_status accepted
  ((jobs == 1)) || fail "the delivery made $jobs jobs, not 1"
  certificate_job=$(job_of_delivery "$delivery")
  seen "Accepted: the host answered 200, and delivery $delivery made job $certificate_job."
  wait_for 'the job was started' was_started "$certificate_job"
  seen "Running: job $certificate_job was given to a worker process of issue-certificate."
  wait_for 'the job is completed' is_in_state "$certificate_job" completed
  [[ $(outcomes "$certificate_job") == 'done' ]] || fail "its runs are: $(outcomes "$certificate_job")"
  seen "Completed: job $certificate_job needed one run."
  [[ $(count_files '*.pdf')/$(count_files '*.eml') == 1/1 ]] ||
    fail 'the outbox does not hold one PDF and one mail'
  pdf=$(files '*.pdf')
  mail=$(files '*.eml')
  [[ $(head -c 5 "$pdf") == %PDF- ]] || fail "$pdf is no PDF"
  seen "The certificate: $pdf"
  grep -q '<priya@example.com>' "$mail" || fail "$mail is not addressed to the contact"
  grep -q 'application/pdf' "$mail" || fail "$mail has no PDF attached"
  seen "The mail to priya@example.com with the certificate attached: $mail"
}

show_duplicate() {
  heading '3. The CRM sends the very same delivery again.'
  local first=$delivery
  send insites-contact $samples/insites-contact-changes-with-snapshot.json
  expect_status duplicate
  ((jobs == 0)) || fail "the duplicate made $jobs jobs"
  [[ -z $(job_of_delivery "$delivery") ]] || fail 'the duplicate has a job'
  [[ $(cli deliveries show "$delivery" --json | value duplicate_of) == "$first" ]] ||
    fail "delivery $delivery is not known as a duplicate of delivery $first"
  seen "Duplicate: delivery $delivery repeats delivery $first, and no job was made."
}

show_once() {
  heading '4. The review is taken back, and passed once more some days later.'
  local sample=$samples/insites-contact-changes-with-snapshot.json
  local before job_now
  before=$(sha256sum "$pdf" "$mail")
  sed -e 's/"Passed"/"Failed"/' -e 's/2026-06-24T/2026-06-25T/' $sample >"$state/failed.json"
  sed -e 's/"Operations Lead"/"Operations Director"/' -e 's/2026-06-24T/2026-06-29T/' \
    $sample >"$state/passed-again.json"
  send insites-contact "$state/failed.json"
  expect_status ignored
  seen "Ignored: delivery $delivery says \"Failed\", which no plugin watches."
  send insites-contact "$state/passed-again.json"
  expect_status accepted
  job_now=$(job_of_delivery "$delivery")
  [[ $job_now != "$certificate_job" ]] || fail 'no new job was made'
  seen "Accepted: delivery $delivery says \"Passed\" again, which is a change, so it made job $job_now."
  wait_for 'the job is completed' is_in_state "$job_now" completed
  [[ $(outcomes "$job_now") == 'done' ]] || fail "its runs are: $(outcomes "$job_now")"
  [[ $(count_files '*.pdf')/$(count_files '*.eml') == 1/1 && $(sha256sum "$pdf" "$mail") == "$before" ]] ||
    fail 'the outbox is not as it was'
  seen "Completed, and still one PDF and one mail, untouched: once() knew that they were issued."
}

# The run's progress shows its first step, so that step's result is on disk; no other one is.
first_step_done() { [[ $(cli status --json | values 6 progress) == 'create the workspace' ]]; }

show_kill() {
  heading '5. The host is killed in the middle of a job.'
  send insites-company $samples/insites-company-changes-with-snapshot.json
  expect_status accepted
  local job_now checklist
  job_now=$(job_of_delivery "$delivery")
  seen "Accepted: delivery $delivery starts the onboarding of a company, which is job $job_now."
  wait_for 'the first step is done' first_step_done
  is_in_state "$job_now" running || fail "job $job_now is $(job_state "$job_now"), not running"
  checklist=$(files '*.txt')
  seen "Running: one of three steps is done: $(cat "$checklist")"
  kill_host
  [[ $(wc -l <"$checklist") == 1 ]] || fail 'the kill came too late: the job was further on'
  local code=0
  cli status >/dev/null 2>&1 || code=$?
  ((code == 3)) || fail 'something still answers at the admin address'
  seen "Killed: SIGKILL to the host, and nobody answers at $admin_url."
  start_host
  seen "Started again with the same store."
  wait_for 'the job is completed' is_in_state "$job_now" completed
  [[ $(outcomes "$job_now") == 'lost done' ]] || fail "its runs are: $(outcomes "$job_now")"
  seen "Completed: job $job_now. Its first run was lost with the host, its second is done."
  [[ $(sed 's/ for .*(/ (/' "$checklist" | paste -sd/) == \
  '1. create the workspace (run 1)/2. invite the contacts (run 2)/3. book the first call (run 2)' ]] ||
    fail "the checklist is not what it should be: $(cat "$checklist")"
  seen "The second run went on where the first one stopped; no step was repeated ($checklist):"
  sed 's/^/        /' "$checklist"
}

show_stop() {
  heading '6. The host is asked to stop.'
  stop_host || fail "the host ended with exit code $?"
  seen 'Stopped: it drained and ended with exit code 0.'
  heading 'Every step held.'
}

stay_up() {
  cat <<END

Every step held. The host stays up until Ctrl-C:

  deliveries   $ingest_url/webhooks/contact-updated and .../company-updated
  admin        $admin_url, token $FIELDHOOK_TOKEN
  plugins      $state/plugins (what is put there is taken at once)
  log          $state/host.log

In another terminal, from this folder:

  . $state/env
  $build/bin/fieldhook status
  $build/bin/fieldhook jobs list
  $build/bin/fieldhook jobs show $certificate_job
  $build/bin/fieldhook deliveries list
  $build/bin/fieldhook send $samples/insites-contact-changes-only.json --source insites-contact
END
  local code=0
  { wait "$host_pid"; } 2>/dev/null || code=$?
  host_pid=
  fail "the host ended by itself with exit code $code"
}

# --- all of it -------------------------------------------------------------------------------

read_arguments() {
  while (($# > 0)); do
    case $1 in
      --once) once=true ;;
      --build) build=${2:?--build needs a folder} && shift ;;
      --state) state=${2:?--state needs a folder} && shift ;;
      *) fail "unknown option $1; known: --once, --build FOLDER, --state FOLDER" ;;
    esac
    shift
  done
}

# Whatever ends the script ends the host.
clean_up() {
  local code=$?
  ((code == 0)) || $explained || printf '\nThe demo stops here, with exit code %s.\n' "$code" >&2
  [[ -z $host_pid ]] || stop_host || true
}

interrupted() {
  printf '\nStopping the host.\n'
  [[ -z $host_pid ]] || stop_host || fail "the host ended with exit code $?"
  exit 0
}

main() {
  read_arguments "$@"
  mkdir -p "$state"
  exec 9>"$state.lock" # held for as long as this script runs
  flock -n 9 || fail "another demo runs in $state"
  [[ -z $(ls -A "$state") || -e $state/env ]] || fail "$state is not empty, and no demo made it"
  (umask 077 && : >"$state/env") # whatever ends the demo, the next one knows the folder
  find "$state" -mindepth 1 -maxdepth 1 ! -name env -exec rm -rf {} +
  trap clean_up EXIT
  trap interrupted INT TERM HUP
  show_start
  show_certificate
  show_duplicate
  show_once
  show_kill
  if $once; then show_stop; else stay_up; fi
}

main "$@"
