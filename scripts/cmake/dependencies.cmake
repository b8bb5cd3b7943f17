# Third-party libraries as targets: xnnpack pthreadpool imgui implot stb catch2 zlib json fmt cli11, and natively glfw and
# CURL::libcurl and hdf5.
# Their sources stand in third_party/ (scripts/bootstrap); where that folder is absent they come from upstream.
# Versions and hashes: pins.txt beside this file.

include(FetchContent)
set(CONVLAB_SCRIPTS_CMAKE "${CMAKE_CURRENT_LIST_DIR}")

# Sets NAME_SOURCE_DIR for each pinned library.
file(STRINGS "${CONVLAB_SCRIPTS_CMAKE}/pins.txt" _pins REGEX "^[a-z]")
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${CONVLAB_SCRIPTS_CMAKE}/pins.txt")
foreach(_pin IN LISTS _pins)
  string(REGEX REPLACE " *\\| *" ";" _pin "${_pin}")
  list(GET _pin 0 _name)
  list(GET _pin 5 _repository)
  list(GET _pin 6 _tag)
  string(STRIP "${_tag}" _tag)
  set(${_name}_VERSION "${_tag}")
  if(EXISTS "${PROJECT_SOURCE_DIR}/third_party/${_name}/.sha256")
    set(${_name}_SOURCE_DIR "${PROJECT_SOURCE_DIR}/third_party/${_name}")
  else()
    message(STATUS "Fetching ${_repository} ${_tag}")
    # The SOURCE_SUBDIR that does not exist keeps their own CMakeLists out of this build.
    FetchContent_Declare(${_name}
      GIT_REPOSITORY "https://github.com/${_repository}.git" GIT_TAG "${_tag}" GIT_PROGRESS ON SOURCE_SUBDIR not-used)
    FetchContent_MakeAvailable(${_name})
  endif()
endforeach()

find_package(Threads REQUIRED)

# --- pthreadpool: per preset, so that tsan sees its synchronisation and wasm gets one with and one without threads.
set(_folder "${pthreadpool_SOURCE_DIR}/src")
if(CONVLAB_THREADS)
  add_library(pthreadpool STATIC "${_folder}/portable-api.c" "${_folder}/memory.c" "${CONVLAB_SCRIPTS_CMAKE}/pthreadpool/pool.c"
    "${_folder}/fastpath.c" "${_folder}/legacy-api.c")
  target_compile_definitions(pthreadpool PRIVATE PTHREADPOOL_USE_FUTEX=1 PTHREADPOOL_USE_GCD=0
    PTHREADPOOL_USE_EVENT=0 PTHREADPOOL_USE_CPUINFO=0 PTHREADPOOL_USE_CONDVAR=0)
else()
  add_library(pthreadpool STATIC "${_folder}/shim.c" "${_folder}/legacy-api.c")
endif()
target_include_directories(pthreadpool SYSTEM PUBLIC "${pthreadpool_SOURCE_DIR}/include")
target_include_directories(pthreadpool PRIVATE "${_folder}" "${fxdiv_SOURCE_DIR}/include")
target_compile_definitions(pthreadpool PRIVATE FXDIV_USE_INLINE_ASSEMBLY=0)
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86|AMD64" AND NOT EMSCRIPTEN)
  target_compile_definitions(pthreadpool PRIVATE PTHREADPOOL_USE_FASTPATH=1)
else()
  target_compile_definitions(pthreadpool PRIVATE PTHREADPOOL_USE_FASTPATH=0)
endif()
target_compile_options(pthreadpool PRIVATE -w)
set_target_properties(pthreadpool PROPERTIES C_STANDARD 11 C_EXTENSIONS ON)
if(CONVLAB_THREADS)
  target_link_libraries(pthreadpool PUBLIC Threads::Threads)
endif()

# --- XNNPACK: what of it we use (xnnpack/CMakeLists.txt).
add_subdirectory("${CONVLAB_SCRIPTS_CMAKE}/xnnpack" xnnpack EXCLUDE_FROM_ALL)
add_library(xnnpack_kernels INTERFACE)
# src: its kernels themselves, which indirect_gemm.cpp runs on left factors in segments.
target_include_directories(xnnpack_kernels SYSTEM INTERFACE "${xnnpack_SOURCE_DIR}/include" "${xnnpack_SOURCE_DIR}/src")
target_link_libraries(xnnpack_kernels INTERFACE XNNPACK pthreadpool)
if(NOT EMSCRIPTEN)
  target_link_libraries(xnnpack_kernels INTERFACE microkernels-prod cpuinfo m)
  target_link_options(xnnpack_kernels INTERFACE $<IF:$<PLATFORM_ID:Darwin>,-Wl$<COMMA>-dead_strip,-Wl$<COMMA>--gc-sections>)
endif()

# --- Dear ImGui with its OpenGL 3 (WebGL 2) renderer, and natively its GLFW platform.
add_library(imgui STATIC EXCLUDE_FROM_ALL
  "${imgui_SOURCE_DIR}/imgui.cpp" "${imgui_SOURCE_DIR}/imgui_draw.cpp" "${imgui_SOURCE_DIR}/imgui_tables.cpp"
  "${imgui_SOURCE_DIR}/imgui_widgets.cpp" "${imgui_SOURCE_DIR}/backends/imgui_impl_opengl3.cpp")
target_include_directories(imgui SYSTEM PUBLIC "${imgui_SOURCE_DIR}" "${imgui_SOURCE_DIR}/backends")
target_compile_definitions(imgui PUBLIC IMGUI_DISABLE_OBSOLETE_FUNCTIONS IMGUI_DISABLE_DEMO_WINDOWS
  IMGUI_DISABLE_DEBUG_TOOLS IMGUI_DISABLE_DEFAULT_FONT IMGUI_DISABLE_DEFAULT_SHELL_FUNCTIONS)
target_compile_options(imgui PRIVATE -w)
if(EMSCRIPTEN)
  target_compile_definitions(imgui PUBLIC IMGUI_IMPL_OPENGL_ES3 IMGUI_DISABLE_FILE_FUNCTIONS)
else()
  find_package(glfw3 3.3 QUIET)
  find_package(OpenGL QUIET)
  if(TARGET glfw AND TARGET OpenGL::GL)
    target_sources(imgui PRIVATE "${imgui_SOURCE_DIR}/backends/imgui_impl_glfw.cpp")
    target_link_libraries(imgui PUBLIC glfw OpenGL::GL ${CMAKE_DL_LIBS})
  else()
    message(STATUS "GLFW 3 or OpenGL not found: no desktop window (Debian: libglfw3-dev libgl-dev)")
  endif()
endif()

# --- libcurl, for downloads by the native command. 7.85 has CURLOPT_PROTOCOLS_STR.
if(NOT EMSCRIPTEN)
  find_package(CURL 7.85 QUIET)
  if(NOT TARGET CURL::libcurl)
    message(STATUS "libcurl >= 7.85 not found: no 'convlab datasets fetch' (Debian: libcurl4-openssl-dev)")
  endif()
endif()

# --- HDF5, for Keras' files of weights in the native command.
if(NOT EMSCRIPTEN)
  find_package(HDF5 1.10 QUIET COMPONENTS C)
  if(HDF5_FOUND)
    add_library(hdf5 INTERFACE)
    target_include_directories(hdf5 SYSTEM INTERFACE ${HDF5_C_INCLUDE_DIRS})
    target_link_libraries(hdf5 INTERFACE ${HDF5_C_LIBRARIES})
  else()
    message(STATUS "HDF5 not found: no 'convlab weights convert' (Debian: libhdf5-dev)")
  endif()
endif()

# --- ImPlot, for arrays of float only.
add_library(implot STATIC EXCLUDE_FROM_ALL "${implot_SOURCE_DIR}/implot.cpp" "${implot_SOURCE_DIR}/implot_items.cpp")
target_include_directories(implot SYSTEM PUBLIC "${implot_SOURCE_DIR}")
target_compile_definitions(implot PUBLIC IMPLOT_DISABLE_OBSOLETE_FUNCTIONS PRIVATE "IMPLOT_CUSTOM_NUMERIC_TYPES=(float)")
target_compile_options(implot PRIVATE -w)
target_link_libraries(implot PUBLIC imgui)
if(EMSCRIPTEN)
  # For the size of the download; frames were measured to take no longer.
  target_compile_options(imgui PRIVATE -Os)
  target_compile_options(implot PRIVATE -Os)
endif()

# --- The rest.
add_library(stb INTERFACE)
target_include_directories(stb SYSTEM INTERFACE "${stb_SOURCE_DIR}")

add_library(json INTERFACE)
# Each value that is read keeps its position in the text, for messages. Everywhere: two kinds of values are twice the code.
target_compile_definitions(json INTERFACE JSON_DIAGNOSTIC_POSITIONS=1)
target_include_directories(json SYSTEM INTERFACE "${json_SOURCE_DIR}/include")

# For the size of the WebAssembly modules without locales and with the smaller tables; the text is the same.
add_library(fmt STATIC EXCLUDE_FROM_ALL "${fmt_SOURCE_DIR}/src/format.cc")
target_include_directories(fmt SYSTEM PUBLIC "${fmt_SOURCE_DIR}/include")
target_compile_definitions(fmt PUBLIC FMT_OPTIMIZE_SIZE=2 FMT_USE_LOCALE=0)
target_compile_options(fmt PRIVATE -w -Os)

add_library(cli11 INTERFACE)
target_include_directories(cli11 SYSTEM INTERFACE "${cli11_SOURCE_DIR}/include")

set(_files adler32 compress crc32 deflate inffast inflate inftrees trees uncompr zutil)
list(TRANSFORM _files PREPEND "${zlib_SOURCE_DIR}/")
list(TRANSFORM _files APPEND .c)
add_library(zlib STATIC EXCLUDE_FROM_ALL ${_files})
target_include_directories(zlib SYSTEM PUBLIC "${zlib_SOURCE_DIR}")
target_compile_options(zlib PRIVATE -w)
if(EMSCRIPTEN)
  # The page compresses nothing but small images.
  set_source_files_properties("${zlib_SOURCE_DIR}/deflate.c" "${zlib_SOURCE_DIR}/trees.c" PROPERTIES COMPILE_OPTIONS -Oz)
endif()

# The amalgamated source compiles once, the single headers keep the tests' own compilation short.
set(CATCH_CONFIG_DEFAULT_REPORTER console)
set(CATCH_CONFIG_CONSOLE_WIDTH 80)
configure_file("${catch2_SOURCE_DIR}/src/catch2/catch_user_config.hpp.in"
  "${CMAKE_CURRENT_BINARY_DIR}/catch2/catch2/catch_user_config.hpp")
add_library(catch2 STATIC EXCLUDE_FROM_ALL "${catch2_SOURCE_DIR}/extras/catch_amalgamated.cpp")
target_include_directories(catch2 SYSTEM PUBLIC "${catch2_SOURCE_DIR}/src" "${CMAKE_CURRENT_BINARY_DIR}/catch2")
target_compile_options(catch2 PRIVATE -w)
