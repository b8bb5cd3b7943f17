# Toolchain of the web presets: third_party/emsdk if scripts/bootstrap put one there, else the emcc on PATH.

get_filename_component(_root "${CMAKE_CURRENT_LIST_DIR}/../.." ABSOLUTE)
set(_emscripten "${_root}/third_party/emsdk/usr/share/emscripten")
if(NOT EXISTS "${_root}/third_party/emsdk/ready")
  find_program(CONVLAB_EMCC emcc)
  if(NOT CONVLAB_EMCC)
    message(FATAL_ERROR "No Emscripten: run scripts/bootstrap, or put emcc 3.1.69 or later on PATH.")
  endif()
  file(REAL_PATH "${CONVLAB_EMCC}" _emcc)
  get_filename_component(_emscripten "${_emcc}" DIRECTORY)
  if(NOT EXISTS "${_emscripten}/cmake/Modules/Platform/Emscripten.cmake")
    set(_emscripten /usr/share/emscripten)  # Debian's emcc is a wrapper script in there, whatever the link says
  endif()
endif()
include("${_emscripten}/cmake/Modules/Platform/Emscripten.cmake")
