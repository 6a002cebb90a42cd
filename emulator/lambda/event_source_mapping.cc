#include "emulator/lambda/event_source_mapping.h"

#include <algorithm>

#include "emulator/lambda/batch_outcome.h"
#include "middleware/kernel/check.h"

namespace emulator::lambda {
namespace {

using kernel::Task;
using kernel::Timestamp;
using namespace std::chrono_literals;

constexpr kernel::Duration kPoll = 20s;
constexpr std::int64_t kReceiveMax = 10;
/// ASSUMPTION: so often is a queue asked for again that is gone.
constexpr kernel::Duration kQueueGoneWait = 1min;

bool is_fifo(const queues::EventSource& queues, const std::string& queue) {
  const auto source = queues.source(queue);
  return source && source->is_fifo;
}

/// What may be over by itself later: throttled, or an error of the service.
bool is_worth_trying_again(const InvokeResult& result) {
  return result.status == 429 || result.status >= 500;
}

}  // namespace

class EventSourceMapping::Place {
 public:
  explicit Place(EventSourceMapping& mapping) : mapping_(mapping) { ++mapping_.in_progress_; }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;
  ~Place() {
    --mapping_.in_progress_;
    mapping_.ended_.notify_all();
  }

 private:
  EventSourceMapping& mapping_;
};

EventSourceMapping::EventSourceMapping(MappingConfig config, MappingSurroundings around)
    : config_(std::move(config)),
      around_(around),
      scaling_(config_.scaling, config_.concurrency_max, is_fifo(around.queues, config_.queue)),
      ended_(around.scheduler) {}

EventSourceMapping::~EventSourceMapping() { disable(); }

void EventSourceMapping::enable() {
  if (std::exchange(is_enabled_, true)) return;
  around_.queues.attach(config_.queue);
  poller_.spawn(poll());
}

void EventSourceMapping::disable() {
  if (!std::exchange(is_enabled_, false)) return;
  poller_.cancel_all();
  carried_.clear();
  around_.queues.detach(config_.queue);
}

std::chrono::seconds EventSourceMapping::visibility() const {
  const kernel::Duration timeout = around_.functions.timeout_of(config_.function).value_or(0s);
  const auto source = around_.queues.source(config_.queue).value_or(queues::SourceQueue{});
  return std::chrono::ceil<std::chrono::seconds>(effective_visibility(config_, timeout, source));
}

Task<void> EventSourceMapping::poll() {
  while (true) {
    co_await place_is_free();
    Batch batch = co_await collect();
    if (batch.is_empty()) {
      scaling_.idle();
    } else {
      batches_.spawn(process(std::move(batch)));
    }
  }
}

Task<bool> EventSourceMapping::a_batch_ends() {
  co_await ended_.wait();
  co_return true;
}

Task<void> EventSourceMapping::place_is_free() {
  while (in_progress_ >= scaling_.allowed(around_.scheduler.now())) {
    if (const auto grows_at = scaling_.wait_for_place(around_.scheduler.now())) {
      static_cast<void>(co_await kernel::with_deadline<bool>(around_.scheduler, *grows_at, a_batch_ends()));
    } else {
      co_await ended_.wait();
    }
  }
}

Task<queues::ReceiveResult> EventSourceMapping::receive(std::int64_t count, Timestamp until) {
  const kernel::Duration left = until - around_.scheduler.now();
  queues::ReceiveRequest request{.queue = config_.queue,
                                 .count = std::min(count, kReceiveMax),
                                 .wait = std::chrono::ceil<std::chrono::seconds>(std::min(left, kPoll)),
                                 .attributes = {"All"},
                                 .system_attributes = {"All"},
                                 .consumer = config_.function};
  // The queue's own visibility is the one that it has when it hands a message out.
  const auto source = around_.queues.source(config_.queue);
  if (source && source->visibility < visibility()) request.visibility = visibility();
  // SQS waits for whole seconds, a window ends when it ends.
  auto received = co_await kernel::with_deadline<queues::ReceiveResult>(
      around_.scheduler, until, around_.queues.receive(std::move(request)));
  co_return received ? std::move(*received) : queues::ReceiveResult{};
}

HeldMessage EventSourceMapping::hold(const queues::ReceivedMessage& message) const {
  const auto trace = std::ranges::find(message.system_attributes, "AWSTraceHeader",
                                       &std::pair<std::string, std::string>::first);
  return {.message_id = message.message_id,
          .receipt_handle = message.receipt_handle,
          .event_uuid = message.event_uuid,
          .hop = message.hop,
          .record = sqs_record(message, config_.queue),
          .until = around_.scheduler.now() + visibility(),
          .trace_header = trace == message.system_attributes.end() ? std::string{} : trace->second};
}

Task<Batch> EventSourceMapping::collect() {
  const Timestamp begun = around_.scheduler.now();
  Batch batch(config_.batch_max);
  std::erase_if(carried_, [begun](const HeldMessage& message) { return message.until <= begun; });
  Timestamp until = begun + (carried_.empty() ? kPoll : config_.window);
  while (true) {
    while (!carried_.empty() && !batch.is_full()) {
      if (batch.add(std::move(carried_.front()))) carried_.pop_front();
    }
    if (batch.is_full()) break;
    const bool is_first = batch.is_empty();
    if (!is_first && around_.scheduler.now() >= until) break;
    queues::ReceiveResult received = co_await receive(batch.room(), until);
    const Timestamp now = around_.scheduler.now();
    if (!received) {
      warn("the queue cannot be read: " + received.error().message, {});
      if (is_first) co_await kernel::sleep_until(around_.scheduler, now + kQueueGoneWait);
      break;
    }
    if (received->empty() && !is_first) continue;  // SQS waits 20 s at most, a window is longer
    if (received->empty()) break;
    for (const queues::ReceivedMessage& message : *received) carried_.push_back(hold(message));
    if (!is_first) continue;
    if (now > begun) scaling_.caught_up();
    // ASSUMPTION: the window begins with the first message.
    until = now + config_.window;
  }
  co_return batch;
}

Task<std::optional<InvokeResult>> EventSourceMapping::invoke(const Batch& batch) {
  Invocation invocation = batch.invocation(config_.function, config_.queue);
  for (int attempt = 1;; ++attempt) {
    invocation.attempt = attempt;
    InvokeResult result = co_await around_.functions.invoke(invocation);
    if (!is_worth_trying_again(result)) co_return result;
    const auto wait = config_.backoff.wait_after(attempt, around_.scheduler.now(), batch.until());
    if (!wait) co_return std::nullopt;
    co_await kernel::sleep_until(around_.scheduler, around_.scheduler.now() + *wait);
  }
}

Task<void> EventSourceMapping::process(Batch batch) {
  const Place place(*this);
  const std::optional<InvokeResult> result = co_await invoke(batch);
  if (!result) {
    // ASSUMPTION: the poller keeps its copy, and its place, until the messages are visible again.
    co_await kernel::sleep_until(around_.scheduler, batch.until());
    scaling_.failed(around_.scheduler.now());
    co_return;
  }
  settle(batch, *result);
}

void EventSourceMapping::settle(const Batch& batch, const InvokeResult& result) {
  const BatchOutcome outcome = judge_batch(result, batch.ids(), config_.reports_failures);
  if (!outcome.problem.empty()) warn(outcome.problem, batch.messages().front().event_uuid);
  if (result.succeeded()) {
    scaling_.succeeded();
  } else {
    scaling_.failed(around_.scheduler.now());
  }
  for (std::size_t i = 0; i < outcome.done.size(); ++i) {
    // What failed comes back when its visibility runs out: nobody gives it back early.
    if (!outcome.done[i]) continue;
    const HeldMessage& message = batch.messages()[i];
    const auto removed = around_.queues.remove(config_.queue, message.receipt_handle);
    if (!removed) warn("a message that is done stays: " + removed.error().message, message.event_uuid);
  }
}

void EventSourceMapping::warn(std::string_view message, std::string_view event) const {
  const std::string source = "mapping " + config_.queue + " -> " + config_.function;
  around_.journal.log(
      {.level = kernel::LogLevel::Warn, .source = source, .message = message, .event = event});
}

}  // namespace emulator::lambda
