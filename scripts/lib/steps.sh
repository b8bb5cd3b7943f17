# Named steps with a log each, for bootstrap, play, test and .ci/run. Sourced; the caller has set `root`.

logs=$root/build/logs

# Blank lines, and what the TAP reporter of node writes after the name of a test.
uninformative='^[[:space:]]*(---|\.\.\.|duration_ms: .*|type: .*)?$'

say() { printf '%s\n' "$*"; }
die() { printf 'error: %s\n' "$*" >&2; exit 1; }

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

# step NAME "what is done" "what to do if it fails" command…
# Runs the command with its output in build/logs/NAME.log, prints one line for the start, one with the newest
# line of the log every ten seconds, and one for the end. On failure prints the end of the log and returns the status.
step() {
  local name=$1 what=$2 remedy=$3 log=$logs/$1.log started=$SECONDS status=0 ticks=0 last
  shift 3
  mkdir -p "$logs"
  : >"$log"
  say "» $what"
  "$@" >"$log" 2>&1 </dev/null &
  local pid=$!
  while kill -0 "$pid" 2>/dev/null; do
    sleep 0.2
    ticks=$((ticks + 1))
    if [ $((ticks % 50)) = 0 ]; then
      last=$(tail -c 1000 "$log" | tr '\r' '\n' | grep -vE "$uninformative" | tail -n 1 | cut -c 1-110) || true
      say "    $((SECONDS - started)) s  $last"
    fi
  done
  wait "$pid" || status=$?
  if [ "$status" = 0 ]; then
    say "  done: $what ($((SECONDS - started)) s)"
  else
    say "  FAILED: $what (status $status); the end of build/logs/$name.log:" >&2
    tail -n 40 "$log" | sed 's/^/    | /' >&2
    say "  $remedy" >&2
  fi
  return "$status"
}
