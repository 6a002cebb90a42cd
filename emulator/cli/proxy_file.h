#pragma once
// The file that `relayrig proxy --config` reads: the list that Toxiproxy's -config takes, in JSON or YAML,
// with the toxics of each proxy if it has any.
#include <string>
#include <vector>

#include "middleware/config/reader.h"
#include "mocks/proxy/registry.h"

namespace emulator::cli {

config::Shape<std::vector<mocks::proxy::ProxyWish>> proxy_file_shape();

}  // namespace emulator::cli
