# Makes ${report_c}, the page of report.html as a C file. Included by engine/CMakeLists.txt.
#
# npm fetches the chart library and esbuild by name and checksum (package-lock.json), which needs the network once a
# build tree; bundle.mjs makes one page of them.
if(NOT KHOP_REPORT)
  file(WRITE ${report_c} "#include \"output/report_page.h\"\n\nconst unsigned char report_page_head[1] = {0}, report_page_tail[1] = {0};\n"
       "const size_t report_page_head_bytes = 0, report_page_tail_bytes = 0;\n")
  return()
endif()

set(report_folder ${CMAKE_CURRENT_LIST_DIR})
set(report_build ${CMAKE_CURRENT_BINARY_DIR}/report)
find_program(NODE_PROGRAM NAMES node nodejs)
find_program(NPM_PROGRAM npm)
if(NOT NODE_PROGRAM OR NOT NPM_PROGRAM)
  message(FATAL_ERROR "node and npm make the page of report.html, and one of them is missing: tools/setup installs them "
                      "(Debian: nodejs, npm), or build without the report: -DKHOP_REPORT=OFF")
endif()

set(report_modules ${report_build}/node_modules/.package-lock.json)
add_custom_command(OUTPUT ${report_modules}
  COMMAND ${CMAKE_COMMAND} -E copy ${report_folder}/package.json ${report_folder}/package-lock.json ${report_build}
  COMMAND ${NPM_PROGRAM} ci --ignore-scripts --no-audit --no-fund --no-update-notifier --loglevel=error
  COMMAND ${CMAKE_COMMAND} -E touch ${report_modules}
  DEPENDS ${report_folder}/package.json ${report_folder}/package-lock.json
  WORKING_DIRECTORY ${report_build} VERBATIM COMMENT "Fetching what bundles the page of report.html")
file(MAKE_DIRECTORY ${report_build})
file(GLOB report_sources CONFIGURE_DEPENDS
  ${report_folder}/*.js ${report_folder}/*.mjs ${report_folder}/*.css ${report_folder}/*.html)
add_custom_command(OUTPUT ${report_c}
  COMMAND ${NODE_PROGRAM} ${report_folder}/bundle.mjs ${report_build}/node_modules ${report_c}
  DEPENDS ${report_sources} ${report_modules} VERBATIM COMMENT "Bundling the page of report.html")
