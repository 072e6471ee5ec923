# The tools run on the machine that builds. They read images with the runtime's own reader: HLCKPT_IMAGE_SOURCES are the
# runtime's files that need no captured program around them.
set(HLCKPT_IMAGE_SOURCES
  rt/version.c rt/failure.c rt/arena.c rt/image.c rt/reader.c rt/writer.c rt/folder.c rt/check.c)

add_library(hlckpt_image STATIC ${HLCKPT_IMAGE_SOURCES})
target_include_directories(hlckpt_image PUBLIC ${CMAKE_SOURCE_DIR}/include ${CMAKE_SOURCE_DIR}/rt)
set(native_deps ${CMAKE_BINARY_DIR}/deps/${HLCKPT_NATIVE})
target_include_directories(hlckpt_image SYSTEM PUBLIC ${native_deps}/include)
target_compile_options(hlckpt_image PUBLIC -Wall -Wextra -Werror)
target_link_libraries(hlckpt_image PUBLIC ${native_deps}/lib/libmsgpackc.a ${native_deps}/lib/libzstd.a)
target_link_options(hlckpt_image PUBLIC -fuse-ld=lld)
add_dependencies(hlckpt_image deps-${HLCKPT_NATIVE})
if(HLCKPT_SANITIZE)
  set(sanitizers -fsanitize=address,undefined -fno-sanitize-recover=undefined)
  target_compile_options(hlckpt_image PUBLIC ${sanitizers})
  target_link_options(hlckpt_image PUBLIC ${sanitizers})
endif()

set(native_parts hlckpt_image rt-${HLCKPT_NATIVE})
file(GLOB tool_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/rt/tools/*.c)
foreach(source IN LISTS tool_sources)
  cmake_path(GET source STEM name)
  add_executable(${name} ${source})
  target_link_libraries(${name} PRIVATE hlckpt_image)
  install(TARGETS ${name} DESTINATION bin)
  list(APPEND native_parts ${name})
endforeach()

# hlckpt-cc, once for the build folder and once for an installed tree. It chooses the target by a case statement made
# from the table, so that it starts no other process than the compiler.
set(HLCKPT_TARGET_CASES)
set(HLCKPT_TRIPLES)
foreach(name IN LISTS HLCKPT_ALL_TARGETS)
  string(JOIN " " flags ${HLCKPT_${name}_FLAGS})
  string(APPEND HLCKPT_TRIPLES "${HLCKPT_${name}_TRIPLE} ")
  string(APPEND HLCKPT_TARGET_CASES "    ${HLCKPT_${name}_TRIPLE}|${name}) target=${name} triple=${HLCKPT_${name}_TRIPLE} flags='${flags}' ;;\n")
endforeach()
string(STRIP "${HLCKPT_TRIPLES}" HLCKPT_TRIPLES)
set(HLCKPT_NATIVE_TRIPLE ${HLCKPT_${HLCKPT_NATIVE}_TRIPLE})
set(HLCKPT_LINK_EXTRA)
if(HLCKPT_SANITIZE)
  set(HLCKPT_LINK_EXTRA -fsanitize=undefined)
endif()

set(HLCKPT_PLUGIN_FLAG)
if(TARGET hlckpt)
  set(HLCKPT_PLUGIN_FLAG [[-fpass-plugin="$lib/libhlckpt.so"]])
endif()

function(hlckpt_driver out lib include)
  set(HLCKPT_LIB ${lib})
  set(HLCKPT_INCLUDE ${include})
  configure_file(${CMAKE_SOURCE_DIR}/scripts/hlckpt-cc.in ${out} @ONLY
    FILE_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
endfunction()
hlckpt_driver(${CMAKE_BINARY_DIR}/bin/hlckpt-cc "$root/lib" ${CMAKE_SOURCE_DIR}/include)
hlckpt_driver(${CMAKE_BINARY_DIR}/installed/hlckpt-cc "$root/${HLCKPT_INSTALL_LIB}" "$root/include")
install(PROGRAMS ${CMAKE_BINARY_DIR}/installed/hlckpt-cc DESTINATION bin)

# `clang --config=hlckpt.cfg`: hlckpt-cc for the native target without a wrapper; lies beside the plugin.
set(HLCKPT_INCLUDE ${CMAKE_SOURCE_DIR}/include)
configure_file(${CMAKE_SOURCE_DIR}/hlckpt.cfg.in ${CMAKE_BINARY_DIR}/lib/hlckpt.cfg @ONLY)
set(HLCKPT_INCLUDE <CFGDIR>/../../include)
configure_file(${CMAKE_SOURCE_DIR}/hlckpt.cfg.in ${CMAKE_BINARY_DIR}/installed/hlckpt.cfg @ONLY)
install(FILES ${CMAKE_BINARY_DIR}/installed/hlckpt.cfg DESTINATION ${HLCKPT_INSTALL_LIB})

if(TARGET hlckpt)
  list(APPEND native_parts hlckpt)
endif()
add_custom_target(native DEPENDS ${native_parts})
