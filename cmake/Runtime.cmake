# The runtime: one archive a target, with the third-party libraries folded in.
#
# R1  The archive has one member: a program gets the whole runtime or nothing of it.
# R2  Nothing is visible outside it but hlckpt_* and the functions of the C library that it replaces: a program may link
#     its own zstd, libffi or msgpack-c, and use any name.
# R3  Third-party code allocates from the runtime's arena, never from the program's heap.
#
# Each object is compiled by a command of its own with clang's --target=, since CMake knows one C compiler only. Section
# per function, so that a final link with --gc-sections drops what is not used.
file(GLOB HLCKPT_RT_SOURCES CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/rt/*.c)

find_program(HLCKPT_LLD NAMES ld.lld-19 REQUIRED)
find_program(HLCKPT_OBJCOPY NAMES llvm-objcopy-19 REQUIRED)
find_program(HLCKPT_NM NAMES llvm-nm-19 REQUIRED)
find_program(HLCKPT_AR NAMES llvm-ar-19 REQUIRED)

set(HLCKPT_RT_CFLAGS
  -O2 -g -std=gnu17 -fexceptions -fPIC -ffunction-sections -fdata-sections -Wall -Wextra -Werror
  -I${CMAKE_SOURCE_DIR}/include -I${CMAKE_SOURCE_DIR}/rt)

function(hlckpt_runtime target)
  set(objdir ${CMAKE_BINARY_DIR}/rt/${target})
  set(libdir ${CMAKE_BINARY_DIR}/lib/${target})
  set(deps ${CMAKE_BINARY_DIR}/deps/${target})
  set(flags ${HLCKPT_${target}_FLAGS} ${HLCKPT_RT_CFLAGS} -isystem ${deps}/include)
  if(HLCKPT_SANITIZE AND target STREQUAL HLCKPT_NATIVE)
    # Functions of the program are called through types of the runtime's: main takes fewer parameters than it is given.
    list(APPEND flags -fsanitize=undefined -fno-sanitize=function -fno-sanitize-recover=undefined)
  endif()
  file(MAKE_DIRECTORY ${objdir} ${libdir})

  set(objects)
  foreach(source IN LISTS HLCKPT_RT_SOURCES)
    cmake_path(GET source STEM name)
    set(object ${objdir}/${name}.o)
    add_custom_command(
      OUTPUT ${object}
      COMMAND ${CMAKE_C_COMPILER} --target=${HLCKPT_${target}_TRIPLE} --start-no-unused-arguments ${flags}
              --end-no-unused-arguments -MD -MF ${object}.d -MT rt/${target}/${name}.o -c ${source} -o ${object}
      DEPENDS ${source} ${deps}/stamp
      DEPFILE ${object}.d
      COMMENT "rt ${target} ${name}.c"
      VERBATIM)
    list(APPEND objects ${object})
  endforeach()

  set(archive ${libdir}/libhlckpt_rt.a)
  add_custom_command(
    OUTPUT ${archive}
    COMMAND ${CMAKE_COMMAND} -E env CC=${CMAKE_C_COMPILER} LLD=${HLCKPT_LLD} OBJCOPY=${HLCKPT_OBJCOPY} NM=${HLCKPT_NM} AR=${HLCKPT_AR}
            ${CMAKE_SOURCE_DIR}/scripts/fold ${archive} ${objdir}/fold ${deps}/lib ${objects}
    DEPENDS ${objects} ${CMAKE_SOURCE_DIR}/scripts/fold
    COMMENT "rt ${target} archive"
    VERBATIM)
  add_custom_target(rt-${target} ALL DEPENDS ${archive})
  add_dependencies(rt-${target} deps-${target})
  install(FILES ${archive} DESTINATION ${HLCKPT_INSTALL_LIB}/${target})
endfunction()

foreach(target IN LISTS HLCKPT_BUILD_TARGETS)
  hlckpt_runtime(${target})
endforeach()
