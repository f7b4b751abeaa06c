# The library as others find it: header, both libraries, khop.pc and the CMake package.
include(CMakePackageConfigHelpers)
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/khop)

foreach(target khop_shared khop_static)
  target_include_directories(${target} INTERFACE $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
endforeach()
install(TARGETS khop_shared khop_static EXPORT khopTargets
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(FILES include/khop.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})

file(RELATIVE_PATH pc_to_prefix /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
list(TRANSFORM DEPS_LIBRARIES PREPEND -l OUTPUT_VARIABLE pc_libs_private)
list(JOIN pc_libs_private " " pc_libs_private)
configure_file(khop.pc.in khop.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/khop.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

configure_package_config_file(khopConfig.cmake.in khopConfig.cmake INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(khopConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/khopConfig.cmake
  ${CMAKE_CURRENT_BINARY_DIR}/khopConfigVersion.cmake DESTINATION ${package_dir})
install(EXPORT khopTargets NAMESPACE khop:: DESTINATION ${package_dir})
