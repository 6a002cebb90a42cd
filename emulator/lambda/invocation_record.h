#pragma once
// The texts in which Lambda hands on an asynchronous event that it is done with.
//
// Source: facts/aws-delivery 5.3.
#include <optional>
#include <string>
#include <string_view>

#include "emulator/lambda/ports.h"
#include "middleware/kernel/time.h"

namespace emulator::lambda {

struct InvocationRecord {
  kernel::WallTime time{};
  std::string_view function{};
  std::string_view request_id{};
  /// Success, RetriesExhausted, EventAgeExceeded, ZeroReservedConcurrency.
  std::string_view condition{};
  int invocations = 0;
  const std::string* payload = nullptr;  ///< the event; null: left out
  /// What the last invocation answered, or the error it ended with. Null: left out; a response that is no
  /// JSON goes in as text (ASSUMPTION).
  const std::string* response = nullptr;
  bool has_failed = true;
};

/// The record that a destination receives. Without an invocation it has no response.
std::string record_text(const InvocationRecord& record);

/// With "- Success" or "- Failure".
std::string_view detail_type_of(const InvocationRecord& record);

std::string function_arn(std::string_view function);

}  // namespace emulator::lambda
