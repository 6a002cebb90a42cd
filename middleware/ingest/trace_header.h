#pragma once
// Takes the platform's trace of an invocation on to those that it calls: X-Amzn-Trace-Id with Root, Sampled
// and what else the platform's header says, and our span as Parent.
//
// Source: facts/aws-platform 6 (Lambda-Runtime-Trace-Id; own parts are kept, Parent is the caller's span).
#include <string>
#include <string_view>

#include "middleware/kernel/http.h"

namespace ingest {

/// `incoming` with the span of `traceparent` as Parent; as it is where there is no traceparent (a batch). ""
/// when it has no Root: a header without one says nothing.
std::string outgoing_trace(std::string_view incoming, std::string_view traceparent);

/// For a function: one invocation at a time.
class TraceHeader final : public kernel::HttpClient {
 public:
  /// `client` outlives it.
  explicit TraceHeader(kernel::HttpClient& client) : client_(client) {}

  /// Of every request from now on; "" sends none.
  void set(std::string incoming) { incoming_ = std::move(incoming); }

  kernel::Task<kernel::HttpResult> send(kernel::HttpRequest request, kernel::Timestamp deadline) override;

 private:
  kernel::HttpClient& client_;
  std::string incoming_;
};

}  // namespace ingest
