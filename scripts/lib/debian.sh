# Packages of this machine's Debian, and of a later release without touching this machine's apt. Sourced.

on_debian() { [ -r /etc/debian_version ] && command -v apt-get >/dev/null; }

# Prints those of the named packages that are not installed.
missing_packages() {
  local installed
  installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' "$@" 2>/dev/null | sed -n 's/^installed //p')
  printf '%s\n' "$@" | grep -vxF -e "$installed" || :
}

install_packages() {
  as_root apt-get update || echo "apt-get update failed; trying with the lists there are"
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@"
}

# Prints "deb [options] URI" of each source from which this machine takes its own release's component main:
# both kinds of source files, one-line and deb822.
own_sources() {
  local release=$1
  cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list 2>/dev/null | awk -v release="$release" '
    $1 == "deb" {
      rest = $0; options = ""
      sub(/^deb[ \t]+/, "", rest)
      if (match(rest, /^\[[^]]*\][ \t]+/)) { options = substr(rest, 1, RLENGTH); rest = substr(rest, RLENGTH + 1) }
      split(rest, field, /[ \t]+/)
      if (field[2] == release && rest ~ /[ \t]main([ \t]|$)/) print options field[1]
    }'
  local file
  for file in /etc/apt/sources.list.d/*.sources; do
    [ -r "$file" ] || continue
    awk -v release="$release" -v RS= '
      {
        uris = suites = components = signed = ""
        count = split($0, line, "\n")
        for (i = 1; i <= count; i++) {
          value = line[i]; sub(/^[A-Za-z-]+:[ \t]*/, "", value)
          if (line[i] ~ /^URIs:/) uris = value
          if (line[i] ~ /^Suites:/) suites = " " value " "
          if (line[i] ~ /^Components:/) components = " " value " "
          if (line[i] ~ /^Signed-By:[ \t]*\//) signed = "[signed-by=" value "] "
        }
        if (index(suites, " " release " ") && index(components, " main ")) {
          count = split(uris, uri, " ")
          for (i = 1; i <= count; i++) print signed uri[i]
        }
      }' "$file"
  done
}

# Writes a private apt configuration for trixie (binaries and sources) and forky (sources) into the folder $1 and
# fetches its lists, once. later_apt then runs apt's tools with it.
prepare_later_apt() {
  local folder=$1 source
  later_apt_folder=$folder
  [ -e "$folder/ready" ] && return 0
  rm -rf "$folder"
  mkdir -p "$folder/parts" "$folder/lists/partial" "$folder/cache/archives/partial"
  # shellcheck disable=SC1091
  own_sources "$(. /etc/os-release && echo "$VERSION_CODENAME")" | sort -u | while read -r source; do
    printf 'deb %s trixie main\ndeb-src %s trixie main\ndeb-src %s forky main\n' "$source" "$source" "$source"
  done >"$folder/sources.list"
  if ! [ -s "$folder/sources.list" ]; then
    echo "no source of this machine's own Debian release found under /etc/apt"
    return 1
  fi
  later_apt apt-get -o Acquire::Languages=none update && touch "$folder/ready"
}

later_apt() {
  local tool=$1
  shift
  "$tool" -o Dir::Etc::sourcelist="$later_apt_folder/sources.list" -o Dir::Etc::sourceparts="$later_apt_folder/parts" \
    -o Dir::State::Lists="$later_apt_folder/lists" -o Dir::Cache="$later_apt_folder/cache" \
    -o APT::Sandbox::User=root "$@"
}
