# Library sources from Debian's and PyPI's source tarballs into third_party/NAME, as pinned in scripts/cmake/pins.txt.
# Sourced.

# Prints "name source release version sha256 [folder]" for each pinned library whose folder is not at its pin.
sources_to_fetch() {
  local name source release version hash upstream tag folder
  # shellcheck disable=SC2034
  while IFS='|' read -r name source release version hash upstream tag folder; do
    name=${name// /} hash=${hash// /}
    case $name in ''|'#'*) continue ;; esac
    [ "$(cat "$root/third_party/$name/.sha256" 2>/dev/null)" = "$hash" ] ||
      echo "$name ${source// /} ${release// /} ${version// /} $hash ${folder// /}"
  done <"$root/scripts/cmake/pins.txt"
}

# Some .dsc files are missing from mirrors while the tarball is there, so ask apt for the address only and
# fetch that one file with apt's own downloader, which checks the hash.
download_debian() {
  local source=$1 release=$2 version=$3 hash=$4 archive=$5 uri
  uri=$(later_apt apt-get source --print-uris "$source/$release" |
    sed -n "s/^'\([^']*\)' \([^ ]*\.orig\.tar\.[a-z0-9]*\) .*/\1/p" | head -n 1)
  if [ -z "$uri" ]; then
    echo "Debian $release has no source package $source"
    return 1
  fi
  if ! later_apt /usr/lib/apt/apt-helper download-file "$uri" "$archive" "SHA256:$hash"; then
    echo "$source $version: not the pinned file; is there a newer version in Debian $release? See scripts/cmake/pins.txt"
    return 1
  fi
}

# pip checks the hash before it opens the file. It also asks the package for its metadata, for which it installs
# the package's build tools into a temporary folder. KIND is --no-binary (source) or --only-binary (wheel).
download_pypi() {
  local kind=$1 source=$2 version=$3 hash=$4 archive=$5 folder=$5.pip
  mkdir -p "$folder"
  echo "$source==$version --hash=sha256:$hash" >"$folder/requirements.txt"
  python3 -m pip download --disable-pip-version-check --no-deps "$kind" "$source" --require-hashes \
    --requirement "$folder/requirements.txt" --dest "$folder" &&
    rm "$folder/requirements.txt" && mv "$folder"/* "$archive"
}

# fetch_source NAME SOURCE RELEASE VERSION SHA256 [FOLDER]
fetch_source() {
  local name=$1 source=$2 release=$3 version=$4 hash=$5 part=${6-} folder=$root/third_party/$1 archive
  archive=$root/third_party/.download-$name
  rm -rf "$archive" "$archive.pip" "$folder.new"
  case $release in
    pypi) download_pypi --no-binary "$source" "$version" "$hash" "$archive" || return 1 ;;
    wheel) download_pypi --only-binary "$source" "$version" "$hash" "$archive" || return 1 ;;
    *) download_debian "$source" "$release" "$version" "$hash" "$archive" || return 1 ;;
  esac
  unpack_source "$release" "$archive" "$folder.new" "$part" || return 1
  echo "$hash" >"$folder.new/.sha256"
  rm -rf "$folder" "$archive" "$archive.pip"
  mv "$folder.new" "$folder"
}

# unpack_source RELEASE ARCHIVE FOLDER [PART]
unpack_source() {
  local release=$1 archive=$2 folder=$3 part=${4-} top depth
  mkdir -p "$folder"
  if [ "$release" = wheel ]; then
    python3 -m zipfile -e "$archive" "$archive.pip/wheel" && mv "$archive.pip/wheel/$part"/* "$folder"
    return
  fi
  # One top folder or none, depending on who made the tarball.
  top=$(tar -tf "$archive" | sed 's|^\./||; s|/.*||' | sort -u)
  depth=$(($(wc -l <<<"$top") == 1 ? 1 : 0))
  if [ -n "$part" ]; then
    [ "$depth" = 0 ] || part=$top/$part
    depth=$(tr '/' '\n' <<<"$part" | wc -l)
  fi
  # shellcheck disable=SC2086
  tar -xf "$archive" -C "$folder" --strip-components="$depth" --no-same-owner $part
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
