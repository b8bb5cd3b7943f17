# Builds of the presets, as steps. Sourced, after steps.sh.

configure_and_build() {
  local preset=$1
  shift
  cmake --preset "$preset" "$@" && cmake --build --preset "$preset"
}

# build PRESET [cmake options…]
build() {
  local preset=$1
  shift
  step "build-$preset" "building $preset" "Repeat with: cmake --preset $preset && cmake --build --preset $preset" \
    configure_and_build "$preset" "$@"
}

# Everything in build/web/dist: the engine for each kind of browser, the window, the page's files and the data.
build_page() {
  local preset
  for preset in web web-threads-simd web-single-relaxed web-single-simd; do
    build "$preset" "$@" || return 1
  done
  step pack "packing the data sets into build/web/dist/data" "Repeat with: scripts/pack build/web/dist/data" \
    scripts/pack build/web/dist/data || return 1
}
