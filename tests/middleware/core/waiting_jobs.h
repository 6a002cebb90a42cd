#pragma once
// Plays jobs that queue at a bulkhead and wait for a limiter, by the vectors' rules of time.
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "middleware/core/bulkhead.h"
#include "middleware/core/rate_limiter.h"
#include "middleware/kernel/timer_queue.h"
#include "tests/middleware/core/vectors.h"

namespace core_tests {

class WaitingJobs {
 public:
  struct Rules {
    std::optional<core::BulkheadRules> bulkhead{};  ///< first
    std::optional<core::RateRules> rate{};          ///< then, holding a slot
    std::string full = "full";
    std::string dropped = "dropped";
    std::string refusal = "refused";
  };

  WaitingJobs(const Rules& rules, const Json& jobs) : rules_(rules), jobs_(jobs), results_(jobs.size()) {
    if (rules.bulkhead) bulkhead_.emplace(*rules.bulkhead);
    if (rules.rate) limiter_.emplace(*rules.rate);
    for (std::size_t i = 0; i < jobs.size(); ++i) {
      run_until(kernel::at(millis(jobs[i]["at"])));
      enter(i);
      run_until(now_);
    }
    while (!queue_.empty()) run_until(queue_.next_time());
  }

  /// As the traces write it.
  const Json& result(std::size_t job) const { return results_[job]; }

 private:
  void run_until(kernel::Timestamp end) {
    while (!queue_.empty() && queue_.next_time() <= end) {
      now_ = queue_.next_time();
      queue_.pop()();
    }
    now_ = end;
  }

  void reject(std::size_t job, const std::string& reason) {
    results_[job] = {{"id", jobs_[job]["id"]},
                     {"ended_at", in_millis(now_)},
                     {"decision", "rejected"},
                     {"result", "rejected"},
                     {"reason", reason}};
  }

  void enter(std::size_t job) {
    if (!bulkhead_) return admit(job);
    const auto entered = bulkhead_->enter();
    if (entered.entry == core::Bulkhead::Entry::Runs) return admit(job);
    if (entered.entry == core::Bulkhead::Entry::Full) return reject(job, rules_.full);
    if (entered.dropped) {
      reject(waiting_[*entered.dropped], rules_.dropped);
      waiting_.erase(*entered.dropped);
    }
    waiting_[entered.ticket] = job;
    queue_.push(now_ + rules_.bulkhead->wait_max, [this, ticket = entered.ticket] {
      if (!bulkhead_->give_up(ticket)) return;
      reject(waiting_[ticket], "queue_wait");
      waiting_.erase(ticket);
    });
  }

  void admit(std::size_t job) {
    kernel::Timestamp start = now_;
    if (limiter_) {
      const auto reserved = limiter_->reserve(now_, std::chrono::hours{24});
      if (!reserved) return reject(job, rules_.refusal);
      start = reserved->start;
    }
    queue_.push(start + millis(jobs_[job]["latency"]), [this, job, start] {
      results_[job] = {{"id", jobs_[job]["id"]},
                       {"decision", "permitted"},
                       {"start_at", in_millis(start)},
                       {"ended_at", in_millis(now_)},
                       {"result", jobs_[job].value("outcome", "ok")}};
      if (!bulkhead_) return;
      const auto next = bulkhead_->leave();
      if (!next) return;
      const std::size_t woken = waiting_[*next];
      waiting_.erase(*next);
      admit(woken);
    });
  }

  Rules rules_;
  const Json& jobs_;
  std::vector<Json> results_;
  std::optional<core::Bulkhead> bulkhead_;
  std::optional<core::RateLimiter> limiter_;
  kernel::Timestamp now_{};
  kernel::TimerQueue queue_;
  std::map<core::Bulkhead::Ticket, std::size_t> waiting_;
};

}  // namespace core_tests
