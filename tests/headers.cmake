# Compiles each public header alone, as C11 and as C++17.
#   cmake -DCC=gcc -DCXX=g++ -DINCLUDE=parsers/include -P headers.cmake
file(GLOB headers RELATIVE ${INCLUDE} ${INCLUDE}/mailspec/*.h)
if(NOT headers)
  message(FATAL_ERROR "no header in ${INCLUDE}")
endif()
set(flags -fsyntax-only -Wall -Wextra -Wpedantic -Werror -I ${INCLUDE})
foreach(header IN LISTS headers)
  set(source ${CMAKE_CURRENT_BINARY_DIR}/header)
  # Twice: the guard is tested too.
  file(WRITE ${source}.c "#include \"${header}\"\n#include \"${header}\"\nextern int unused;\n")
  configure_file(${source}.c ${source}.cc COPYONLY)
  execute_process(COMMAND ${CC} -std=c11 ${flags} ${source}.c RESULT_VARIABLE c_failed)
  execute_process(COMMAND ${CXX} -std=c++17 ${flags} ${source}.cc RESULT_VARIABLE cxx_failed)
  if(c_failed OR cxx_failed)
    message(SEND_ERROR "${header} does not compile alone")
  endif()
endforeach()
