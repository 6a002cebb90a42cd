#pragma once
// What the command line of relayrig-middleware says, and what only main() may ask the system for.
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "middleware/secrets/source.h"

namespace program {

struct Arguments {
  std::string config;
  int port = 8080;
  std::string bind = "0.0.0.0";
  std::string ca_file;
  std::string tls_cert;
  std::string tls_key;
  bool check = false;
};

struct Surroundings {
  /// A number that no other instance has: where span ids begin, and the seed of jitter.
  std::function<std::uint64_t()> draw;
  secrets::Environment environment;
};

}  // namespace program
