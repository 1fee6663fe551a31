# A dictionary that is checked in is what the program prints.
execute_process(COMMAND ${PROGRAM} ${PROTOCOL} OUTPUT_VARIABLE printed RESULT_VARIABLE status)
file(READ ${FILE} kept)
if(NOT status EQUAL 0 OR NOT printed STREQUAL kept)
  message(FATAL_ERROR "${FILE} is out of date: write it by '${PROGRAM} ${PROTOCOL} > ${FILE}'")
endif()
