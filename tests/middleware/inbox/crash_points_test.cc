// The middleware killed at every write to its store, just before and just after: it loses nothing and does
// nothing twice.
#include <map>
#include <memory>

#include "middleware/kernel/answer_scope.h"
#include "tests/middleware/inbox/inbox_support.h"

namespace inbox_tests {
namespace {

enum class Moment : std::uint8_t { Before, After };

/// A store whose owner dies at a write: nothing of what it is asked for from then on happens.
class CrashingStore final : public store::Store, private store::Outbox {
 public:
  CrashingStore(store::Store& kept, kernel::Scheduler& scheduler) : kept_(kept), never_(scheduler) {}

  kernel::Task<store::Claim> claim(std::string event, kernel::Timestamp now, kernel::Timestamp lease,
                                   store::Fingerprint fingerprint) override {
    return write(kept_.claim(std::move(event), now, lease, fingerprint));
  }
  kernel::Task<bool> write_step(std::string event, std::uint64_t fence, store::StepRecord record) override {
    return write(kept_.write_step(std::move(event), fence, std::move(record)));
  }
  kernel::Task<bool> write_applied(std::string event, std::uint64_t fence, kernel::Timestamp now,
                                   store::StepRecord record, store::AppliedVersion applied) override {
    return write(kept_.write_applied(std::move(event), fence, now, std::move(record), std::move(applied)));
  }
  kernel::Task<bool> done(std::string event, std::uint64_t fence, kernel::Timestamp now,
                          store::AppliedVersion applied, store::Callbacks callbacks) override {
    return write(kept_.done(std::move(event), fence, now, std::move(applied), std::move(callbacks)));
  }
  kernel::Task<bool> release(std::string event, std::uint64_t fence) override {
    return write(kept_.release(std::move(event), fence));
  }
  kernel::Task<store::ClaimKind> accept(store::AcceptedEvent event, kernel::Timestamp now,
                                        std::int64_t waiting_max) override {
    return write(kept_.accept(std::move(event), now, waiting_max));
  }
  kernel::Task<store::Taken> take(kernel::Timestamp now, kernel::Timestamp lease, int count_max) override {
    return write(kept_.take(now, lease, count_max));
  }
  kernel::Task<bool> park(std::string event, std::uint64_t fence, kernel::Timestamp not_before,
                          bool counts) override {
    return write(kept_.park(std::move(event), fence, not_before, counts));
  }
  kernel::Task<bool> bury(std::string event, std::uint64_t fence, kernel::Timestamp now,
                          store::DeadLetter why, store::Callbacks callbacks) override {
    return write(kept_.bury(std::move(event), fence, now, std::move(why), std::move(callbacks)));
  }
  kernel::Task<std::vector<store::DeadLetter>> dead_letters(int count_max) override {
    return kept_.dead_letters(count_max);
  }
  kernel::Task<bool> redrive(std::string event, kernel::Timestamp now) override {
    return write(kept_.redrive(std::move(event), now));
  }
  kernel::Task<std::string> applied_version(std::string record) override {
    return kept_.applied_version(std::move(record));
  }
  store::Outbox& outbox() override { return *this; }

  int writes = 0;
  std::vector<std::pair<int, Moment>> crashes;  ///< at which write, counted from the start of the test
  bool is_dead = false;
  std::function<void()> on_crash;

 private:
  kernel::Task<store::TakenCallbacks> take_callbacks(kernel::Timestamp now, kernel::Timestamp lease,
                                                     int count_max) override {
    return write(kept_.outbox().take_callbacks(now, lease, count_max));
  }
  kernel::Task<bool> callback_delivered(std::string id, std::uint64_t fence, kernel::Timestamp now) override {
    return write(kept_.outbox().callback_delivered(std::move(id), fence, now));
  }
  kernel::Task<bool> park_callback(std::string id, std::uint64_t fence, kernel::Timestamp not_before,
                                   bool counts) override {
    return write(kept_.outbox().park_callback(std::move(id), fence, not_before, counts));
  }
  kernel::Task<bool> bury_callback(std::string id, std::uint64_t fence, kernel::Timestamp now,
                                   store::DeadCallback why) override {
    return write(kept_.outbox().bury_callback(std::move(id), fence, now, std::move(why)));
  }
  kernel::Task<std::vector<store::DeadCallback>> dead_callbacks(int count_max) override {
    return kept_.outbox().dead_callbacks(count_max);
  }
  kernel::Task<bool> redrive_callback(std::string id, kernel::Timestamp now) override {
    return write(kept_.outbox().redrive_callback(std::move(id), now));
  }
  store::OutboxCount callback_count() const override { return kept_.outbox().callback_count(); }

  template <class T>
  kernel::Task<T> write(kernel::Task<T> writing) {
    if (is_dead) co_await never_.wait();
    const int number = ++writes;
    if (dies_at({number, Moment::Before})) co_await never_.wait();
    T result = co_await std::move(writing);
    if (dies_at({number, Moment::After})) co_await never_.wait();
    co_return result;
  }
  bool dies_at(std::pair<int, Moment> point) {
    if (std::ranges::find(crashes, point) == crashes.end()) return false;
    is_dead = true;
    on_crash();
    return true;
  }

  store::Store& kept_;
  kernel::Signal never_;
};

struct Plan {
  const char* name;
  service::AnswerWhen answer;
  Texts steps;
  std::vector<Vendor::Failure> failures;
  Texts dead;                 ///< events that end as dead letters
  bool tells = false;         ///< of what is done by `tell`, of what is dead by `warn`
  Texts dead_callbacks = {};  ///< "tell A1"
};

/// A middleware that is started again a second after each crash, and a caller who delivers each event until
/// it is acknowledged, and the next only then.
class Rehearsal {
 public:
  Rehearsal(const Plan& plan, std::vector<std::pair<int, Moment>> crashes) : plan_(plan) {
    vendor.failures = plan.failures;
    journal.crashes = std::move(crashes);
    journal.on_crash = [this] { scheduler.call_soon([this] { die(); }); };
    start();
    caller_.spawn(deliver());
    scheduler.run_until(at(15min));
  }

  static inline const Texts kEvents = {"A1", "B1", "A2", "A3", "B2"};

  emulator::sim::VirtualScheduler scheduler{support::kWallStart};
  Vendor vendor{scheduler};
  support::RecordedHops hops{scheduler};
  store::MemoryStore kept;
  CrashingStore journal{kept, scheduler};
  Texts acknowledged;

 private:
  using Requests = kernel::AnswerScope<HttpReply>;
  struct Instance {
    Instance(service::ServiceConfig config, service::Surroundings around, store::Store& store,
             kernel::Scheduler& scheduler)
        : service(std::move(config), std::move(around), store), requests(scheduler) {}
    service::Service service;
    Requests requests;
  };

  void start() {
    journal.is_dead = false;
    auto config = flow_of(plan_.steps);
    config.answer = plan_.answer;
    config.works_off_store = plan_.answer == service::AnswerWhen::Accepted;
    if (!config.works_off_store) config.flows[0].ordering.reset();
    if (plan_.tells) add_callback(config, "tell", service::EventEnd::Done);
    if (plan_.tells && config.works_off_store) add_callback(config, "warn", service::EventEnd::Dead);
    instance_ = std::make_unique<Instance>(
        std::move(config), service::Surroundings{.scheduler = scheduler, .client = vendor, .hops = hops},
        journal, scheduler);
  }
  void die() {
    instance_->requests.cut_off_all();
    instance_.reset();
    scheduler.call_at(scheduler.now() + 1s, [this] {
      kept.end_leases();
      start();
    });
  }
  kernel::Task<void> deliver() {
    for (const std::string& event : kEvents) {
      while (!co_await is_acknowledged(event)) co_await kernel::sleep_for_duration(scheduler, 2s);
      acknowledged.push_back(event);
    }
  }
  kernel::Task<bool> is_acknowledged(std::string event) {
    if (!instance_) co_return false;
    const auto reply =
        co_await instance_->requests.answer(instance_->service.handle(order(event)), scheduler.now() + 30s);
    co_return reply && reply->response.status < 300;
  }

  const Plan& plan_;
  std::unique_ptr<Instance> instance_;
  kernel::TaskScope caller_;
};

/// The effects of one customer, in the order in which they happened. What is told of an event may come before
/// or after the steps of the next: those come first here.
Texts effects_of(const Texts& effects, char customer) {
  Texts steps;
  Texts told;
  for (const std::string& effect : effects) {
    if (effect[effect.size() - 2] != customer) continue;
    (effect.starts_with("tell ") || effect.starts_with("warn ") ? told : steps).push_back(effect);
  }
  steps.insert(steps.end(), told.begin(), told.end());
  return steps;
}

void expect_all_done_once(Rehearsal& run, const Plan& plan, const Texts& expected) {
  EXPECT_EQ(run.acknowledged, Rehearsal::kEvents);
  EXPECT_EQ(run.kept.waiting(), 0U) << "accepted, and neither done nor dead";
  EXPECT_EQ(run.hops.open_hops(), 0U);
  Texts dead;
  for (const auto& letter : support::run(run.scheduler, run.kept.dead_letters(9)))
    dead.push_back(letter.event.id);
  EXPECT_EQ(dead, plan.dead);
  EXPECT_EQ(run.kept.outbox().callback_count().pending, 0);
  Texts dead_callbacks;
  for (const auto& one : support::run(run.scheduler, run.kept.outbox().dead_callbacks(9)))
    dead_callbacks.push_back(one.callback.name + " " + one.callback.event);
  EXPECT_EQ(dead_callbacks, plan.dead_callbacks);
  for (const auto& [what, keys] : run.vendor.keys_of) EXPECT_EQ(keys.size(), 1U) << "one key for " << what;
  for (const char customer : {'A', 'B'}) {
    EXPECT_EQ(effects_of(run.vendor.effects, customer), effects_of(expected, customer));
  }
}

class CrashPoints : public testing::TestWithParam<Plan> {};

TEST_P(CrashPoints, LoseNothingAndDoNothingTwiceInTheOrderOfEachKey) {
  const Plan& plan = GetParam();
  Rehearsal calm(plan, {});
  const Texts expected = calm.vendor.effects;
  const int writes = calm.journal.writes;
  ASSERT_GE(expected.size(), plan.steps.size() * 4);
  ASSERT_GE(writes, 10);
  if (plan.tells) {
    ASSERT_NE(std::ranges::find(expected, "tell B2"), expected.end());
  }
  expect_all_done_once(calm, plan, expected);
  for (int k = 1; k <= writes; ++k) {
    for (const Moment moment : {Moment::Before, Moment::After}) {
      SCOPED_TRACE((moment == Moment::Before ? "before write " : "after write ") + std::to_string(k));
      Rehearsal run(plan, {{k, moment}});
      expect_all_done_once(run, plan, expected);
      if (testing::Test::HasFailure()) return;
    }
  }
}

TEST_P(CrashPoints, MayComeAgainDuringTheRecovery) {
  const Plan& plan = GetParam();
  const Rehearsal calm(plan, {});
  for (int k = 1; k <= calm.journal.writes; ++k) {
    for (int later = 1; later <= 3; ++later) {
      SCOPED_TRACE("after write " + std::to_string(k) + " and before the " + std::to_string(later) +
                   ". one then");
      Rehearsal run(plan, {{k, Moment::After}, {k + later, Moment::Before}});
      expect_all_done_once(run, plan, calm.vendor.effects);
      if (testing::Test::HasFailure()) return;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Flows, CrashPoints,
                         testing::Values(Plan{.name = "accepted_one_step",
                                              .answer = service::AnswerWhen::Accepted,
                                              .steps = {"charge"},
                                              .failures = {},
                                              .dead = {}},
                                         Plan{.name = "accepted_three_steps",
                                              .answer = service::AnswerWhen::Accepted,
                                              .steps = {"charge", "book", "ship"},
                                              .failures = {},
                                              .dead = {}},
                                         Plan{.name = "accepted_with_a_step_that_fails_once",
                                              .answer = service::AnswerWhen::Accepted,
                                              .steps = {"charge", "book"},
                                              .failures = {{"book A1", 503, 1}},
                                              .dead = {}},
                                         Plan{.name = "accepted_with_a_dead_letter",
                                              .answer = service::AnswerWhen::Accepted,
                                              .steps = {"charge", "book"},
                                              .failures = {{"book A1", 422, 99}},
                                              .dead = {"A1"}},
                                         Plan{.name = "sync_one_step",
                                              .answer = service::AnswerWhen::Sync,
                                              .steps = {"charge"},
                                              .failures = {},
                                              .dead = {}},
                                         Plan{.name = "sync_three_steps",
                                              .answer = service::AnswerWhen::Sync,
                                              .steps = {"charge", "book", "ship"},
                                              .failures = {},
                                              .dead = {}},
                                         Plan{.name = "sync_that_tells",
                                              .answer = service::AnswerWhen::Sync,
                                              .steps = {"charge"},
                                              .failures = {},
                                              .dead = {},
                                              .tells = true},
                                         Plan{.name = "accepted_that_tells",
                                              .answer = service::AnswerWhen::Accepted,
                                              .steps = {"charge"},
                                              .failures = {},
                                              .dead = {},
                                              .tells = true},
                                         Plan{.name = "accepted_that_tells_of_a_dead_letter",
                                              .answer = service::AnswerWhen::Accepted,
                                              .steps = {"charge"},
                                              .failures = {{"charge A1", 422, 99}},
                                              .dead = {"A1"},
                                              .tells = true},
                                         Plan{.name = "accepted_that_tells_at_the_second_attempt",
                                              .answer = service::AnswerWhen::Accepted,
                                              .steps = {"charge"},
                                              .failures = {{"tell A1", 503, 1}, {"tell A2", 503, 2}},
                                              .dead = {},
                                              .tells = true},
                                         Plan{.name = "accepted_that_cannot_tell",
                                              .answer = service::AnswerWhen::Accepted,
                                              .steps = {"charge"},
                                              .failures = {{"tell A1", 422, 99}},
                                              .dead = {},
                                              .tells = true,
                                              .dead_callbacks = {"tell A1"}}),
                         [](const auto& plan) { return std::string(plan.param.name); });

}  // namespace
}  // namespace inbox_tests
