# Flags of our own sources; third-party headers come in as SYSTEM and stay quiet.
add_library(tcds_options INTERFACE)
target_compile_options(tcds_options INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion)
# GCC 12 sees an overlap in `"text" + string` where none can be (its bug 105651), only when optimising.
target_compile_options(tcds_options INTERFACE $<$<AND:$<CXX_COMPILER_ID:GNU>,$<CONFIG:Release>>:-Wno-restrict>)
if(TCDS_WERROR)
  target_compile_options(tcds_options INTERFACE -Werror)
endif()
# Includes are written from the root of the repository: "fhir/base/result.hpp".
target_include_directories(tcds_options INTERFACE ${CMAKE_SOURCE_DIR})

if(TCDS_SANITIZE)
  set(flags -fsanitize=${TCDS_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    list(APPEND flags -fsanitize-ignorelist=${CMAKE_SOURCE_DIR}/tests/sanitize_ignore.txt)
  endif()
  add_compile_options(${flags})
  add_link_options(${flags})
endif()

if(TCDS_FUZZ)
  if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    message(FATAL_ERROR "TCDS_FUZZ: libFuzzer comes with clang. Fix: cmake --preset fuzz")
  endif()
  add_compile_options(-fsanitize=fuzzer-no-link) # coverage of every library; the targets add the driver
endif()
