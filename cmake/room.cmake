# mailspec_room(NAME SOURCES file... LINK library...)
#
# One room of the house: a static library named mailspec_NAME, alias mailspec::NAME, that stands only on what LINK
# names.  Its headers are included by their path in the project, as in "harness/transcript/reader.h".  A room
# without sources yet is an interface library, so that others can already link it.
function(mailspec_room name)
  cmake_parse_arguments(PARSE_ARGV 1 room "" "" "SOURCES;LINK")
  if(room_SOURCES)
    add_library(mailspec_${name} STATIC)
    target_sources(mailspec_${name} PRIVATE ${room_SOURCES})
    target_link_libraries(mailspec_${name} PUBLIC mailspec_harness ${room_LINK} PRIVATE mailspec_warnings)
  else()
    add_library(mailspec_${name} INTERFACE)
    target_link_libraries(mailspec_${name} INTERFACE mailspec_harness ${room_LINK})
  endif()
  add_library(mailspec::${name} ALIAS mailspec_${name})
endfunction()

# What every room outside parsers/ may rely on: C11 and POSIX.1-2008.
add_library(mailspec_harness INTERFACE)
target_compile_features(mailspec_harness INTERFACE c_std_11)
target_compile_definitions(mailspec_harness INTERFACE _POSIX_C_SOURCE=200809L)
target_include_directories(mailspec_harness INTERFACE ${PROJECT_SOURCE_DIR})
