#pragma once
// X-Amzn-Trace-Id as a load balancer passes it on.
//
// Source: facts/aws-platform 6.
#include <string>
#include <string_view>

namespace emulator::compute {

/// `fresh`: an id of this request, "1-5759e988-bd862e3fe1be46a994272793". No header: it becomes the Root. A
/// Root is kept and Self put before it; a Self that is there is replaced.
std::string forwarded_trace(std::string_view header, const std::string& fresh);

}  // namespace emulator::compute
