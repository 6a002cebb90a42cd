#include "emulator/edge/box_errors.h"

namespace emulator::edge {

AwsError told_by_box(AwsError error) {
  constexpr std::string_view kSays = " is not emulated";
  const std::size_t at = error.message.find(kSays);
  if (at == std::string::npos) return error;
  AwsError refusal = not_emulated(std::string_view(error.message).substr(0, at));
  refusal.message += error.message.substr(at + kSays.size());
  return refusal;
}

}  // namespace emulator::edge
