# Sets CONVLAB_FONT_CPP to a generated source file with the window's font: Inter, reduced by hb-subset to Latin-1 and
# some punctuation. Without hb-subset, the whole file is embedded, which is larger.

find_file(CONVLAB_FONT NAMES Inter-Regular.otf Inter-Regular.ttf
  PATHS /usr/share/fonts /usr/local/share/fonts /Library/Fonts "$ENV{HOME}/.local/share/fonts"
  PATH_SUFFIXES opentype/inter truetype/inter inter opentype truetype
  NO_CMAKE_FIND_ROOT_PATH
  DOC "Font of the window: a static TrueType or OpenType file, best Inter Regular")
if(NOT CONVLAB_FONT)
  message(FATAL_ERROR "The window needs the font Inter: install it (Debian: fonts-inter), or name a font file with "
    "-DCONVLAB_FONT=FILE, or build without the window (-DCONVLAB_WINDOW=OFF)")
endif()

find_program(CONVLAB_HB_SUBSET hb-subset)
set(_font "${CONVLAB_FONT}")
set(CONVLAB_FONT_CPP "${CMAKE_CURRENT_BINARY_DIR}/embedded_font.cpp")
if(CONVLAB_HB_SUBSET)
  set(_font "${CMAKE_CURRENT_BINARY_DIR}/font-subset")
  add_custom_command(OUTPUT "${_font}" VERBATIM
    COMMAND "${CONVLAB_HB_SUBSET}"
      --unicodes=20-7E,A0-FF,2013,2014,2018,2019,201C,201D,2022,2026,2212
      --no-hinting --desubroutinize --layout-features= --drop-tables+=GPOS,GSUB,GDEF
      "--output-file=${_font}" "${CONVLAB_FONT}"
    DEPENDS "${CONVLAB_FONT}" COMMENT "Subsetting the window's font")
else()
  message(STATUS "hb-subset not found (Debian: libharfbuzz-bin): the window embeds the whole font")
endif()
add_custom_command(OUTPUT "${CONVLAB_FONT_CPP}" VERBATIM
  COMMAND "${CMAKE_COMMAND}" "-DFONT=${_font}" "-DCPP=${CONVLAB_FONT_CPP}"
    -P "${CMAKE_CURRENT_LIST_DIR}/embed_font.cmake"
  DEPENDS "${_font}" "${CMAKE_CURRENT_LIST_DIR}/embed_font.cmake" COMMENT "Embedding the window's font")
