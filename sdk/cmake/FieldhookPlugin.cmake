# fieldhook_add_plugin(NAME SOURCE...) builds plugins/NAME.so in the build folder.
#
# What the flags are for: nothing of the plugin but its one symbol can be seen from outside, so its
# libraries cannot meet another's (hidden visibility, the version script, exclude-libs); the loader
# keeps no symbol of it as process-wide (no-gnu-unique); a symbol that is missing is an error at the
# build, not when it is loaded (-z defs).
function(fieldhook_add_plugin name)
  add_library(${name} MODULE ${ARGN})
  target_link_libraries(${name} PRIVATE fieldhook::sdk)
  set_target_properties(${name} PROPERTIES
    PREFIX ""
    LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/plugins
    C_VISIBILITY_PRESET hidden
    CXX_VISIBILITY_PRESET hidden
    VISIBILITY_INLINES_HIDDEN ON)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(${name} PRIVATE $<$<COMPILE_LANGUAGE:CXX>:-fno-gnu-unique>)
  endif()
  if(UNIX AND NOT APPLE)
    set(map ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/plugin.map)
    target_link_options(${name} PRIVATE -Wl,--version-script=${map} -Wl,--exclude-libs,ALL)
    # A sanitizer's symbols come from the program that loads the plugin.
    get_directory_property(options LINK_OPTIONS)
    if(NOT options MATCHES "-fsanitize")
      target_link_options(${name} PRIVATE -Wl,-z,defs)
    endif()
    set_target_properties(${name} PROPERTIES LINK_DEPENDS ${map})
  endif()
endfunction()
