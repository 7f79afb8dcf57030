# Lower bounds only: Debian 12 and Ubuntu 24.04 differ in versions, never in names.
find_package(Threads REQUIRED)
find_package(Boost 1.81 CONFIG REQUIRED)          # headers: Asio, Beast, URL, system::result
find_package(OpenSSL 3.0 REQUIRED)
find_package(ZLIB 1.2 REQUIRED)                   # finished files of the decision log
find_package(spdlog 1.10 CONFIG REQUIRED)
find_package(CLI11 2.1 CONFIG REQUIRED)
find_package(RapidJSON 1.1 CONFIG REQUIRED)       # variables only, no target
find_package(yaml-cpp 0.7 CONFIG REQUIRED)
# cjose brings no CMake package, and its pkg-config file asks for headers of jansson that nobody needs.
find_library(CJOSE_LIBRARY cjose REQUIRED)
find_path(CJOSE_INCLUDE_DIR cjose/cjose.h REQUIRED)

add_library(tcds_rapidjson INTERFACE)
target_include_directories(tcds_rapidjson SYSTEM INTERFACE ${RAPIDJSON_INCLUDE_DIRS})
target_compile_definitions(tcds_rapidjson INTERFACE RAPIDJSON_HAS_STDSTRING=1)

add_library(tcds_yaml_cpp INTERFACE)
if(TARGET yaml-cpp::yaml-cpp)                     # 0.8 and later
  target_link_libraries(tcds_yaml_cpp INTERFACE yaml-cpp::yaml-cpp)
else()                                            # 0.7 exports the plain name only
  target_link_libraries(tcds_yaml_cpp INTERFACE yaml-cpp)
endif()

# Linked by server/auth alone, and privately: no header of ours shows it.
add_library(tcds_cjose UNKNOWN IMPORTED GLOBAL)
set_target_properties(tcds_cjose PROPERTIES
  IMPORTED_LOCATION "${CJOSE_LIBRARY}"
  INTERFACE_INCLUDE_DIRECTORIES "${CJOSE_INCLUDE_DIR}"
  INTERFACE_LINK_LIBRARIES OpenSSL::Crypto)

# Linked by server/state alone, and privately: no header of ours shows them.
find_package(SQLite3 3.40 REQUIRED)
find_library(SQLITECPP_LIBRARY SQLiteCpp REQUIRED)
find_path(SQLITECPP_INCLUDE_DIR SQLiteCpp/Database.h REQUIRED)
add_library(tcds_sqlite INTERFACE)
target_include_directories(tcds_sqlite SYSTEM INTERFACE "${SQLITECPP_INCLUDE_DIR}")
target_link_libraries(tcds_sqlite INTERFACE "${SQLITECPP_LIBRARY}" SQLite::SQLite3)

# Linked by server/ops alone, and privately. The CMake package of Debian also looks for the libraries
# of its own HTTP server, which nobody needs here: the core is enough.
find_library(PROMETHEUS_LIBRARY prometheus-cpp-core REQUIRED)
find_path(PROMETHEUS_INCLUDE_DIR prometheus/registry.h REQUIRED)
add_library(tcds_prometheus UNKNOWN IMPORTED GLOBAL)
set_target_properties(tcds_prometheus PROPERTIES
  IMPORTED_LOCATION "${PROMETHEUS_LIBRARY}"
  INTERFACE_INCLUDE_DIRECTORIES "${PROMETHEUS_INCLUDE_DIR}")

# Linked by server/forward alone, and privately. CMake's own search also wants headers of the server.
find_library(PQ_LIBRARY pq REQUIRED)
find_path(PQ_INCLUDE_DIR libpq-fe.h PATH_SUFFIXES postgresql REQUIRED)
add_library(tcds_pq UNKNOWN IMPORTED GLOBAL)
set_target_properties(tcds_pq PROPERTIES
  IMPORTED_LOCATION "${PQ_LIBRARY}"
  INTERFACE_INCLUDE_DIRECTORIES "${PQ_INCLUDE_DIR}")
