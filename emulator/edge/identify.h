#pragma once
// Which service a request is for, and in which protocol: what lets all of them share one port.
#include <string_view>

#include "emulator/edge/call.h"

namespace emulator::edge {

/// Asks, in this order (facts/aws-delivery 0): the credential scope of the signature, the prefix of
/// X-Amz-Target, the path, the Version of the form. A service that relayrig does not know keeps the name it
/// was signed with, so that a refusal can say it. Signatures are not verified.
Identity identify(const kernel::HttpRequest& request);

/// The service's name as people write it: "SQS" for "sqs". Unknown ones as they are.
std::string_view service_title(std::string_view service);

}  // namespace emulator::edge
