# An Emscripten that knows final relaxed SIMD: the one on PATH if new enough, else Debian 13's. Sourced.

emscripten_min_version='3.1.69'
emscripten_prefix=$root/third_party/emsdk
emscripten_packages='clang-19 lld-19 llvm-19 node-acorn'

emscripten_on_path() {
  local version
  command -v emcc >/dev/null || return 1
  version=$(emcc -dumpversion 2>/dev/null | sed 's/[^0-9.].*//')
  [ "$(printf '%s\n' "$emscripten_min_version" "$version" | sort -V | head -n 1)" = "$emscripten_min_version" ]
}

emscripten_ready() { [ -e "$emscripten_prefix/ready" ] || emscripten_on_path; }

# Debian 13's packages unpacked into a private prefix of a Debian 12, where they cannot be installed: Python and
# JavaScript run as they are, with this machine's clang 19; Binaryen's programs run through the prefix's own libc.
# Nothing outside the prefix is touched.
unpack_emscripten() {
  local prefix=$emscripten_prefix downloads=$root/third_party/.emscripten-debs package tool
  prepare_later_apt "$root/third_party/.apt" || return 1
  rm -rf "$prefix" "$downloads"
  mkdir -p "$prefix" "$downloads"
  (cd "$downloads" &&
    later_apt apt-get download emscripten/trixie binaryen/trixie libc6/trixie libstdc++6/trixie libgcc-s1/trixie) || return 1
  for package in "$downloads"/*.deb; do
    echo "unpacking $(basename "$package")"
    dpkg -x "$package" "$prefix" || return 1
  done
  rm -rf "$downloads"

  local libraries
  libraries=$(dirname "$(find "$prefix/usr/lib" -name 'ld-linux-*' | head -n 1)")
  mkdir -p "$prefix/binaryen/bin"
  for tool in "$prefix"/usr/bin/wasm-* "$prefix"/usr/bin/wasm2js; do
    printf '#!/bin/sh\nexec "%s" --library-path "%s" "%s" "$@"\n' \
      "$(echo "$libraries"/ld-linux-*)" "$libraries" "$tool" >"$prefix/binaryen/bin/$(basename "$tool")"
    chmod +x "$prefix/binaryen/bin/$(basename "$tool")"
  done

  local emscripten=$prefix/usr/share/emscripten
  sed -i -e "s|^BINARYEN_ROOT = .*|BINARYEN_ROOT = '$prefix/binaryen'|" \
    -e "s|^NODE_JS = .*|NODE_JS = '$(command -v node)'|" "$emscripten/.emscripten"
  mkdir -p "$emscripten/node_modules"
  ln -sfn /usr/share/nodejs/acorn "$emscripten/node_modules/acorn"
  echo '{"type": "commonjs"}' >"$prefix/package.json"  # ours says "module", and Emscripten's own .js files are not
  printf 'int main() { return 0; }\n' >"$prefix/check.cpp"
  "$emscripten/emcc" -O2 -fwasm-exceptions -pthread "$prefix/check.cpp" -o "$prefix/check.mjs" || return 1
  rm "$prefix"/check.*
  touch "$prefix/ready"
}
