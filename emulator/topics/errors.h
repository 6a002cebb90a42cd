#pragma once
// The errors of SNS, in its words.
#include <string>
#include <utility>

#include "emulator/topics/ports.h"

namespace emulator::topics {

/// 400 InvalidParameter "Invalid parameter: <what>".
inline std::unexpected<ApiError> invalid_parameter(const std::string& what) {
  return std::unexpected(ApiError{"InvalidParameter", 400, "Invalid parameter: " + what});
}

/// 404 NotFound: "Topic does not exist", "Subscription does not exist".
inline std::unexpected<ApiError> not_found(std::string message) {
  return std::unexpected(ApiError{"NotFound", 404, std::move(message)});
}

inline std::unexpected<ApiError> refused(std::string code, std::string message) {
  return std::unexpected(ApiError{std::move(code), 400, std::move(message)});
}

}  // namespace emulator::topics
