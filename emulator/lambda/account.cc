#include "emulator/lambda/account.h"

namespace emulator::lambda {

std::string_view reason_text(Throttle throttle) {
  switch (throttle) {
    case Throttle::AccountConcurrency:
      return "ConcurrentInvocationLimitExceeded";
    case Throttle::AccountRate:
      return "FunctionInvocationRateLimitExceeded";
    case Throttle::FunctionConcurrency:
      return "ReservedFunctionConcurrentInvocationLimitExceeded";
    case Throttle::FunctionRate:
      return "ReservedFunctionInvocationRateLimitExceeded";
  }
  return {};
}

std::string_view body_text(Throttle throttle) {
  switch (throttle) {
    case Throttle::AccountConcurrency:
      return R"({"Reason":"ConcurrentInvocationLimitExceeded","Type":"User","message":"Rate Exceeded."})";
    case Throttle::AccountRate:
      return R"({"Reason":"FunctionInvocationRateLimitExceeded","Type":"User","message":"Rate Exceeded."})";
    case Throttle::FunctionConcurrency:
      return R"({"Reason":"ReservedFunctionConcurrentInvocationLimitExceeded","Type":"User","message":"Rate Exceeded."})";
    case Throttle::FunctionRate:
      return R"({"Reason":"ReservedFunctionInvocationRateLimitExceeded","Type":"User","message":"Rate Exceeded."})";
  }
  return {};
}

}  // namespace emulator::lambda
