// How a new revision comes out: beside the old one, with a small share of the requests first.
#include <algorithm>

#include "emulator/compute/ecs_service.h"

namespace emulator::compute {
namespace {

using kernel::HttpReply;
using kernel::HttpRequest;
using kernel::Task;

constexpr kernel::Duration kMinute = std::chrono::minutes{1};

/// A revision whose tasks are healthy and do nothing right.
class BrokenApp final : public kernel::HttpHandler {
 public:
  explicit BrokenApp(std::string health_path) : health_path_(std::move(health_path)) {}
  Task<HttpReply> handle(HttpRequest request) override {
    const bool is_check = request.target == health_path_;
    return kernel::answered({.response = {is_check ? 200 : 500,
                                          {{"Content-Type", "text/plain"}},
                                          is_check ? "" : "this revision is broken"}});
  }

 private:
  std::string health_path_;
};

}  // namespace

std::unique_ptr<kernel::HttpHandler> EcsService::make_app(const Member& member) {
  if (broken_.contains(member.revision)) return std::make_unique<BrokenApp>(config_.health.path);
  return factory_.start(member.number);
}

bool EcsService::is_healthy(int revision) const {
  const auto serves = [is_kept = is_of(revision, true)](const auto& member) {
    return is_kept(member) && member->state == State::Healthy;
  };
  return std::ranges::count_if(members_, serves) >= desired_;
}

void EcsService::say(std::string_view from, std::string_view to, std::string_view why) {
  journal_.transition({.kind = "deployment", .subject = kServiceName, .from = from, .to = to, .why = why});
}

Task<void> EcsService::deploy(bool fails) {
  if (is_deploying()) {
    journal_.log({.level = kernel::LogLevel::Warn,
                  .source = "ecs",
                  .message = "deployment refused: another one is under way"});
    co_return;
  }
  const int old = revisions_.front();
  const int fresh = ++newest_;
  if (fails) broken_.insert(fresh);
  revisions_.push_back(fresh);
  balancer_.split(LoadBalancer::Split{.revision = fresh, .share = 0});
  say("", "starting", "a new revision");
  reconcile("a new revision");
  while (!is_healthy(fresh)) co_await changed_.wait();

  balancer_.split(LoadBalancer::Split{.revision = fresh, .share = config_.canary.share});
  say("starting", "canary", "its tasks are healthy");
  static_cast<void>(balancer_.take_answers(fresh));
  std::string_view stage = "canary";
  bool is_good = co_await bake(fresh);
  if (is_good) {
    balancer_.split(LoadBalancer::Split{.revision = fresh, .share = 1});
    say("canary", "all requests", "few answers failed");
    stage = "all requests";
    is_good = co_await bake(fresh);
  }
  say(stage, is_good ? "completed" : "rolled back",
      is_good ? "few answers failed" : "too many answers failed");
  std::erase(revisions_, is_good ? old : fresh);
  balancer_.split(LoadBalancer::Split{.revision = revisions_.front(), .share = 1});
  reconcile(is_good ? "an old revision" : "the new revision failed");
}

// ASSUMPTION: minutes count from the begin of the baking, and answers are those of the new revision.
Task<bool> EcsService::bake(int revision) {
  const kernel::Timestamp end = scheduler_.now() + config_.canary.bake;
  std::vector<bool> breaching;  // by minute
  while (scheduler_.now() < end) {
    co_await kernel::sleep_until(scheduler_, std::min(scheduler_.now() + kMinute, end));
    const LoadBalancer::Answers answers = balancer_.take_answers(revision);
    breaching.push_back(static_cast<double>(answers.failed) >
                        config_.canary.failures_max * static_cast<double>(answers.all));
    const auto seen = std::min(breaching.size(), static_cast<std::size_t>(config_.canary.minutes));
    const auto first = breaching.end() - static_cast<std::ptrdiff_t>(seen);
    if (std::count(first, breaching.end(), true) >= config_.canary.datapoints) co_return false;
  }
  co_return true;
}

}  // namespace emulator::compute
