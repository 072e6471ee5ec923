# Third-party libraries, built from Debian's source packages by scripts/deps, which keeps what it built in the user's
# cache folder. Target deps-<target> makes deps/<target>/{include,lib}.
function(hlckpt_third_party target)
  set(dir ${CMAKE_BINARY_DIR}/deps/${target})
  add_custom_command(
    OUTPUT ${dir}/stamp
    COMMAND ${CMAKE_SOURCE_DIR}/scripts/deps ${target} ${dir}
    COMMAND ${CMAKE_COMMAND} -E touch ${dir}/stamp
    DEPENDS ${CMAKE_SOURCE_DIR}/scripts/deps ${CMAKE_SOURCE_DIR}/cmake/targets
    BYPRODUCTS ${dir}/lib/libmsgpackc.a ${dir}/lib/libffi.a ${dir}/lib/libzstd.a
    COMMENT "Third-party libraries for ${target}"
    VERBATIM)
  add_custom_target(deps-${target} DEPENDS ${dir}/stamp)
endfunction()

foreach(target IN LISTS HLCKPT_BUILD_TARGETS)
  hlckpt_third_party(${target})
endforeach()
