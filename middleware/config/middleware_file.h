#pragma once
// middleware.yaml: what one deployment of the middleware does. The deployed programs and the rig read the
// same file.
#include <expected>
#include <string>
#include <utility>
#include <vector>

#include "middleware/config/inbox_shapes.h"
#include "middleware/config/reader.h"
#include "middleware/ingest/ingest.h"
#include "middleware/service/flow.h"
#include "middleware/service/guard.h"
#include "middleware/service/server_limits.h"
#include "middleware/service/step_handler.h"
#include "middleware/sns/endpoint.h"

namespace config {

struct MiddlewareFile {
  service::ServiceConfig service{};
  ingest::IngestConfig ingest{};
  sns::EndpointConfig sns{};
  StoreConfig store{};
  service::SecurityConfig security{};  ///< of the deployed service, as the next
  service::ServerLimits server{};
  /// Base URLs by API name, in the order of the file. Needed by the deployed middleware; the rig puts mocks
  /// in their place.
  std::vector<std::pair<std::string, std::string>> urls{};
};

/// The shape, for schemas; `read_middleware` also checks what the keys say of each other.
Shape<MiddlewareFile> middleware_shape();

/// Reads a tree that may be made of several files.
std::expected<MiddlewareFile, Problems> read_middleware(const Tree& tree);
/// For a deployment with handlers of its own: `handlers` are all names that a step's `handler` may say.
std::expected<MiddlewareFile, Problems> read_middleware_with(const Tree& tree,
                                                             const std::vector<std::string>& handlers);
std::expected<MiddlewareFile, Problems> read_middleware_file(const std::string& path);

}  // namespace config
