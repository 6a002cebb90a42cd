#pragma once
// How often functions were invoked in one chain of requests, which is how Lambda sees a loop. It travels in
// X-Amzn-Trace-Id:
//
//   Root=1-<8 hex>-<24 hex>;Parent=<16 hex>;Sampled=0;Lineage=<function>:<times>|<function>:<times>
//
// Source: facts/aws-delivery 5.3 (about 16 rounds), 5.4 (the header). ASSUMPTION: how Lineage is written, and
// that it counts each function apart; what is no such Lineage counts nothing.
#include <cstdint>
#include <string>
#include <string_view>

#include "middleware/kernel/hop.h"

namespace emulator::lambda {

/// 0 for a header without Lineage, and for none at all.
std::int64_t invocations_in(std::string_view trace_header, std::string_view function);

struct Invoked {
  std::string_view function;
  std::string_view begins;  ///< EventUuid or request id: names the chain that begins here
  kernel::HopId hop = 0;
};
/// The header that goes on from an invocation which came with `trace_header` ("": a chain begins).
std::string trace_header_after(std::string_view trace_header, const Invoked& invoked);

}  // namespace emulator::lambda
