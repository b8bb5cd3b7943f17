# Helpers for the CMakeLists.txt of our folders.

# A CI build (CONVLAB_WERROR) refuses warnings. Not under a sanitizer: GCC's manual advises against -Werror there,
# because the instrumentation makes warnings about data flow appear that are false.
set(refuse_warnings "")
if(CONVLAB_WERROR AND NOT CONVLAB_SANITIZE)
  set(refuse_warnings -Werror)
endif()

# Flags of all our code.
add_library(convlab_options INTERFACE)
target_compile_features(convlab_options INTERFACE cxx_std_20)
target_include_directories(convlab_options INTERFACE "${PROJECT_SOURCE_DIR}/src")
target_compile_options(convlab_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Wold-style-cast -Woverloaded-virtual
  -Wno-missing-field-initializers  # designated initializers leave out what has a default
  -Werror=switch  # a new activation, loss or interpolation must not be computed as another one
  ${refuse_warnings}
  $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>  # GCC 12 sees it in std::string's own code (its bug 105651)
  # The same bits from the same operations on every processor and in the browser.
  -ffp-contract=off
  # Nobody asks errno or the floating-point flags: square roots and choices can be vectorised.
  -fno-math-errno -fno-trapping-math)

# convlab_library(NAME [SMALL] SOURCES a.cpp… [DEPENDS core…] [PRIVATE_DEPENDS zlib…])
# SMALL: its code does no arithmetic on images or weights, so it is compiled for size in the page's modules.
# One static library convlab_NAME per folder. DEPENDS names other libraries of ours without the prefix and passes them
# on; PRIVATE_DEPENDS names targets as they are: third-party ones, or convlab_NAME for one of ours.
function(convlab_library name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "SMALL" "" "SOURCES;DEPENDS;PRIVATE_DEPENDS")
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "convlab_library(${name}): unknown arguments ${arg_UNPARSED_ARGUMENTS}")
  endif()
  list(TRANSFORM arg_DEPENDS PREPEND convlab_)
  add_library(convlab_${name} STATIC ${arg_SOURCES})
  target_link_libraries(convlab_${name} PUBLIC convlab_options ${arg_DEPENDS} PRIVATE ${arg_PRIVATE_DEPENDS})
  if(arg_SMALL AND EMSCRIPTEN)
    target_compile_options(convlab_${name} PRIVATE -Oz)
  endif()
endfunction()

# convlab_read_json(VARIABLE FILE)
# Reads a JSON file for its text to be compiled in, and configures again when it changes. The page's modules, which are
# to be small, leave out line breaks and the checksums of files, which only the command downloads.
function(convlab_read_json variable file)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${file}")
  file(READ "${file}" text)
  if(EMSCRIPTEN)
    string(REGEX REPLACE ",[ \n]*\"sha256\": \"[0-9a-f]+\"" "" text "${text}")
    string(REGEX REPLACE "\n *" "" text "${text}")
  endif()
  set(${variable} "${text}" PARENT_SCOPE)
endfunction()

# convlab_wasm_module(TARGET engine|window)
# Flags shared by our WebAssembly modules: an ES module whose default export is a factory, without a file system. The
# engine runs in a worker (for node Emscripten would import a module that browsers do not have), the window on the page's main thread. Functions are exported by
# EMSCRIPTEN_KEEPALIVE. Writes CONVLAB_DIST/engine-{threads,single}-{relaxed,simd} or window, .mjs and .wasm.
function(convlab_wasm_module target kind)
  set(flags -sMODULARIZE=1 -sEXPORT_ES6=1 -sFILESYSTEM=0 -sSTACK_SIZE=1MB -sMALLOC=dlmalloc -sALLOW_MEMORY_GROWTH=1
    -sMAXIMUM_MEMORY=2GB -sEXPORTED_RUNTIME_METHODS=wasmMemory
    -sINCOMING_MODULE_JS_API=canvas,locateFile,onAbort,print,printErr,wasmMemory)
  if(kind STREQUAL engine)
    set(name "engine-$<IF:$<BOOL:${CONVLAB_THREADS}>,threads,single>-$<IF:$<BOOL:${CONVLAB_RELAXED_SIMD}>,relaxed,simd>")
    # A second time, the optimizer finds more that is not needed: 1 KB less as Brotli.
    list(APPEND flags -sENVIRONMENT=worker -sEXPORT_NAME=createEngine -sBINARYEN_EXTRA_PASSES=-O3)
    if(CONVLAB_THREADS)
      # Threads can start at once only in workers that stand ready: as many as the factory's caller will compute with
      # (its property `threads`), and four that decode images (loader_threads in src/wasm/api.cpp).
      list(APPEND flags "-sPTHREAD_POOL_SIZE=(Module.threads||globalThis.navigator?.hardwareConcurrency||4)+4"
        -sINITIAL_MEMORY=64MB -Wno-pthreads-mem-growth)
    else()
      list(APPEND flags -sINITIAL_MEMORY=32MB)
    endif()
  elseif(kind STREQUAL window)
    set(name window)
    list(APPEND flags -sENVIRONMENT=web -sEXPORT_NAME=createWindow -sINITIAL_MEMORY=32MB)
  else()
    message(FATAL_ERROR "convlab_wasm_module: ${kind} is neither engine nor window")
  endif()
  target_link_options(${target} PRIVATE ${flags})
  set_target_properties(${target} PROPERTIES OUTPUT_NAME "${name}" SUFFIX .mjs
    RUNTIME_OUTPUT_DIRECTORY "${CONVLAB_DIST}")
endfunction()

# convlab_node_program(TARGET [MAIN_THREAD]): a program for node, on the real file system. MAIN_THREAD: it starts no threads.
function(convlab_node_program target)
  cmake_parse_arguments(PARSE_ARGV 1 arg "MAIN_THREAD" "" "")
  target_link_options(${target} PRIVATE -sENVIRONMENT=node,worker -sNODERAWFS=1 -sEXIT_RUNTIME=1 -sSTACK_SIZE=1MB
    -sALLOW_MEMORY_GROWTH=1 -sMAXIMUM_MEMORY=2GB -sINITIAL_MEMORY=64MB)
  if(CONVLAB_THREADS)
    target_link_options(${target} PRIVATE -Wno-pthreads-mem-growth)
  endif()
  if(CONVLAB_THREADS AND NOT arg_MAIN_THREAD)
    # main on a worker, so that it may block while node starts further threads.
    target_link_options(${target} PRIVATE -sPROXY_TO_PTHREAD=1 -sPTHREAD_POOL_SIZE=12)
  endif()
  set_target_properties(${target} PROPERTIES SUFFIX .cjs)
endfunction()

# The page's own files, copied beside the modules whenever one changes.
function(convlab_page folder)
  file(GLOB_RECURSE files CONFIGURE_DEPENDS "${folder}/*")
  set(stamp "${CMAKE_BINARY_DIR}/page.stamp")
  add_custom_command(OUTPUT "${stamp}" DEPENDS ${files} VERBATIM
    COMMENT "Copying the page into ${CONVLAB_DIST}"
    COMMAND "${CMAKE_COMMAND}" -E copy_directory "${folder}" "${CONVLAB_DIST}"
    COMMAND "${CMAKE_COMMAND}" -E touch "${stamp}")
  add_custom_target(page ALL DEPENDS "${stamp}")
endfunction()
