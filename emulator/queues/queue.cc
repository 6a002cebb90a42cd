#include "emulator/queues/queue.h"

#include <algorithm>

#include "emulator/queues/checks.h"
#include "emulator/queues/digests.h"
#include "middleware/kernel/check.h"
#include "middleware/kernel/ids.h"

namespace emulator::queues {
namespace {

/// An answer that says what came, for clients to compare, and nothing else yet.
SendResult digests_of(const SendRequest& request) {
  SendResult result{.md5_of_body = md5_text(request.body), .md5_of_attributes = md5_of(request.attributes)};
  if (!request.trace_header.empty())
    result.md5_of_system_attributes = md5_of({{"AWSTraceHeader", request.trace_header}});
  return result;
}

}  // namespace

using kernel::End;
using kernel::Outcome;
using kernel::Stage;
using kernel::Timestamp;

Queue::Queue(QueueConfig config, std::uint64_t number, Surroundings around)
    : config_(std::move(config)),
      number_(number),
      around_(around),
      created_at_(around.scheduler.wall_now()),
      modified_at_(created_at_),
      shelf_(config_.is_fifo),
      changed_(around.scheduler) {}

Queue::~Queue() {
  if (timer_) around_.scheduler.cancel(timer_);
}

void Queue::reconfigure(QueueConfig config) {
  CHECK(config.name == config_.name && config.is_fifo == config_.is_fifo);
  config_ = std::move(config);
  modified_at_ = around_.scheduler.wall_now();
  settle();
  arm();
}

void Queue::detach() {
  // A queue that was deleted and made again under its name was never attached to.
  if (attached_ > 0) --attached_;
}

const Shelf& Queue::shelf() {
  settle();
  return shelf_;
}

std::string Queue::next_sequence_number() {
  constexpr std::uint64_t kFirst = 10'000'000'000'000'000'000U;  // twenty digits
  return std::to_string(kFirst + ++sequence_);
}

SendResult Queue::send(SendRequest request) {
  settle();
  SendResult result;
  if (auto error = refuse(request, config_)) result.error = std::move(*error);
  const SendResult* first = nullptr;
  if (result.accepted() && config_.is_fifo) {
    request.deduplication_id = deduplication_id_of(request);
    first = deduplication_.find(Deduplication::key_of(config_, request.group_id, request.deduplication_id),
                                around_.scheduler.now());
  }
  const Outcome stored = first == nullptr ? Outcome::Ok : Outcome::Duplicate;
  const kernel::HopId hop = kernel::point_hop(around_.journal,
                                              {.stage = Stage::Queue,
                                               .event = request.event_uuid,
                                               .parent = request.cause,
                                               .from = request.from,
                                               .to = config_.name,
                                               .operation = "SendMessage"},
                                              {.outcome = result.accepted() ? stored : Outcome::Rejected,
                                               .status = result.accepted() ? 200 : result.error.status,
                                               .error = result.error.code,
                                               .bytes_sent = static_cast<std::int64_t>(request.body.size()),
                                               .request = request.body});
  if (!result.accepted()) return result;
  if (first != nullptr) {
    // The first one's id and number; the digests are of what came now, which clients compare.
    result = digests_of(request);
    result.message_id = first->message_id;
    result.sequence_number = first->sequence_number;
    result.carries_on = false;  // nothing was stored that could carry this one
    return result;
  }
  request.cause = hop;
  return store(std::move(request));
}

SendResult Queue::store(SendRequest request) {
  const Timestamp now = around_.scheduler.now();
  SendResult result = digests_of(request);
  result.message_id = kernel::uuid4(around_.ids);
  result.carries_on = has_consumer();
  if (config_.is_fifo) {
    result.sequence_number = next_sequence_number();
    deduplication_.remember(Deduplication::key_of(config_, request.group_id, request.deduplication_id),
                            result, now);
  }
  kernel::Duration delay = config_.delay;
  if (request.delay && !config_.is_fifo) delay = *request.delay;
  const bool carries_event = result.carries_on && !request.event_uuid.empty();
  place({.id = result.message_id,
         .body = std::move(request.body),
         .attributes = std::move(request.attributes),
         .trace_header = std::move(request.trace_header),
         .group_id = std::move(request.group_id),
         .deduplication_id = std::move(request.deduplication_id),
         .sequence_number = result.sequence_number,
         .event_uuid = std::move(request.event_uuid),
         .cause = request.cause,
         .carries_event = carries_event,
         .sent_at = now},
        delay);
  return result;
}

void Queue::place(Message message, kernel::Duration delay) {
  const Timestamp now = around_.scheduler.now();
  shelf_.put(std::move(message), now, now + delay);
  if (delay.count() == 0) changed_.notify_all();
  arm();
}

std::optional<Queue::Named> Queue::by_handle(std::string_view receipt_handle) {
  settle();
  const auto handle = parse_handle(receipt_handle);
  if (!handle || handle->queue != number_) return std::nullopt;
  Shelf::Entry* entry = shelf_.find(handle->number);
  return Named{handle->number, entry, entry != nullptr && entry->message.receives_here == handle->receive};
}

Answer<> Queue::remove(std::string_view receipt_handle) {
  const auto named = by_handle(receipt_handle);
  if (!named) return std::unexpected(errors::receipt_handle_is_invalid(receipt_handle));
  if (named->entry == nullptr) return {};  // deleting twice is no error
  const bool is_in_flight = named->entry->state == Shelf::State::InFlight;
  if (config_.is_fifo && !(named->is_newest && is_in_flight))
    return std::unexpected(errors::receipt_handle_has_expired(receipt_handle));
  if (!named->is_newest) return {};  // the message was received again: it stays
  if (named->entry->hop) named->entry->hop->close({.status = 200});
  drop(named->number, End::Delivered, "queue " + config_.name);
  if (config_.is_fifo) changed_.notify_all();  // its group may go on
  return {};
}

Answer<> Queue::change_visibility(std::string_view receipt_handle, std::chrono::seconds visibility) {
  const auto named = by_handle(receipt_handle);
  if (!named) return std::unexpected(errors::receipt_handle_is_invalid(receipt_handle));
  if (visibility < 0s || visibility > kVisibilityMax) {
    return std::unexpected(errors::invalid_value(visibility.count(), "VisibilityTimeout",
                                                 "VisibilityTimeout must be an integer between 0 and 43200"));
  }
  if (named->entry == nullptr) {
    return std::unexpected(
        errors::invalid_value(receipt_handle, "ReceiptHandle",
                              "Message does not exist or is not available for visibility timeout change."));
  }
  const Shelf::Entry& entry = *named->entry;
  // ASSUMPTION: so is a message that somebody else has received since.
  if (entry.state != Shelf::State::InFlight || !named->is_newest)
    return std::unexpected(errors::message_not_inflight());
  const Timestamp due = around_.scheduler.now() + visibility;
  if (due - entry.received_at > kVisibilityMax) {
    return std::unexpected(errors::invalid_value(
        visibility.count(), "VisibilityTimeout",
        "Total VisibilityTimeout for the message is beyond the limit [43200 seconds]."));
  }
  if (visibility == 0s) {
    give_back(named->number, Outcome::Failed, "given back");
    changed_.notify_all();
  } else {
    shelf_.set_due(named->number, due);
    arm();
  }
  return {};
}

void Queue::give_back(Number number, Outcome outcome, std::string_view why) {
  Shelf::Entry& entry = shelf_.release(number);
  if (!entry.hop) return;  // it was delayed, not received
  entry.hop->close({.outcome = outcome, .status = 200, .error = why});
  entry.hop.reset();
}

void Queue::drop(Number number, End end, std::string_view where) {
  const Message message = shelf_.extract(number);
  if (message.carries_event) around_.journal.ended(message.event_uuid, end, where);
}

void Queue::expire(Number number) {
  const std::string_view why = "older than the retention";
  Shelf::Entry& entry = *shelf_.find(number);
  if (entry.hop) {
    entry.hop->close({.outcome = Outcome::Expired, .status = 200, .error = why});
  } else if (!entry.message.event_uuid.empty()) {
    kernel::point_hop(around_.journal,
                      {.stage = Stage::Queue,
                       .event = entry.message.event_uuid,
                       .parent = entry.message.cause,
                       .from = config_.name},
                      {.outcome = Outcome::Expired, .error = why});
  }
  drop(number, End::Expired, "queue " + config_.name);
}

void Queue::drop_all(std::string_view why) {
  const std::string where = "queue " + config_.name + ": " + std::string(why);
  for (const Number number : shelf_.numbers()) {
    Shelf::Entry& entry = *shelf_.find(number);
    if (entry.hop) entry.hop->close({.outcome = Outcome::Cancelled, .error = why});
    drop(number, End::Lost, where);
  }
}

Answer<> Queue::purge() {
  const Timestamp now = around_.scheduler.now();
  if (purged_at_ && now - *purged_at_ < kPurgeEvery)
    return std::unexpected(errors::purge_in_progress(config_.name));
  purged_at_ = now;
  // ASSUMPTION: at once, where the service takes up to a minute.
  drop_all("purged");
  return {};
}

void Queue::close() {
  is_closed_ = true;
  drop_all("deleted");
  changed_.notify_all();
}

void Queue::settle() {
  const Timestamp now = around_.scheduler.now();
  bool is_any = false;
  while (const Number number = shelf_.sent_by(now - config_.retention)) {
    expire(number);
    is_any = config_.is_fifo;  // its group may go on
  }
  while (const Number number = shelf_.due(now)) {
    give_back(number, Outcome::Timeout, "visibility timeout");
    is_any = true;
  }
  if (is_any) changed_.notify_all();
}

void Queue::arm() {
  std::optional<Timestamp> next = shelf_.next_due();
  if (const auto oldest = shelf_.oldest_sent()) {
    const Timestamp expiry = *oldest + config_.retention;
    next = next ? std::min(*next, expiry) : expiry;
  }
  // A timer that is early does no harm, and what it waited for is often gone before.
  if (!next || (timer_ && timer_at_ <= *next)) return;
  if (timer_) around_.scheduler.cancel(timer_);
  timer_at_ = *next;
  timer_ = around_.scheduler.call_at(timer_at_, [this] {
    timer_ = {};
    settle();
    arm();
  });
}

}  // namespace emulator::queues
