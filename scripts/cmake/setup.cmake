# Settings of the whole build: standard, output folders, ccache, sanitizers, WebAssembly features.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release)
endif()

find_program(CONVLAB_CCACHE ccache)
if(CONVLAB_CCACHE)
  # Paths relative to the source folder, so that another clone finds the same objects.
  set(_launcher "${CMAKE_COMMAND}" -E env "CCACHE_BASEDIR=${PROJECT_SOURCE_DIR}" CCACHE_NOHASHDIR=1 "${CONVLAB_CCACHE}")
  set(CMAKE_C_COMPILER_LAUNCHER "${_launcher}")
  set(CMAKE_CXX_COMPILER_LAUNCHER "${_launcher}")
endif()

if(CONVLAB_SANITIZE)
  add_compile_options(-fsanitize=${CONVLAB_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${CONVLAB_SANITIZE})
endif()

if(EMSCRIPTEN)
  # -matomics also without threads: objects and archives are then alike, and a module without shared memory may have them.
  add_compile_options(-msimd128 -matomics -mbulk-memory -fwasm-exceptions)
  add_link_options(-fwasm-exceptions)
  if(CONVLAB_RELAXED_SIMD)
    add_compile_options(-mrelaxed-simd)
  endif()
  if(CONVLAB_THREADS)
    add_compile_options(-pthread)
    add_link_options(-pthread)
  endif()
endif()
