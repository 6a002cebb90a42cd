#pragma once
// Queue URLs: http://HOST:PORT/ACCOUNT/NAME.
//
// Source: facts/aws-delivery 3. Clients send to the URL's host, so it is the one by which the caller reached
// us. When a URL comes back, only its last segment counts: who is behind another host name, or writes another
// account, means the same queue.
#include <string>
#include <string_view>

#include "emulator/edge/call.h"

namespace emulator::edge {

std::string queue_url(const AwsCall& call, std::string_view account, std::string_view queue);

/// The name in a URL or a path with at least two segments; empty in anything else.
std::string_view queue_in_url(std::string_view url);

}  // namespace emulator::edge
