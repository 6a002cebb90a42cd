#pragma once
// Where a rig stands, and how things there are named. Every box has the same account and region.
//
// Source: facts/aws-delivery 0.
#include <string>
#include <string_view>

namespace emulator {

inline constexpr std::string_view kRegion = "us-east-1";
inline constexpr std::string_view kAccount = "123456789012";

/// "arn:aws:sqs:us-east-1:123456789012:orders" of "sqs" and "orders"; of no resource the beginning of all.
inline std::string make_arn(std::string_view service, std::string_view resource = {}) {
  std::string text = "arn:aws:";
  return text.append(service).append(":").append(kRegion).append(":").append(kAccount).append(":").append(
      resource);
}

}  // namespace emulator
