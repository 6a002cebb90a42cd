#pragma once
// A mock whose file holds stubs. The order of work per request is that of facts/mocks-and-faults 0:
// journal row, credential, rate limits, idempotency, saturation, match, faults, effects, delay, answer,
// callbacks.
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "middleware/kernel/http.h"
#include "middleware/kernel/journal.h"
#include "middleware/kernel/recent_lookup.h"
#include "middleware/kernel/scheduler.h"
#include "middleware/kernel/wait.h"
#include "mocks/faults/fault.h"
#include "mocks/stubs/callbacks.h"
#include "mocks/stubs/exchanges.h"
#include "mocks/stubs/jobs.h"
#include "mocks/stubs/spec.h"
#include "mocks/stubs/stub_book.h"

namespace mocks::stubs {

/// They outlive the mock. `faults` is shared by all mocks of a run.
struct Surroundings {
  kernel::Scheduler& scheduler;
  kernel::Journal& journal;
  FaultSet& faults;
  kernel::HttpClient& client;                  ///< callbacks go through it
  std::size_t rows_max = Exchanges::kRowsMax;  ///< requests that are remembered
};

class StubMock final : public kernel::HttpHandler {
 public:
  StubMock(MockSpec spec, std::uint64_t seed, Surroundings around);
  StubMock(const StubMock&) = delete;
  StubMock& operator=(const StubMock&) = delete;

  kernel::Task<kernel::HttpReply> handle(kernel::HttpRequest request) override;

  const MockSpec& spec() const { return spec_; }
  const Exchanges& exchanges() const { return exchanges_; }
  /// What makes the scenario fail whatever it expects: a template that could not be rendered; in strict mode
  /// a request that nobody answered. At most kComplaintsMax are kept.
  const std::vector<std::string>& complaints() const { return complaints_; }
  /// No callback is under way.
  bool is_idle() const { return callbacks_.is_idle(); }
  /// Ends the callbacks that are under way.
  void stop() { callbacks_.stop(); }

  /// Journal: only the requests seen. State: also states, records and jobs. Everything: also counters,
  /// idempotency keys and changed stubs.
  enum class Reset : std::uint8_t { Journal, State, Everything };
  void reset(Reset what);

  /// The stubs may change while the mock runs; requests under way keep theirs. spec() stays what it was.
  const std::vector<StubPtr>& stubs() const { return book_.stubs(); }
  /// See StubBook::put.
  bool put_stub(StubSpec stub);
  bool remove_stub(std::string_view id) { return book_.remove(id); }
  void set_stubs(const std::vector<StubSpec>& stubs);

 private:
  static constexpr std::size_t kComplaintsMax = 20;

  struct Work;
  struct Held {
    Limiter* limiter;
    std::string key;
  };

  void open(Work& work);
  std::optional<kernel::HttpResponse> refused_by_credential(Work& work);
  std::optional<kernel::HttpResponse> refused_by_limits(Work& work);
  std::optional<kernel::HttpResponse> answered_by_key(Work& work);
  std::optional<kernel::HttpResponse> refused_by_saturation(Work& work);

  /// Step 8 to 10: the stub, the faults, the effects, the reply.
  void decide(Work& work);
  kernel::HttpResponse execute(Work& work);
  kernel::HttpResponse execute_stub(Work& work);
  std::optional<kernel::HttpResponse> from_bucket(Work& work);
  std::optional<kernel::HttpResponse> from_job(Work& work);
  void record_effect(const Work& work, std::string_view operation, std::string_view key);
  kernel::HttpResponse complain(const std::string& message, const Work& work);

  kernel::Duration own_latency(const Work& work) const;
  void leave(Work& work, const kernel::HttpReply* reply);

  MockSpec spec_;
  std::uint64_t seed_;
  Surroundings around_;
  States states_;
  Exchanges exchanges_;
  kernel::Lookup<std::int64_t> counters_;
  kernel::RecentLookup<std::int64_t> attempts_{std::chrono::hours{24}};  ///< by business key
  Instruments instruments_;
  StubBook book_;
  Jobs jobs_;
  std::optional<Idempotency> idempotency_;
  std::vector<std::unique_ptr<Limiter>> limiters_;
  std::optional<Saturation> saturation_;
  std::vector<std::unique_ptr<Bucket>> buckets_;
  std::optional<Tokens> tokens_;
  std::vector<std::string> complaints_;
  kernel::Signal key_is_free_;
  Callbacks callbacks_;
};

}  // namespace mocks::stubs
