# Library sources from Debian's source tarballs into third_party/NAME, as pinned in scripts/cmake/pins.txt. Sourced.

# Prints "name source release version sha256" for each pinned library whose folder is not at its pin.
sources_to_fetch() {
  local name source release version hash rest
  while IFS='|' read -r name source release version hash rest; do
    name=${name// /} hash=${hash// /}
    case $name in ''|'#'*) continue ;; esac
    [ "$(cat "$root/third_party/$name/.sha256" 2>/dev/null)" = "$hash" ] ||
      echo "$name ${source// /} ${release// /} ${version// /} $hash"
  done <"$root/scripts/cmake/pins.txt"
}

# Some .dsc files are missing from mirrors while the tarball is there, so ask apt for the address only and
# fetch that one file with apt's own downloader, which checks the hash.
fetch_source() {
  local name=$1 source=$2 release=$3 version=$4 hash=$5 folder=$root/third_party/$1 uri archive top
  uri=$(later_apt apt-get source --print-uris "$source/$release" |
    sed -n "s/^'\([^']*\)' \([^ ]*\.orig\.tar\.[a-z0-9]*\) .*/\1/p" | head -n 1)
  if [ -z "$uri" ]; then
    echo "Debian $release has no source package $source"
    return 1
  fi
  archive=$root/third_party/.download-$name
  rm -rf "$archive" "$folder.new"
  if ! later_apt /usr/lib/apt/apt-helper download-file "$uri" "$archive" "SHA256:$hash"; then
    echo "$source $version: not the pinned file; is there a newer version in Debian $release? See scripts/cmake/pins.txt"
    return 1
  fi
  mkdir -p "$folder.new"
  # One top folder or none, depending on who made the tarball.
  top=$(tar -tf "$archive" | sed 's|^\./||; s|/.*||' | sort -u | wc -l)
  tar -xf "$archive" -C "$folder.new" --strip-components="$((top == 1 ? 1 : 0))" --no-same-owner
  echo "$hash" >"$folder.new/.sha256"
  rm -rf "$folder" "$archive"
  mv "$folder.new" "$folder"
}

fetch_sources() {
  local total done=0 name rest
  prepare_later_apt "$root/third_party/.apt" || return 1
  total=$(sources_to_fetch | wc -l)
  sources_to_fetch | while read -r name rest; do
    done=$((done + 1))
    echo "[$done/$total] $name"
    # shellcheck disable=SC2086
    fetch_source "$name" $rest || exit 1
  done
}
