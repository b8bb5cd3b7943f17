# Sourced by the scripts here, with $root set: the Python environment with Keras on JAX, in build/oracle-venv.
requirements=$root/tests/oracle/requirements.txt
venv=$root/build/oracle-venv
log=$root/build/oracle-venv.log

skip() {
  echo "SKIPPED oracle: $1"
  if [[ ${CI:-} == true ]]; then exit 1; fi
  exit 77
}

make_environment() {
  local python=${PYTHON:-python3}
  command -v "$python" >/dev/null || skip "there is no $python"
  "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    skip "it needs Python 3.11 or newer"
  local key
  key=$({ cat "$requirements"; "$python" -V; } | sha256sum)
  if [[ -f $venv/stamp && $(<"$venv/stamp") == "$key" ]]; then return; fi
  echo "oracle: making the Python environment (once; 350 MB, about a minute)"
  mkdir -p "$root/build"
  "$python" -m venv --clear "$venv" >"$log" 2>&1 ||
    skip "$python -m venv failed, see ${log#"$root"/}"
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check \
    --requirement "$requirements" >>"$log" 2>&1 ||
    skip "the packages cannot be installed, see ${log#"$root"/}"
  echo "$key" >"$venv/stamp"
}
