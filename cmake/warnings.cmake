# mailspec_warnings: what both compilers are asked to say, on every target of this project.
add_library(mailspec_warnings INTERFACE)

target_compile_options(mailspec_warnings INTERFACE
  -Wall
  -Wextra
  -Wpedantic
  -Wcast-align
  -Wcast-qual
  -Wconversion
  -Wdouble-promotion
  -Wfloat-equal
  -Wformat=2
  -Wimplicit-fallthrough
  -Wmissing-declarations
  -Wmissing-prototypes
  -Wold-style-definition
  -Wpointer-arith
  -Wredundant-decls
  -Wshadow
  -Wsign-conversion
  -Wstrict-prototypes
  -Wswitch
  -Wundef
  -Wvla
  -Wwrite-strings
  $<$<C_COMPILER_ID:GNU>:-Wduplicated-cond>
  $<$<C_COMPILER_ID:GNU>:-Wjump-misses-init>
  $<$<C_COMPILER_ID:GNU>:-Wlogical-op>
  $<$<C_COMPILER_ID:GNU>:-Wtrampolines>
  $<$<C_COMPILER_ID:Clang,AppleClang>:-Wcomma>
  $<$<C_COMPILER_ID:Clang,AppleClang>:-Wconditional-uninitialized>
  $<$<C_COMPILER_ID:Clang,AppleClang>:-Wcovered-switch-default>
  $<$<C_COMPILER_ID:Clang,AppleClang>:-Wunreachable-code>
  $<$<BOOL:${MAILSPEC_WERROR}>:-Werror>)
