# Builds of the presets, as steps. Sourced, after steps.sh.

configure_and_build() {
  local preset=$1 configure=$2
  shift 2
  cmake --preset "$configure" "$@" && cmake --build --preset "$preset"
}

# build_bundle BUILD-PRESET CONFIGURE-PRESET [cmake options…]
build_bundle() {
  local preset=$1 configure=$2
  step "build-$preset" "building $preset" \
    "Repeat with: cmake --preset $configure && cmake --build --preset $preset" configure_and_build "$@"
}

# build PRESET [cmake options…]
build() {
  local preset=$1
  shift
  build_bundle "$preset" "$preset" "$@"
}

# The engine for browsers that the bundle of the preset web is not for.
build_other_bundles() {
  local preset
  for preset in web-threads-simd web-single-relaxed web-single-simd; do
    build "$preset" "$@" || return 1
  done
}

pack_data() {
  step pack "packing the data sets into build/web/dist/data" "Repeat with: scripts/pack build/web/dist/data" \
    scripts/pack build/web/dist/data
}

# Everything in build/web/dist: the engine for each kind of browser, the window, the page's files and the data.
build_page() {
  build web "$@" && build_other_bundles "$@" && pack_data
}
