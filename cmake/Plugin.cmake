# The compiler plugin. Its C speaks to LLVM through llvm-c; pass/llvm/*.cpp is what llvm-c 19 lacks.
find_package(LLVM 19.1 REQUIRED CONFIG HINTS /usr/lib/llvm-19)

file(GLOB plugin_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/pass/*.c ${CMAKE_SOURCE_DIR}/pass/llvm/*.cpp)
if(plugin_sources)
  add_library(hlckpt MODULE ${plugin_sources})
  separate_arguments(llvm_definitions UNIX_COMMAND "${LLVM_DEFINITIONS}")
  target_compile_definitions(hlckpt PRIVATE ${llvm_definitions})
  target_include_directories(hlckpt SYSTEM PRIVATE ${LLVM_INCLUDE_DIRS} ${CMAKE_BINARY_DIR}/deps/${HLCKPT_NATIVE}/include)
  target_include_directories(hlckpt PRIVATE ${CMAKE_SOURCE_DIR}/include ${CMAKE_SOURCE_DIR}/pass)
  target_compile_options(hlckpt PRIVATE -Wall -Wextra -Werror
    $<$<COMPILE_LANGUAGE:CXX>:-fno-rtti -fno-exceptions -Wno-unused-parameter>)
  # LLVM itself is in the process that loads the plugin, and some of its templates must be one with ours: default
  # visibility. msgpack-c is ours alone and stays hidden.
  target_link_libraries(hlckpt PRIVATE ${CMAKE_BINARY_DIR}/deps/${HLCKPT_NATIVE}/lib/libmsgpackc.a)
  target_link_options(hlckpt PRIVATE -fuse-ld=lld -Wl,--exclude-libs,ALL)
  add_dependencies(hlckpt deps-${HLCKPT_NATIVE})
  install(TARGETS hlckpt LIBRARY DESTINATION ${HLCKPT_INSTALL_LIB})
endif()
