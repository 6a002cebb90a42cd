// Policies within each other against recorded pipelines, in whatever order a trace has them.
#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "emulator/sim/virtual_scheduler.h"
#include "middleware/core/breaker.h"
#include "middleware/core/retry.h"
#include "middleware/kernel/task_scope.h"
#include "middleware/kernel/wait.h"
#include "middleware/service/slots.h"
#include "tests/middleware/core/breaker_settings.h"
#include "tests/middleware/core/vectors.h"
#include "tests/support/run_task.h"

namespace core_tests {
namespace {

using kernel::Duration;
using kernel::Task;
using namespace std::chrono_literals;

/// One call as the layers see it.
struct Call {
  const Json* plan = nullptr;
  std::vector<std::int64_t>* attempts = nullptr;   ///< starts of the innermost action
  std::vector<std::shared_ptr<bool>> cancelled{};  ///< by a time-out further out
  bool is_cancelled() const {
    return std::ranges::any_of(cancelled, [](const auto& flag) { return *flag; });
  }
};

class Layer {
 public:
  virtual ~Layer() = default;
  virtual Task<std::string> run(Call call) = 0;
  std::unique_ptr<Layer> inner{};
};

bool lists(const Json& results, const std::string& result) {
  return std::ranges::find(results, Json(result)) != results.end();
}

class Action final : public Layer {
 public:
  explicit Action(kernel::Scheduler& scheduler) : scheduler_(scheduler) {}
  Task<std::string> run(Call call) override {
    const Json& plan = (*call.plan)[std::min(call.attempts->size(), call.plan->size() - 1)];
    call.attempts->push_back(in_millis(scheduler_.now()));
    co_await kernel::sleep_for_duration(scheduler_, millis(plan["latency"]));
    co_return plan["outcome"].get<std::string>();
  }

 private:
  kernel::Scheduler& scheduler_;
};

class RetryLayer final : public Layer {
 public:
  RetryLayer(const Json& settings, kernel::Scheduler& scheduler)
      : settings_(settings), scheduler_(scheduler), retry_(rules(settings)) {}

  Task<std::string> run(Call call) override {
    for (int attempt = 1;; ++attempt) {
      const std::string result = co_await inner->run(call);
      if (!lists(settings_["on"], result) || call.is_cancelled()) co_return result;
      const auto decision = retry_.after({.status = 500}, {.number = attempt, .method = "GET", .left = 24h});
      if (!decision.wait) co_return result;
      co_await kernel::sleep_for_duration(scheduler_, *decision.wait);
      if (call.is_cancelled()) co_return result;  // never an attempt after the end
    }
  }

 private:
  static core::RetryRules rules(const Json& settings) {
    return {.attempts_max = settings["retries"].get<std::int64_t>() + 1,
            .base = millis(settings["delay_ms"]),
            .factor = settings.value("exp", false) ? 2.0 : 1.0,
            .wait_max = settings.contains("cap_ms") ? millis(settings["cap_ms"]) : Duration{24h},
            .jitter = core::Jitter::None};
  }
  const Json& settings_;
  kernel::Scheduler& scheduler_;
  core::Retry retry_;
};

class BreakerLayer final : public Layer {
 public:
  BreakerLayer(const Json& settings, kernel::Scheduler& scheduler, bool with_knobs)
      : settings_(settings),
        scheduler_(scheduler),
        changed_(scheduler),
        breaker_(rules_of(settings, with_knobs), [this](core::BreakerState, core::BreakerState,
                                                        std::string_view) { changed_.notify_all(); }) {}

  Task<std::string> run(Call call) override {
    core::Breaker::Permit permit = breaker_.try_acquire(scheduler_.now());
    while (!permit && breaker_.must_wait(scheduler_.now())) {
      co_await changed_.wait();
      permit = breaker_.try_acquire(scheduler_.now());
    }
    if (!permit) co_return "rejected_breaker";
    const kernel::Timestamp began = scheduler_.now();
    const std::string result = co_await inner->run(call);
    core::Sample sample = result == "ok" ? core::Sample::Success : core::Sample::Ignored;
    if (lists(settings_["counts"], result)) sample = core::Sample::Failed;
    permit.record(sample, scheduler_.now() - began, scheduler_.now());
    co_return result;
  }
  std::string state() { return std::string(to_text(breaker_.state(scheduler_.now()))); }

 private:
  const Json& settings_;
  kernel::Scheduler& scheduler_;
  kernel::Signal changed_;
  core::Breaker breaker_;
};

class BulkheadLayer final : public Layer {
 public:
  BulkheadLayer(const Json& settings, kernel::Scheduler& scheduler)
      : slots_({.running_max = settings["limit"], .waiting_max = settings["queue"]}, scheduler) {}

  Task<std::string> run(Call call) override {
    service::Slots::Entered entered = slots_.enter();
    if (entered.entry == core::Bulkhead::Entry::Full) co_return "rejected_bulkhead";
    service::Slots::Slot slot = std::move(entered.slot);
    if (!slot) slot = co_await slots_.wait(entered.ticket, kernel::at(24h));
    co_return co_await inner->run(call);
  }

 private:
  service::Slots slots_;
};

/// Ends its caller's wait; what is below runs on.
class TimeoutLayer final : public Layer {
 public:
  TimeoutLayer(const Json& settings, kernel::Scheduler& scheduler)
      : limit_(millis(settings["ms"])), scheduler_(scheduler) {}

  Task<std::string> run(Call call) override {
    const auto flag = std::make_shared<bool>(false);
    call.cancelled.push_back(flag);
    auto result =
        co_await kernel::with_deadline(scheduler_, scheduler_.now() + limit_, started(std::move(call)));
    if (result) co_return std::move(*result);
    *flag = true;
    co_return "timeout";
  }

 private:
  Task<std::string> started(Call call) {
    const kernel::Arrival<std::string> arrival(scheduler_);
    below_.spawn(work(std::move(call), arrival));
    co_return co_await arrival.wait();
  }
  Task<void> work(Call call, kernel::Arrival<std::string> arrival) {
    arrival.set(co_await inner->run(std::move(call)));
  }

  Duration limit_;
  kernel::Scheduler& scheduler_;
  kernel::TaskScope below_;
};

class Pipeline {
 public:
  Pipeline(const Json& trace, bool with_knobs) {
    std::unique_ptr<Layer>* place = &outermost_;
    for (const Json& layer : trace["settings"]["layers"]) {
      *place = make(layer, with_knobs);
      place = &(*place)->inner;
    }
    *place = std::make_unique<Action>(scheduler_);
    const std::size_t count = trace["calls"].size();
    attempts_.resize(count);
    results.resize(count);
    for (std::size_t i = 0; i < count; ++i) {
      const Json& call = trace["calls"][i];
      scheduler_.run_until(kernel::at(millis(call["at"])));
      calls_.spawn(run(i, call));
      scheduler_.run_until(scheduler_.now());
    }
    while (scheduler_.step()) {
    }
    for (std::size_t i = 0; i < count; ++i) results[i]["attempts"] = attempts_[i];
  }

  std::vector<Json> results;  ///< as the traces write them

 private:
  std::unique_ptr<Layer> make(const Json& layer, bool with_knobs) {
    const std::string type = layer["type"];
    if (type == "retry") return std::make_unique<RetryLayer>(layer, scheduler_);
    if (type == "bulkhead") return std::make_unique<BulkheadLayer>(layer, scheduler_);
    if (type == "timeout") return std::make_unique<TimeoutLayer>(layer, scheduler_);
    EXPECT_EQ(type, "breaker");
    auto breaker = std::make_unique<BreakerLayer>(layer, scheduler_, with_knobs);
    breaker_ = breaker.get();
    return breaker;
  }

  Task<void> run(std::size_t index, const Json& call) {
    const std::string result =
        co_await outermost_->run({.plan = &call["plan"], .attempts = &attempts_[index]});
    results[index] = {{"id", call["id"]},
                      {"result", result},
                      {"ended_at", in_millis(scheduler_.now())},
                      {"breaker_after", breaker_ != nullptr ? Json(breaker_->state()) : Json(nullptr)}};
  }

  emulator::sim::VirtualScheduler scheduler_{support::kWallStart};
  std::vector<std::vector<std::int64_t>> attempts_;
  std::unique_ptr<Layer> outermost_;
  BreakerLayer* breaker_ = nullptr;
  kernel::TaskScope calls_;
};

bool needs_defect(const Json& trace) { return lists(trace["needs"], "after_cancel=one_more_attempt"); }

void expect_calls(const Json& trace, bool with_knobs) {
  const Pipeline pipeline(trace, with_knobs);
  for (std::size_t i = 0; i < trace["calls"].size(); ++i) {
    Json expect = trace["expect"]["calls"][i];
    // The recorded one starts an attempt after a time-out has ended the call, which is its defect: we do not.
    if (needs_defect(trace))
      std::erase_if(expect["attempts"].get_ref<Json::array_t&>(),
                    [&](const Json& at) { return at >= expect["ended_at"]; });
    EXPECT_EQ(sorted_text(pipeline.results[i]), sorted_text(expect))
        << (with_knobs ? "with its knobs" : "by our plain rules");
  }
}

void check_pipeline(const Json& trace) {
  ASSERT_TRUE(trace.contains("needs")) << trace;
  const bool is_plain = trace["needs"].empty() || (needs_defect(trace) && trace["needs"].size() == 1);
  if (is_plain) expect_calls(trace, false);
  expect_calls(trace, true);
}

constexpr const char* kFiles[] = {"pipeline.json"};
class PipelineVectors : public VectorTest {};
TEST_P(PipelineVectors, RunsAsRecorded) { check_pipeline(*GetParam()); }
VECTORS_OF(PipelineVectors, check_pipeline, kFiles)

}  // namespace
}  // namespace core_tests
