#pragma once
// Carries the trace of a request on to the calls that it causes: what `traceparent` alone does not say.
//
// - tracestate: the caller's list goes on behind our own entry, `relayrig=<parent id>`, which stands first.
// - X-Amzn-Trace-Id: the caller's Root and Sampled with our span as Parent; without one, Root is the trace id
// of
//   traceparent in X-Ray's form.
//
// Source: facts/aws-platform 6 (W3C trace context, X-Amzn-Trace-Id and their mapping). An event that is
// worked on after its 202 takes all of it along in the store, as one text.
#include <map>
#include <string>
#include <string_view>

#include "middleware/kernel/http.h"

namespace service {

/// "1-aaaaaaaa-bbbbbbbbbbbbbbbbbbbbbbbb" of 32 digits; "" of anything else.
std::string xray_root(std::string_view trace_id);

/// What a request says of its trace, as a text of one line each: traceparent, tracestate, X-Amzn-Trace-Id. A
/// request with traceparent alone gives just that. The last two are cut at 1024 characters.
std::string trace_text(const kernel::HttpRequest& request);
/// Its first line.
std::string_view traceparent_of(std::string_view trace_text);

class TraceCarrier final : public kernel::HttpClient {
 public:
  /// `client` outlives it.
  explicit TraceCarrier(kernel::HttpClient& client) : client_(client) {}

  /// Remembers what the request says until it goes.
  class [[nodiscard]] Carried {
   public:
    Carried(TraceCarrier& carrier, const kernel::HttpRequest& request)
        : Carried(carrier, trace_text(request)) {}
    Carried(TraceCarrier& carrier, std::string_view trace_text);
    Carried(const Carried&) = delete;
    Carried& operator=(const Carried&) = delete;
    ~Carried();

   private:
    TraceCarrier& carrier_;
    std::string trace_id_;
  };

  kernel::Task<kernel::HttpResult> send(kernel::HttpRequest request, kernel::Timestamp deadline) override;

 private:
  struct Context {
    std::string state{};   ///< tracestate
    std::string amazon{};  ///< X-Amzn-Trace-Id
    int users = 0;
  };
  void add_to(kernel::HttpRequest& request) const;

  kernel::HttpClient& client_;
  std::map<std::string, Context, std::less<>> contexts_;  ///< by trace id
};

}  // namespace service
