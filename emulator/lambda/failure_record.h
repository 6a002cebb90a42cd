#pragma once
// The texts in which Lambda hands on an event that it gave up.
#include <string>
#include <string_view>

#include "emulator/lambda/ports.h"
#include "middleware/kernel/time.h"

namespace emulator::lambda {

struct FailureRecord {
  kernel::WallTime time;
  std::string_view function;
  std::string_view request_id;
  std::string_view condition;  ///< RetriesExhausted, EventAgeExceeded, ZeroReservedConcurrency
  int invocations = 0;
  const std::string* payload = nullptr;
  CodeError error{};  ///< of the last invocation
};

/// The record that an on-failure destination receives: facts/aws-delivery 5.3.
std::string failure_record(const FailureRecord& record);

std::string function_arn(std::string_view function);

}  // namespace emulator::lambda
