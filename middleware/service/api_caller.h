#pragma once
// One logical call to one external API: attempts, waits between them, breaker, budget, per-try timeout,
// deadline.
//
// Order of the policies (facts/resilience 1): retry or hedge( breaker( limiter( bulkhead( per-try timeout(
// wire ))))). Every attempt is a sample for the breaker and an `api` hop; what turns an attempt away ends the
// retrying at once. A call that waits for its retry holds neither slot nor token.
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include "middleware/core/retry.h"
#include "middleware/core/retry_budget.h"
#include "middleware/kernel/hop.h"
#include "middleware/kernel/http.h"
#include "middleware/kernel/scheduler.h"
#include "middleware/kernel/task_scope.h"
#include "middleware/service/call_note.h"
#include "middleware/service/flow.h"
#include "middleware/service/gate.h"
#include "middleware/service/stop.h"

namespace service {

/// What every part of one instance works with. The pointees belong to main() or to the rig and outlive the
/// instance.
struct Surroundings {
  kernel::Scheduler& scheduler;
  kernel::HttpClient& client;
  kernel::HopSink& hops;
  std::uint64_t seed = 0;                ///< of the jitter
  std::string instance = "middleware";   ///< names this instance in hops and transitions
  secrets::Provider* secrets = nullptr;  ///< only needed where an API has `auth`
  CallNotes* notes = nullptr;            ///< who is told of calls; null: nobody
};

struct Call {
  kernel::HttpRequest request{};  ///< without the headers that the caller adds (Content-Type of a body,
                                  ///< traceparent, idempotency key, X-Attempt)
  std::string_view event{};       ///< EventUuid; outlives the call
  std::string idempotency_key{};  ///< the same for all attempts; sent if the API has a header for it
  kernel::HopId step = 0;         ///< parent of the attempts
  kernel::Timestamp deadline{};
  const core::Retry* retry = nullptr;  ///< instead of the API's, and at no cost; outlives the call
};

struct CallFailure {
  core::CallResult last{};  ///< of the last attempt; status 0 and no reason if none was made
  std::string reason;       ///< why there was no further attempt, for people: "attempts", "breaker open"
  core::FailureClass failure = core::FailureClass::Transient;
  Stop stop = Stop::Unsendable;    ///< `reason` for decisions: stop_at() sets both
  kernel::Duration retry_after{};  ///< when trying the whole event again may help; 0: no idea
  bool is_open = false;            ///< nothing was let through: by breaker, limiter or bulkhead
  std::string body{};              ///< of the last answer

  void stop_at(Stop why) {
    stop = why;
    reason = to_text(why);
  }
};

struct CallEnd {
  std::variant<kernel::HttpResponse, CallFailure> result;
  int attempts = 0;
  std::optional<core::BreakerState> breaker{};  ///< as it let the last attempt through, or refused it
};

class ApiCaller {
 public:
  ApiCaller(ApiConfig config, const Surroundings& surroundings);

  /// Done when the API answered 2xx or 3xx, or one of `expected` if that is not empty.
  /// `expected` outlives the task.
  kernel::Task<CallEnd> call(Call call, const std::vector<std::int64_t>& expected);

  const ApiConfig& config() const { return config_; }
  /// Closed where there is no breaker.
  core::BreakerState breaker_state() const;
  /// For operators; null where there is none.
  core::Breaker* breaker() const { return gate_.breaker(); }
  const Gate& gate() const { return gate_; }
  void share_rate(std::int64_t among, kernel::Timestamp when) { gate_.share_rate(among, when); }

 private:
  /// A logical call between its attempts.
  struct State {
    Call call{};
    const std::vector<std::int64_t>& expected;
    int attempts = 0;                        ///< made
    std::uint16_t credential = 0;            ///< version of the last attempt's
    bool is_renewed = false;                 ///< a 401 was answered with a new credential
    std::unique_ptr<CallFailure> failure{};  ///< of the last attempt, if it failed
    std::unique_ptr<CallEnd> end{};          ///< when the call is over
    std::optional<core::FailureClass> last_retry{};
    bool is_renewing = false;                     ///< the next attempt is for the new credential
    std::optional<core::BreakerState> breaker{};  ///< as it let the last attempt through, or refused it
  };
  struct Attempt {
    kernel::Timestamp started{};
    Gate::Pass pass{};
    kernel::Timestamp next_at{};  ///< when the next one is due
  };
  /// Attempts side by side.
  struct Hedged {
    explicit Hedged(const core::HedgeRules& rules, kernel::Scheduler& scheduler)
        : hedge(rules), changed(scheduler) {}
    core::Hedge hedge;
    kernel::Signal changed;  ///< an attempt has ended
  };
  enum class Answer : std::uint8_t { Done, MayPass, Final };
  kernel::Task<CallEnd> run(std::unique_ptr<State> state);
  kernel::Task<CallEnd> run_hedged(std::unique_ptr<State> state);
  kernel::Task<void> attempt_once(State& state, Hedged& hedged);
  /// May the call have an extra attempt now? It is paid for.
  bool may_hedge(const State& state);
  APART std::optional<kernel::Task<void>> admit(State& state, Attempt& attempt);
  /// False when no attempt may be made now: then `state.failure` says why.
  APART bool is_admitted(State& state, Attempt& attempt);
  APART kernel::Task<kernel::HttpResult> start(State& state, kernel::HopId hop) const;
  kernel::Timestamp attempt_deadline(const State& state) const;
  /// `state` outlives the task.
  kernel::Task<kernel::HttpResult> authorized(State& state, kernel::HttpRequest request,
                                              kernel::Timestamp deadline, kernel::HopId hop) const;
  bool is_worth_a_new_credential(State& state, const core::CallResult& result) const;
  /// Of attempts side by side: if it is Done, `state.end` has the answer, else `state.failure`.
  APART Answer take_answer(State& state, Attempt& attempt, kernel::HopScope& hop,
                           kernel::Task<kernel::HttpResult>& sent);
  /// What the answer is to the call; a failure is noted in `state.failure`.
  Answer judge(State& state, const core::CallResult& result, const kernel::HttpResult& answer) const;
  /// After a failure; false when there is no further attempt.
  bool plan_next(State& state, Attempt& attempt, CallNote& note);
  /// Takes the answer to account: the hop, the limits of the API, the breaker, the budget.
  void end_attempt(State& state, Attempt& attempt, kernel::HopScope& hop, const core::CallResult& result,
                   kernel::HttpResult answer, const CallNote& note, Answer kind);
  /// Takes the answer to account, and says what comes of it; true when the call is over, done or not.
  APART bool is_over(State& state, Attempt& attempt, kernel::HopScope& hop,
                     kernel::Task<kernel::HttpResult>& sent);
  /// Of the last attempt; made if there is none yet.
  static CallFailure& failure_of(State& state);
  /// No further attempt: the call ends with its failure.
  static void give_up(State& state, Stop reason);
  static void end_failed(State& state);
  APART kernel::HopScope open_hop(const Call& call, int attempt) const;
  kernel::HttpRequest attempt_request(const Call& call, int attempt, kernel::HopId hop) const;
  core::Sample sample(const core::CallResult& result) const;
  void close_hop(kernel::HopScope& hop, const std::string& sent, const kernel::HttpResult& answer) const;

  ApiConfig config_;
  const Surroundings& around_;
  Gate gate_;
  std::unique_ptr<Credentials> credentials_;
  std::optional<core::RetryBudget> budget_;
  core::Retry retry_;
};

}  // namespace service
