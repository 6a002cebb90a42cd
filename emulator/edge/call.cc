#include "emulator/edge/call.h"

#include <nlohmann/json.hpp>

namespace emulator::edge {

AwsReply reply_with(kernel::Json output) {
  return {.output = std::make_shared<const kernel::Json>(std::move(output))};
}

AwsError not_emulated(std::string_view what) {
  return {.code = "NotImplemented", .message = std::string(what) + " is not emulated by relayrig"};
}

}  // namespace emulator::edge
