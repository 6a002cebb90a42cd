#pragma once
// The checksums that SQS answers and clients compare. Source: facts/aws-delivery 3.
#include <string>
#include <string_view>

#include "emulator/queues/values.h"

namespace emulator::queues {

/// 32 hexadecimal digits.
std::string md5_text(std::string_view text);

/// MD5OfMessageAttributes; empty when there are none. {attr1: Number "99.12"} gives
/// d302007e9aa062660afc85fd0a482472.
std::string md5_of(const MessageAttributes& attributes);

}  // namespace emulator::queues
