#include "emulator/compute/load_balancer.h"

#include <algorithm>
#include <cmath>

#include "emulator/compute/amzn_trace.h"
#include "emulator/compute/compute.h"
#include "emulator/compute/load_balancer_answers.h"
#include "middleware/kernel/check.h"
#include "middleware/kernel/ids.h"
#include "middleware/kernel/outcome.h"
#include "middleware/kernel/wait.h"

namespace emulator::compute {

using kernel::HttpReply;
using kernel::HttpRequest;
using kernel::Task;

/// A request on its way: it counts as outstanding of its target until it is over, also when its client goes.
class LoadBalancer::Crossing {
 public:
  Crossing(LoadBalancer& owner, kernel::HopScope hop, std::int64_t bytes_sent)
      : owner_(&owner), hop_(std::move(hop)), bytes_sent_(bytes_sent) {}
  Crossing(Crossing&& other) noexcept
      : owner_(std::exchange(other.owner_, nullptr)),
        hop_(std::move(other.hop_)),
        bytes_sent_(other.bytes_sent_),
        target_(std::move(other.target_)),
        since_(other.since_) {}
  Crossing& operator=(Crossing&&) = delete;
  Crossing(const Crossing&) = delete;
  Crossing& operator=(const Crossing&) = delete;
  ~Crossing() {
    if (owner_ == nullptr) return;
    leave();
    note({.status = 460});
    hop_.close({.outcome = kernel::Outcome::Cancelled,
                .status = 460,
                .error = "the client went before there was an answer",
                .bytes_sent = bytes_sent_});
  }

  kernel::HopId hop() const { return hop_.id(); }
  kernel::Timestamp since() const { return since_; }
  kernel::Timestamp deadline() const { return since_ + owner_->config_.idle_timeout; }

  EcsTask& begin(std::shared_ptr<Target> target) {
    target_ = std::move(target);
    ++target_->outstanding;
    since_ = owner_->scheduler_.now();
    if (owner_->observer_ != nullptr) owner_->observer_->routed();
    return *target_->task;
  }
  EcsTask& task() const { return *target_->task; }

  /// The load balancer answers for the target.
  HttpReply end(MadeAnswer made) {
    HttpReply reply = from_load_balancer(made.status);
    close(reply, made.why);
    note({.status = made.status});
    return reply;
  }
  HttpReply end(HttpReply reply) {
    close(reply, reply.response.status >= 400 ? std::string_view(reply.response.body) : std::string_view{});
    note({.status = reply.response.status,
          .is_from_target = true,
          .target_took = owner_->scheduler_.now() - since_});
    return reply;
  }
  void over() { owner_ = nullptr; }

 private:
  void close(const HttpReply& reply, std::string_view error) {
    leave();
    if (target_) {
      Answers& answers = owner_->answers_[target_->revision];
      ++answers.all;
      if (reply.response.status >= 400) ++answers.failed;
    }
    hop_.close({.outcome = kernel::outcome_of(reply.response.status),
                .status = reply.response.status,
                .error = error,
                .bytes_sent = bytes_sent_,
                .bytes_received = static_cast<std::int64_t>(reply.response.body.size()),
                .response = reply.response.body});
  }
  void leave() {
    if (!target_) return;
    Target& target = *target_;
    if (--target.outstanding > 0 || target.health.now() != TargetState::Draining || target.task == nullptr)
      return;
    owner_->scheduler_.cancel(target.timer);
    target.timer = owner_->scheduler_.call_soon(
        [owner = owner_, number = target.number] { owner->end_draining(number); });
  }
  void note(const Exchanged& exchange) {
    if (owner_->observer_ != nullptr) owner_->observer_->exchanged(exchange);
  }

  LoadBalancer* owner_;
  kernel::HopScope hop_;
  std::int64_t bytes_sent_;
  std::shared_ptr<Target> target_;
  kernel::Timestamp since_{};
};

LoadBalancer::LoadBalancer(const EcsAlbConfig& config, std::uint64_t seed, kernel::Scheduler& scheduler,
                           kernel::Journal& journal, TargetEvents& events)
    : config_(config),
      scheduler_(scheduler),
      journal_(journal),
      events_(events),
      ids_(seed, "load balancer") {}

LoadBalancer::~LoadBalancer() {
  for (const auto& target : targets_) scheduler_.cancel(target->timer);
}

LoadBalancer::Target* LoadBalancer::find(std::int64_t number) const {
  const auto found = std::ranges::find(targets_, number, [](const auto& t) { return t->number; });
  return found == targets_.end() ? nullptr : found->get();
}

void LoadBalancer::add(std::int64_t number, int revision, EcsTask& task, TargetState health) {
  CHECK(find(number) == nullptr);
  auto target = std::make_shared<Target>(Target{
      .number = number, .revision = revision, .task = &task, .health = TargetHealth(config_.health, health)});
  targets_.push_back(target);
  std::ranges::sort(targets_, {}, [](const auto& t) { return t->number; });
  const kernel::Duration first =
      health == TargetState::Initial ? kernel::Duration::zero() : config_.health.interval;
  checks_.spawn(check(std::move(target), scheduler_.now() + first));
}

TargetState LoadBalancer::health_of(std::int64_t number) const {
  const Target* target = find(number);
  CHECK(target != nullptr);
  return target->health.now();
}

void LoadBalancer::deregister(std::int64_t number) {
  Target* target = find(number);
  if (target == nullptr || target->health.now() == TargetState::Draining) return;
  target->health.drain();
  const kernel::Duration delay =
      target->outstanding == 0 ? kernel::Duration::zero() : config_.deregistration_delay;
  target->timer = scheduler_.call_at(scheduler_.now() + delay, [this, number] { end_draining(number); });
}

void LoadBalancer::end_draining(std::int64_t number) {
  Target* target = find(number);
  if (target == nullptr) return;
  target->timer = {};
  target->task->disconnect();
  target->task = nullptr;
  std::erase_if(targets_, [number](const auto& t) { return t->number == number; });
  events_.drained(number);
}

/// The healthy ones; of none all that there are: it fails open.
std::vector<std::shared_ptr<LoadBalancer::Target>> LoadBalancer::candidates() const {
  std::vector<std::shared_ptr<Target>> healthy;
  std::vector<std::shared_ptr<Target>> others;
  for (const auto& target : targets_) {
    if (target->health.now() == TargetState::Healthy) healthy.push_back(target);
    if (target->health.now() == TargetState::Initial || target->health.now() == TargetState::Unhealthy)
      others.push_back(target);
  }
  return healthy.empty() ? others : healthy;
}

std::shared_ptr<LoadBalancer::Target> LoadBalancer::choose() {
  auto all = candidates();
  if (split_) {
    // ASSUMPTION: ALB draws by weight; here the share comes evenly, each request owing a part of one.
    constexpr std::int64_t kWhole = 1'000'000;
    owed_ += std::llround(split_->share * static_cast<double>(kWhole));
    const bool is_canary = owed_ >= kWhole;
    if (is_canary) owed_ -= kWhole;
    const auto is_of_the_others = [&](const auto& t) {
      return (t->revision == split_->revision) != is_canary;
    };
    if (!std::ranges::all_of(all, is_of_the_others)) std::erase_if(all, is_of_the_others);
  }
  if (all.empty()) return nullptr;
  const auto next = std::ranges::find_if(all, [this](const auto& t) { return t->number > last_; });
  auto chosen = next == all.end() ? all.front() : *next;
  last_ = chosen->number;
  return chosen;
}

void LoadBalancer::add_headers(HttpRequest& request) {
  // ASSUMPTION: clients in the rig have no address.
  constexpr const char* kClient = "127.0.0.1";
  const std::string_view before = request.headers.get("X-Forwarded-For");
  request.headers.set("X-Forwarded-For", before.empty() ? kClient : std::string(before) + ", " + kClient);
  request.headers.set("X-Forwarded-Proto", "https");
  request.headers.set("X-Forwarded-Port", "443");
  const auto seconds = std::chrono::floor<std::chrono::seconds>(scheduler_.wall_now()).time_since_epoch();
  const std::string fresh = "1-" + kernel::hex16(static_cast<std::uint64_t>(seconds.count())).substr(8) +
                            "-" + kernel::hex16(ids_.bits()) + kernel::hex16(ids_.bits()).substr(8);
  request.headers.set("X-Amzn-Trace-Id", forwarded_trace(request.headers.get("X-Amzn-Trace-Id"), fresh));
}

// No coroutines where nothing waits: a request that is being worked on is held by nobody on its way.
Task<HttpReply> LoadBalancer::handle(HttpRequest request) {
  const auto trace = kernel::parse_traceparent(request.headers.get("traceparent"));
  Crossing crossing(*this,
                    kernel::HopScope(journal_, {.stage = kernel::Stage::Compute,
                                                .event = trace ? std::string_view(trace->event) : "",
                                                .parent = trace ? trace->hop : 0,
                                                .from = "ingest",
                                                .to = kServiceName,
                                                .operation = request.method + " " + request.target}),
                    static_cast<std::int64_t>(request.body.size()));
  const auto answer_at_once = [&crossing](MadeAnswer made) {
    HttpReply reply = crossing.end(made);
    crossing.over();
    return kernel::answered(std::move(reply));
  };
  std::shared_ptr<Target> target = choose();
  if (!target) return answer_at_once({503, "there is no target"});
  EcsTask& task = crossing.begin(std::move(target));
  if (!task.is_up()) return answer_at_once({502, "the target refuses connections"});
  if (trace) request.headers.set("traceparent", kernel::traceparent(trace->event, crossing.hop()));
  add_headers(request);
  Task<HttpReply> work = task.work_on(std::move(request));
  return pass_on(std::move(crossing), std::move(work));
}

Task<HttpReply> LoadBalancer::pass_on(Crossing crossing, Task<HttpReply> work) {
  auto answer = crossing.task().answer(std::move(work), crossing.deadline());
  co_await answer.ended();
  co_return [&] { return passed_on(answer.take(), crossing); };
}

HttpReply LoadBalancer::passed_on(std::optional<std::optional<HttpReply>> reply, Crossing& crossing) const {
  const auto end = [&]() -> HttpReply {
    if (reply && *reply) {
      if (const auto made = made_of((*reply)->ending)) return crossing.end(*made);
      return crossing.end(std::move(**reply));
    }
    if (scheduler_.now() >= crossing.deadline())
      return crossing.end(MadeAnswer{504, "the target did not answer within the idle timeout"});
    return crossing.end(MadeAnswer{502, "the connection to the target was closed"});
  };
  HttpReply result = end();
  crossing.over();
  return result;
}

Task<void> LoadBalancer::check(std::shared_ptr<Target> target, kernel::Timestamp due) {
  while (true) {
    co_await kernel::sleep_until(scheduler_, due);
    if (target->health.now() == TargetState::Draining) co_return;
    due += config_.health.interval;
    bool has_passed = false;
    if (target->task->is_up()) {
      HttpRequest request{.method = "GET", .host = std::string(kServiceName), .target = config_.health.path};
      request.headers.set("User-Agent", "ELB-HealthChecker/2.0");
      auto answer = target->task->answer(target->task->check(std::move(request)),
                                         scheduler_.now() + config_.health.timeout);
      co_await answer.ended();
      const std::optional<std::optional<HttpReply>> reply = answer.take();
      has_passed =
          reply && *reply && (*reply)->ending == kernel::Ending::Complete && (*reply)->response.status == 200;
    }
    if (target->health.now() == TargetState::Draining) co_return;
    if (target->health.note(has_passed)) events_.became(target->number, target->health.now());
  }
}

}  // namespace emulator::compute
