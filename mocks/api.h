#pragma once
// A mock external API: operations that answer, take their time, have effects, and remember idempotency keys.
//
// Order of work per request (facts: mocks-and-faults 0): read, match, look the idempotency key up, draw the
// faults, run the effect unless a `before` fault fired, wait, answer or end the connection as the faults say.
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "middleware/kernel/http.h"
#include "middleware/kernel/journal.h"
#include "middleware/kernel/json.h"
#include "middleware/kernel/lookup.h"
#include "middleware/kernel/recent_lookup.h"
#include "middleware/kernel/scheduler.h"
#include "middleware/kernel/templates.h"
#include "mocks/faults/fault.h"
#include "mocks/faults/latency.h"

namespace mocks {

struct Operation {
  std::string method = "POST";
  std::string path;  ///< "/v1/charges"; a segment in braces matches anything: "/orders/{id}"
  std::optional<std::string> effect{};  ///< what it does to the business: "charge"; nothing: it only answers
  std::string business_key{};  ///< JSON Pointer into the request: what an effect is counted by; "": none
  std::vector<std::string> required{};  ///< pointers that must be there, else 400
  bool idempotent = true;               ///< honours the API's idempotency header; a GET never does
  int status = 200;
  std::optional<kernel::JsonTemplate>
      body{};  ///< ${/x} reads the request, ${mock/id} a fresh id, ${mock/now} the time
  std::optional<LatencyLaw> latency{};  ///< instead of the API's
};

struct ApiSpec {
  std::string name;
  LatencyLaw latency{};
  std::string idempotency_header = "Idempotency-Key";
  /// How long an idempotency key is known. As long, and an hour at least, a business key is that nobody asks
  /// for: later its requests are counted from the first again, by which faults and draws go.
  kernel::Duration idempotency_window = std::chrono::hours{24};
  std::vector<Operation> operations{};
};

class MockApi final : public kernel::HttpHandler {
 public:
  /// The references outlive the mock. `faults` is shared by all mocks of a run.
  MockApi(ApiSpec spec, std::uint64_t seed, kernel::Scheduler& scheduler, kernel::Journal& journal,
          FaultSet& faults);

  kernel::Task<kernel::HttpReply> handle(kernel::HttpRequest request) override;

  const ApiSpec& spec() const { return spec_; }

 private:
  /// A request, read and matched.
  struct Exchange {
    const Operation* operation = nullptr;
    kernel::TraceContext trace;
    std::string business_key;
    std::string key;  ///< idempotency key, "" without
    std::uint64_t fingerprint = 0;
    std::uint64_t nth = 1;  ///< request of this business key, over all operations: names the draws
    std::optional<kernel::HttpResponse> refusal;  ///< the answer, if nothing is to be executed
    std::string rendered;                         ///< the body, if it is executed
  };
  struct Remembered {
    std::uint64_t fingerprint = 0;
    bool is_running = false;
    int status = 0;
    std::string body;
  };

  Exchange read(const kernel::HttpRequest& request);
  /// `running_key` is the idempotency key whose first request this ends, or "".
  kernel::Task<kernel::HttpReply> answer_at(kernel::Timestamp when, kernel::HttpReply reply,
                                            std::string running_key);
  kernel::HttpResponse execute(Exchange& exchange);
  void record_effect(const Exchange& exchange);
  kernel::Duration own_latency(const Exchange& exchange) const;
  void forget_old_keys();

  ApiSpec spec_;
  std::uint64_t seed_;
  kernel::Scheduler& scheduler_;
  kernel::Journal& journal_;
  FaultSet& faults_;
  kernel::RecentLookup<std::uint64_t> requests_by_key_;
  kernel::Lookup<Remembered> remembered_;
  std::deque<std::pair<kernel::Timestamp, std::string_view>>
      to_forget_;  // keys of remembered_, in time order
};

}  // namespace mocks
