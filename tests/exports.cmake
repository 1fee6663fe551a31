# Fails unless every name that a shared library shows begins with ms_, and there is one at least.
#   cmake -DLIBRARY=libmailspec.so -DNM=nm -P exports.cmake
execute_process(COMMAND ${NM} -P -D --defined-only ${LIBRARY} OUTPUT_VARIABLE output COMMAND_ERROR_IS_FATAL ANY)
string(REGEX MATCHALL "[^\n]+" lines "${output}")
if(NOT lines)
  message(FATAL_ERROR "${LIBRARY} shows nothing")
endif()
foreach(line IN LISTS lines)
  if(NOT line MATCHES "^ms_")
    message(SEND_ERROR "${LIBRARY} shows ${line}")
  endif()
endforeach()
