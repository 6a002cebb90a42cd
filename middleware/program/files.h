#pragma once
// The files of a deployment: middleware.yaml, and what makes the service speak HTTPS.
#include <expected>
#include <memory>
#include <optional>
#include <string>

#include "middleware/config/middleware_file.h"
#include "middleware/live/http_client.h"
#include "middleware/live/tls.h"
#include "middleware/program/arguments.h"

namespace program {

/// What a rehearsal does not need is checked as well: where each API is.
std::expected<config::MiddlewareFile, config::Problems> read_deployment(const std::string& path);

/// Nothing without --tls-cert: plain HTTP.
kernel::Result<std::optional<live::TlsIdentity>> read_identity(const Arguments& arguments);

/// Reaches the APIs of the file, each by its name, and the services of its topics; nobody else.
kernel::Result<std::unique_ptr<live::HttpClientPool>> make_client(live::Loop& loop,
                                                                  const config::MiddlewareFile& file,
                                                                  const std::string& ca_file);

}  // namespace program
