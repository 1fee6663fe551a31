# Sanitizers and coverage concern every object and every link, so they are set for the directory.
if(MAILSPEC_SANITIZE)
  add_compile_options(-fsanitize=${MAILSPEC_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${MAILSPEC_SANITIZE})
endif()

if(MAILSPEC_COVERAGE)
  add_compile_options(-fprofile-instr-generate -fcoverage-mapping)
  add_link_options(-fprofile-instr-generate)
  # Which condition decides (MC/DC): clang 18 and later.
  include(CheckCCompilerFlag)
  check_c_compiler_flag("-fprofile-instr-generate -fcoverage-mapping -fcoverage-mcdc" MAILSPEC_HAS_MCDC)
  if(MAILSPEC_HAS_MCDC)
    add_compile_options(-fcoverage-mcdc)
  endif()
endif()
