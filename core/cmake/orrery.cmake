# The functions that every folder's CMakeLists.txt uses.

include_guard(GLOBAL)

find_program(ORRERY_CCACHE ccache)
if(ORRERY_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
    set(CMAKE_CXX_COMPILER_LAUNCHER "${CMAKE_CURRENT_LIST_DIR}/compile;${ORRERY_CCACHE}")
endif()

find_program(ORRERY_MOLD mold)
if(ORRERY_MOLD)
    add_link_options(-fuse-ld=mold)
endif()

add_library(orrery_warnings INTERFACE)
target_compile_options(orrery_warnings INTERFACE -Wall -Wextra -Wshadow -Wnon-virtual-dtor
    -Wold-style-cast -Wcast-align -Woverloaded-virtual -Wundef)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
    # False alarms of g++ 12 at -O3: about the inside of an empty std::optional (GCC bug 80635) and
    # about appending to a std::string (GCC bug 105651).
    target_compile_options(orrery_warnings INTERFACE -Wno-maybe-uninitialized -Wno-restrict)
endif()

if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    # Without times, a precompiled header is the same in every checkout, so that ccache can share
    # what uses it.
    add_compile_options("SHELL:-Xclang -fno-pch-timestamp")
endif()

# orrery_precompile(<name> <owner>)
# Lets a module use precompiled.h of the module <owner>. Only with clang, which then compiles core
# in half the time; g++ saves little by it, and warns of what it finds in the headers of the system.
function(orrery_precompile name owner)
    if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
        return()
    endif()
    if(name STREQUAL owner)
        target_precompile_headers(orrery_${name} PRIVATE precompiled.h)
    else()
        target_precompile_headers(orrery_${name} REUSE_FROM orrery_${owner})
    endif()
endfunction()

# orrery_module(<name> SOURCES … HEADERS … [DEPENDS …] [PRECOMPILED <name>])
# One folder of core/ as a static library orrery_<name>, alias orrery::<name>. DEPENDS names modules
# of lower floors only. tests/tidy checks that each include belongs to one of them, or to one that
# they depend on. PRECOMPILED names the module whose precompiled.h the sources use; without it,
# base.
function(orrery_module name)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "PRECOMPILED" "SOURCES;HEADERS;DEPENDS")
    if(NOT arg_PRECOMPILED)
        set(arg_PRECOMPILED base)
    endif()
    if(arg_UNPARSED_ARGUMENTS)
        message(FATAL_ERROR "orrery_module(${name}): unknown arguments ${arg_UNPARSED_ARGUMENTS}")
    endif()
    list(TRANSFORM arg_DEPENDS PREPEND "orrery::")
    if(arg_SOURCES)
        add_library(orrery_${name} STATIC ${arg_SOURCES})
        set(scope PUBLIC)
        target_link_libraries(orrery_${name} PRIVATE orrery_warnings)
        orrery_precompile(${name} ${arg_PRECOMPILED})
    else()
        add_library(orrery_${name} INTERFACE)
        set(scope INTERFACE)
    endif()
    add_library(orrery::${name} ALIAS orrery_${name})
    target_sources(orrery_${name} ${scope} FILE_SET HEADERS
        BASE_DIRS "${PROJECT_SOURCE_DIR}" FILES ${arg_HEADERS})
    target_include_directories(orrery_${name} ${scope} "${PROJECT_SOURCE_DIR}")
    target_link_libraries(orrery_${name} ${scope} ${arg_DEPENDS})
    set_target_properties(orrery_${name} PROPERTIES VERIFY_INTERFACE_HEADER_SETS ON)
endfunction()

# orrery_test(<name> SOURCES … [DEPENDS …] [LIBRARIES …] [LABELS …] [GUI])
# One Qt Test program of several test classes, each registered with ORRERY_TEST_CLASS
# (tests/support/test_main.h). DEPENDS names modules of core/, LIBRARIES other targets. The labels
# asan and tsan say which sanitizer runs it as well; GUI gives it a QApplication without a screen.
# The target tests_<label> builds all programs of a label.
function(orrery_test name)
    cmake_parse_arguments(PARSE_ARGV 1 arg "GUI" "" "SOURCES;DEPENDS;LIBRARIES;LABELS")
    if(arg_UNPARSED_ARGUMENTS)
        message(FATAL_ERROR "orrery_test(${name}): unknown arguments ${arg_UNPARSED_ARGUMENTS}")
    endif()
    list(TRANSFORM arg_DEPENDS PREPEND "orrery::")
    add_executable(${name} ${arg_SOURCES})
    set_target_properties(${name} PROPERTIES AUTOMOC ON)
    target_compile_definitions(${name} PRIVATE
        ORRERY_TEST_SOURCE_DIR="${CMAKE_CURRENT_SOURCE_DIR}")
    if(arg_GUI)
        set(support orrery_test_support_gui Qt6::Widgets)
        target_precompile_headers(${name} REUSE_FROM orrery_test_support_gui)
    else()
        set(support orrery_test_support)
        target_precompile_headers(${name} REUSE_FROM orrery_test_support)
    endif()
    # With it ccache sees that a precompiled header is used.
    target_compile_options(${name} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-fpch-preprocess>)
    target_link_libraries(${name} PRIVATE orrery_warnings ${support} ${arg_DEPENDS}
        ${arg_LIBRARIES} Qt6::Test)
    add_test(NAME ${name} COMMAND ${name})
    # GLib's allocator is not built for the thread sanitizer, which sees races in it. A function
    # that visits hundreds of folders takes more than Qt Test's five minutes under a sanitizer on a
    # slow disk; ctest bounds the whole program. Qt Test would start a debugger at a signal, also at
    # one that the guard handles, and under load it hangs.
    set_tests_properties(${name} PROPERTIES LABELS "${arg_LABELS}"
        ENVIRONMENT "QT_NO_GLIB=1;QTEST_FUNCTION_TIMEOUT=1200000;QTEST_DISABLE_STACK_DUMP=1")
    foreach(label IN LISTS arg_LABELS)
        if(NOT TARGET tests_${label})
            add_custom_target(tests_${label})
        endif()
        add_dependencies(tests_${label} ${name})
    endforeach()
    if(arg_GUI)
        set_tests_properties(${name} PROPERTIES ENVIRONMENT "QT_QPA_PLATFORM=offscreen")
    endif()
endfunction()
