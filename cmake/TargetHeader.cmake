# Writes generated/targets.h: the table of targets as C, for the tools, with what tells a target's ELF files from
# another's. That is read from an object which the compiler makes of nothing.
set(target_rows)
foreach(name IN LISTS HLCKPT_ALL_TARGETS)
  set(object ${CMAKE_BINARY_DIR}/generated/${name}.o)
  execute_process(
    COMMAND ${CMAKE_COMMAND} -E make_directory ${CMAKE_BINARY_DIR}/generated
    COMMAND ${CMAKE_C_COMPILER} --target=${HLCKPT_${name}_TRIPLE} -x c -c /dev/null -o ${object}
    COMMAND_ERROR_IS_FATAL ANY)
  file(READ ${object} ident OFFSET 4 LIMIT 2 HEX)    # class, byte order
  file(READ ${object} machine OFFSET 18 LIMIT 2 HEX) # in that byte order
  string(SUBSTRING ${ident} 0 2 class)
  string(SUBSTRING ${ident} 2 2 order)
  string(APPEND target_rows " \\\n    T(\"${name}\", \"${HLCKPT_${name}_QEMU}\", \"${HLCKPT_${name}_ROOT}\", 0x${class}, 0x${order}, 0x${machine})")
endforeach()
file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/generated/targets.h @ONLY CONTENT
"// From cmake/targets: name, emulator's suffix, folder of its C library; bytes 4, 5 and 18..19 of its ELF files.
#define HLCKPT_TARGETS(T)@target_rows@
")
