#pragma once
// What App Runner's request router says and adds: Envoy, in front of every service.
//
// Source: facts/aws-platform 1.3.
#include <string>

#include "middleware/kernel/http.h"
#include "middleware/kernel/random.h"
#include "middleware/kernel/time.h"

namespace emulator::compute::envoy {

/// An answer that the router makes itself.
kernel::HttpReply answer(int status, std::string body);

/// "upstream connect error or disconnect/reset before headers. reset reason: connection failure", and so on.
kernel::HttpReply reset(int status, std::string_view reason);

/// What the router makes of an application that does not answer properly. A body cut in the middle is passed
/// on as it is.
kernel::HttpReply as_routed(kernel::HttpReply reply);

/// What the application is told of its caller. ASSUMPTION: an X-Request-Id of the caller is replaced, as
/// Envoy does at an edge; X-Forwarded-For is kept and the caller's address appended.
void tell_application(kernel::Headers& headers, kernel::Random& ids, kernel::Duration request_max);

/// Who the router was asked by: nobody in a rig has an address, so that all come from one of those that are
/// kept for documentation.
inline constexpr const char* kCallerAddress = "198.51.100.1";

}  // namespace emulator::compute::envoy
