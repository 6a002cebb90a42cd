#pragma once
// How the parameters and secrets extension of a function is set up.
//
// Source: facts/aws-platform 2, Lambda extension: its variables and their defaults.
#include <chrono>
#include <cstdint>

#include "middleware/kernel/time.h"

namespace emulator::edge {

struct ExtensionConfig {
  int port = 0;           ///< PARAMETERS_SECRETS_EXTENSION_HTTP_PORT, on sockets; 0: any that is free
  bool is_cached = true;  ///< PARAMETERS_SECRETS_EXTENSION_CACHE_ENABLED
  std::int64_t cache_size = 1000;                               ///< 0..1000 values
  kernel::Duration secrets_ttl = std::chrono::seconds{300};     ///< SECRETS_MANAGER_TTL, 0..300 s
  kernel::Duration parameters_ttl = std::chrono::seconds{300};  ///< SSM_PARAMETER_STORE_TTL, 0..300 s
  kernel::Duration secrets_timeout{};                           ///< SECRETS_MANAGER_TIMEOUT_MILLIS; 0: none
  kernel::Duration parameters_timeout{};  ///< SSM_PARAMETER_STORE_TIMEOUT_MILLIS; 0: none
};

}  // namespace emulator::edge
