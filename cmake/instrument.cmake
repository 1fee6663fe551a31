# Sanitizers and coverage concern every object and every link, so they are set for the directory.
if(MAILSPEC_SANITIZE)
  add_compile_options(-fsanitize=${MAILSPEC_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${MAILSPEC_SANITIZE})
endif()

if(MAILSPEC_COVERAGE)
  add_compile_options(-fprofile-instr-generate -fcoverage-mapping)
  add_link_options(-fprofile-instr-generate)
endif()
