#include "middleware/inbox/inbox.h"

#include <algorithm>

#include "middleware/kernel/ids.h"
#include "middleware/kernel/json.h"

namespace inbox {

using kernel::Task;
using kernel::Timestamp;

Inbox::Inbox(InboxConfig config, kernel::Scheduler& scheduler, kernel::HopSink& log, store::Store& store,
             Flows& flows, std::uint64_t seed)
    : config_(config),
      scheduler_(scheduler),
      log_(log),
      store_(store),
      flows_(flows),
      seed_(seed),
      stirred_(scheduler) {}

Task<store::ClaimKind> Inbox::accept(store::AcceptedEvent event) {
  const store::ClaimKind kind =
      co_await store_.accept(std::move(event), scheduler_.now(), config_.waiting_max);
  if (kind == store::ClaimKind::Accepted) stir();
  co_return kind;
}

Task<bool> Inbox::redrive(std::string event) {
  const bool is_there = co_await store_.redrive(event, scheduler_.now());
  if (is_there) {
    log_.log({.source = "inbox", .message = "dead letter redriven", .event = event});
    stir();
  }
  co_return is_there;
}

void Inbox::retire() {
  is_retired_ = true;
  stir();
}

void Inbox::stir() {
  is_stirred_ = true;
  stirred_.notify_all();
}

Task<bool> Inbox::until_stirred() {
  while (!is_stirred_) co_await stirred_.wait();
  co_return true;
}

Task<void> Inbox::take_and_work() {
  while (!is_retired_) {
    is_stirred_ = false;
    const int room = config_.running_max - running_;
    const Timestamp now = scheduler_.now();
    Timestamp next_look = now + config_.look_every;
    if (room > 0) {
      is_taking_ = true;
      store::Taken taken = co_await store_.take(now, now + flows_.lease_max(), room);
      is_taking_ = false;
      for (store::Work& work : taken.works) {
        ++running_;
        works_.spawn(work_off(std::move(work)));
      }
      if (taken.next_due && running_ < config_.running_max) next_look = std::min(next_look, *taken.next_due);
    }
    if (!is_stirred_) co_await kernel::with_deadline(scheduler_, next_look, until_stirred());
  }
}

Task<void> Inbox::work_off(store::Work work) {
  store::Work kept{.event = {.id = work.event.id, .type = work.event.type, .trace = work.event.trace},
                   .deliveries = work.deliveries,
                   .fence = work.fence};
  if (is_used_up(kept.deliveries, flows_.deliveries_max(kept.event.type))) {
    WorkEnd end{.error = "no delivery came to its end"};
    end.callbacks = flows_.callbacks_of_dead(std::move(work), end.error);
    co_await bury(std::move(kept), "crashes", std::move(end));
  } else {
    WorkEnd end = co_await flows_.work(std::move(work));
    co_await settle(std::move(kept), std::move(end));
  }
  --running_;
  stir();
}

/// Only when this is written is the delivery over. If it cannot be written, the lease ends and the event
/// comes again.
Task<bool> Inbox::settle(store::Work work, WorkEnd end) {
  const std::string& event = work.event.id;
  const double draw = kernel::draw_unit({.seed = seed_,
                                         .rule = "inbox",
                                         .key = event,
                                         .n = static_cast<std::uint64_t>(work.deliveries),
                                         .purpose = "parking"});
  const Verdict verdict =
      verdict_after(end, work.deliveries, flows_.deliveries_max(work.event.type), config_.parking, draw);
  switch (verdict.fate) {
    case Fate::Done:
      co_return co_await finish(std::move(work), std::move(end));
    case Fate::Dead:
      co_return co_await bury(std::move(work), std::string(verdict.reason), std::move(end));
    case Fate::Parked: {
      const std::string fields = R"({"deliveries":)" + std::to_string(work.deliveries) + R"(,"waitMs":)" +
                                 std::to_string(verdict.wait / std::chrono::milliseconds{1}) + "}";
      log_.log({.level = kernel::LogLevel::Warn,
                .source = "inbox",
                .message = "parked: " + end.error,
                .event = event,
                .fields = fields});
      co_return co_await store_.park(event, work.fence, scheduler_.now() + verdict.wait, verdict.counts);
    }
    case Fate::Left:
      break;
  }
  co_return false;
}

Task<bool> Inbox::finish(store::Work work, WorkEnd end) {
  const bool is_told = !end.callbacks.empty();
  const bool is_done = co_await store_.done(work.event.id, work.fence, scheduler_.now(),
                                            std::move(end.applied), std::move(end.callbacks));
  if (is_done && is_told) flows_.callbacks_kept();
  co_return is_done;
}

Task<bool> Inbox::bury(store::Work work, std::string reason, WorkEnd end) {
  const std::string event = work.event.id;
  const bool is_told = !end.callbacks.empty();
  const bool is_buried =
      co_await store_.bury(event, work.fence, scheduler_.now(), {.error_class = reason, .error = end.error},
                           std::move(end.callbacks));
  if (!is_buried) co_return false;
  if (is_told) flows_.callbacks_kept();
  const std::string fields = R"({"errorClass":)" + kernel::json_quoted(reason) + R"(,"deliveries":)" +
                             std::to_string(work.deliveries) + R"(,"traceId":)" +
                             kernel::json_quoted(kernel::trace_id_of(event)) + "}";
  log_.log({.level = kernel::LogLevel::Error,
            .source = "inbox",
            .message = "dead letter: " + end.error,
            .event = event,
            .fields = fields});
  co_return true;
}

}  // namespace inbox
