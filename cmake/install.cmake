# What is installed: the libraries with their headers and package files, the command, the corpus, the manual.
include(CMakePackageConfigHelpers)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/mailspec)
set(installed mailspec_parsers)
if(MAILSPEC_SHARED)
  list(APPEND installed mailspec_shared)
endif()
if(MAILSPEC_TOOLS)
  list(APPEND installed mailspec_requirements)
  install(FILES harness/requirement/register.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/mailspec)
  install(TARGETS mailspec)
endif()
install(TARGETS ${installed} EXPORT mailspec FILE_SET HEADERS)
install(EXPORT mailspec NAMESPACE mailspec:: FILE mailspec-targets.cmake DESTINATION ${package_dir})

# While the major version is 0, a new minor version may break what was.
write_basic_package_version_file(mailspec-config-version.cmake COMPATIBILITY SameMinorVersion)
configure_package_config_file(cmake/mailspec-config.cmake.in mailspec-config.cmake INSTALL_DESTINATION ${package_dir})
install(FILES
  ${PROJECT_BINARY_DIR}/mailspec-config.cmake
  ${PROJECT_BINARY_DIR}/mailspec-config-version.cmake
  DESTINATION ${package_dir})

# The prefix is found from the place of the .pc file, so that the tree can be moved.
file(RELATIVE_PATH pc_prefix /prefix/${CMAKE_INSTALL_LIBDIR}/pkgconfig /prefix)
foreach(name IN ITEMS mailspec mailspec-requirements)
  configure_file(cmake/${name}.pc.in ${name}.pc @ONLY)
  install(FILES ${PROJECT_BINARY_DIR}/${name}.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
endforeach()

install(DIRECTORY corpus/ DESTINATION ${CMAKE_INSTALL_DATADIR}/mailspec
  PATTERN seeds EXCLUDE
  PATTERN regressions EXCLUDE
  PATTERN dict EXCLUDE)
install(FILES reports/schema.json DESTINATION ${CMAKE_INSTALL_DATADIR}/mailspec RENAME report.schema.json)
install(FILES
  docs/man/mailspec.1
  docs/man/mailspec-explain.1
  docs/man/mailspec-export-seeds.1
  docs/man/mailspec-fmt.1
  docs/man/mailspec-import-crash.1
  docs/man/mailspec-lint.1
  docs/man/mailspec-list.1
  docs/man/mailspec-mutants.1
  docs/man/mailspec-parse.1
  docs/man/mailspec-probe.1
  docs/man/mailspec-replay.1
  docs/man/mailspec-report.1
  docs/man/mailspec-serve.1
  docs/man/mailspec-fetch.1
  docs/man/mailspec-send.1
  docs/man/mailspec-vectors.1
  DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES docs/man/libmailspec.3 DESTINATION ${CMAKE_INSTALL_MANDIR}/man3)
install(FILES completion/mailspec DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
install(FILES LICENSE README.md CHANGELOG.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
