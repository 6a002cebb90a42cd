#include "middleware/ingest/batch_run.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "middleware/kernel/json.h"

namespace ingest {
namespace {

constexpr std::size_t kAtOnceMax = 10;  // requests to one destination

/// An answer that says nothing of the events: they come again.
FunctionError garbled(const std::string& what) {
  return {"MiddlewareUnreachable", "the middleware did not answer as to a batch: " + what};
}

}  // namespace

BatchRun::BatchRun(const Surroundings& around, Batch batch, std::vector<kernel::HopId> hops,
                   kernel::Timestamp deadline)
    : around_(around), batch_(std::move(batch)), hops_(std::move(hops)), deadline_(deadline) {
  CHECK(hops_.size() == batch_.records.size());
}

kernel::Task<FunctionResult> BatchRun::work_off(std::shared_ptr<BatchRun> run) {
  auto working = run->batch_.is_fifo ? run->in_order() : run->in_any_order();
  co_await std::move(working);
  const std::vector<std::string>& failed = run->failed_;
  if (run->around_.config.batch_failures == BatchFailures::FailAll && !failed.empty()) {
    co_return std::unexpected(FunctionError{
        "BatchFailed", std::to_string(failed.size()) + " of " + std::to_string(run->batch_.records.size()) +
                           " events failed, the first with " + run->first_error_.type + ": " +
                           run->first_error_.message});
  }
  co_return batch_failures_text(failed);
}

void BatchRun::fail(std::size_t record, const FunctionError& error) {
  const BatchRecord& failed = batch_.records[record];
  if (failed_.empty()) first_error_ = error;
  failed_.push_back(failed.message_id);
  if (around_.log == nullptr) return;
  // The error's text may quote the event: it is not for the log.
  std::string uuid;
  if (const auto event = kernel::parse_json(failed.event)) {
    if (const auto envelope = read_envelope(*event)) uuid = envelope->event_uuid;
  }
  around_.log->log({.level = kernel::LogLevel::Warn,
                    .source = "ingest",
                    .message = error.type,
                    .event = uuid,
                    .fields = R"({"messageId":)" + kernel::json_quoted(failed.message_id) + "}"});
}

/// Nothing when the event failed. One that is dropped says so itself.
std::optional<Handover> BatchRun::prepared(std::size_t record) {
  auto handover =
      prepare(batch_.records[record].event, around_.config, around_.scheduler.wall_now(), hops_[record]);
  if (handover) return std::move(*handover);
  fail(record, handover.error());
  return std::nullopt;
}

BatchRun::Item BatchRun::to_item(std::size_t record, Handover handover) const {
  Item item{.record = record, .event = handover.envelope.event_uuid};
  item.text = to_cloud_event(std::move(handover), around_.config.enriched_under);
  item.since = around_.scheduler.now();
  return item;
}

const BatchRules& BatchRun::rules_of(std::size_t destination) const {
  return *around_.config.destinations[destination].batch;
}

// ---- A standard queue
// ---------------------------------------------------------------------------------------

BatchRun::Lane& BatchRun::lane_of(std::size_t destination) {
  const auto found = std::ranges::find_if(
      lanes_, [destination](const auto& lane) { return lane->destination == destination; });
  if (found != lanes_.end()) return **found;
  return *lanes_.emplace_back(std::make_unique<Lane>(destination, around_.scheduler));
}

kernel::Task<bool> BatchRun::in_any_order() {
  std::vector<kernel::Task<bool>> tasks;
  for (std::size_t i = 0; i < batch_.records.size(); ++i) {
    std::optional<Handover> handover = prepared(i);
    if (!handover) continue;
    if (handover->dropped_by != nullptr) {
      // Its result says no more than that it did not fail.
      static_cast<void>(drop(around_, *handover));
    } else if (!around_.config.destinations[handover->destination].batch) {
      singles_.emplace_back(i, std::move(*handover));
    } else {
      Lane& lane = lane_of(handover->destination);
      ++lane.all;
      ++lane.coming;
      tasks.push_back(join_lane(i, std::move(*handover), lane));
    }
  }
  for (const auto& lane : lanes_) {
    for (std::size_t i = 0; i < std::min(lane->all, kAtOnceMax); ++i) tasks.push_back(serve_lane(*lane));
  }
  for (std::size_t i = 0; i < std::min(singles_.size(), kAtOnceMax); ++i) tasks.push_back(send_singles());
  co_await kernel::all_of<bool>(std::move(tasks));
  co_return true;
}

kernel::Task<bool> BatchRun::send_singles() {
  while (next_single_ < singles_.size()) {
    auto& [record, handover] = singles_[next_single_++];
    auto delivering = deliver(around_, std::move(handover), deadline_);
    const FunctionResult result = co_await std::move(delivering);
    if (!result) fail(record, result.error());
  }
  co_return true;
}

kernel::Task<bool> BatchRun::join_lane(std::size_t record, Handover handover, Lane& lane) {
  auto referring = refer(around_, std::move(handover), deadline_);
  auto referred = co_await std::move(referring);
  --lane.coming;
  if (referred) {
    lane.ready.push_back(to_item(record, std::move(*referred)));
  } else {
    fail(record, referred.error());
  }
  lane.changed.notify_all();
  co_return true;
}

kernel::Task<bool> BatchRun::change_of(Lane& lane) {
  co_await lane.changed.wait();
  co_return true;
}

BatchRun::Items BatchRun::take_due(Lane& lane) const {
  const BatchRules& rules = rules_of(lane.destination);
  std::vector<std::size_t> bytes;
  for (const Item& item : lane.ready) bytes.push_back(item.text.size());
  const std::size_t length = request_length(bytes, rules);
  const bool is_full = length < lane.ready.size() || length == rules.events_max;
  const bool is_due =
      lane.coming == 0 || around_.scheduler.now() >= lane.ready.front().since + rules.wait_max;
  if (!is_full && !is_due) return {};
  const auto end = lane.ready.begin() + static_cast<std::ptrdiff_t>(length);
  Items items(std::make_move_iterator(lane.ready.begin()), std::make_move_iterator(end));
  lane.ready.erase(lane.ready.begin(), end);
  return items;
}

kernel::Task<bool> BatchRun::serve_lane(Lane& lane) {
  while (lane.coming > 0 || !lane.ready.empty()) {
    if (lane.ready.empty()) {
      co_await lane.changed.wait();
      continue;
    }
    Items items = take_due(lane);
    if (items.empty()) {
      const kernel::Timestamp due = lane.ready.front().since + rules_of(lane.destination).wait_max;
      auto change = change_of(lane);
      co_await kernel::with_deadline(around_.scheduler, due, std::move(change));
      continue;
    }
    std::vector<std::size_t> records;
    for (const Item& item : items) records.push_back(item.record);
    auto posting = post(lane.destination, std::move(items), false);
    const Posted posted = co_await std::move(posting);
    for (std::size_t i = 0; i < records.size(); ++i) {
      if (posted.errors[i]) fail(records[i], *posted.errors[i]);
    }
  }
  co_return true;
}

// ---- A FIFO queue
// --------------------------------------------------------------------------------------------

bool BatchRun::fits(const Items& run, std::size_t destination, const Item& next) const {
  std::vector<std::size_t> bytes;
  for (const Item& item : run) {
    if (batch_.records[item.record].group == batch_.records[next.record].group) return false;
    bytes.push_back(item.text.size());
  }
  bytes.push_back(next.text.size());
  return request_length(bytes, rules_of(destination)) == bytes.size();
}

void BatchRun::break_at(std::size_t record, const FunctionError& error) {
  fail(record, error);
  broken_at_ = record;
}

kernel::Task<bool> BatchRun::flush(Items items, std::size_t destination) {
  if (items.empty()) co_return true;
  std::vector<std::size_t> records;
  for (const Item& item : items) records.push_back(item.record);
  auto posting = post(destination, std::move(items), true);
  const Posted posted = co_await std::move(posting);
  for (std::size_t i = 0; i < posted.begun && !broken_at_; ++i) {
    if (posted.errors[i]) break_at(records[i], *posted.errors[i]);
  }
  co_return !broken_at_;
}

kernel::Task<bool> BatchRun::in_order() {
  Items run;  // neighbours that go together
  std::size_t destination = 0;
  const std::size_t count = batch_.records.size();
  for (std::size_t next = 0; !broken_at_ && next < count; ++next) {
    auto handover =
        prepare(batch_.records[next].event, around_.config, around_.scheduler.wall_now(), hops_[next]);
    if (handover && !handover->wanted.empty()) {
      auto referring = refer(around_, std::move(*handover), deadline_);
      handover = co_await std::move(referring);
    }
    if (handover && handover->dropped_by != nullptr) {
      static_cast<void>(drop(around_, *handover));
      continue;
    }
    std::optional<Item> item;
    const std::size_t wanted = handover ? handover->destination : 0;
    if (handover && around_.config.destinations[wanted].batch) item = to_item(next, std::move(*handover));
    const bool goes_along = item && (run.empty() || (wanted == destination && fits(run, destination, *item)));
    if (!goes_along) {
      auto flushing = flush(std::exchange(run, {}), destination);
      if (!co_await std::move(flushing)) break;
    }
    if (item) {
      destination = wanted;
      run.push_back(std::move(*item));
    } else if (!handover) {
      break_at(next, handover.error());
    } else {
      auto delivering = deliver(around_, std::move(*handover), deadline_);
      const FunctionResult result = co_await std::move(delivering);
      if (!result) break_at(next, result.error());
    }
  }
  if (!broken_at_) {
    auto flushing = flush(std::exchange(run, {}), destination);
    co_await std::move(flushing);
  }
  // What lies behind a failure is reported with it, done or not: it is known again by its EventUuid.
  for (std::size_t i = broken_at_.value_or(count) + 1; i < count; ++i)
    failed_.push_back(batch_.records[i].message_id);
  co_return true;
}

// ---- Requests
// ------------------------------------------------------------------------------------------------

kernel::Task<kernel::HttpResult> BatchRun::send_some(std::span<const Item> items, std::size_t destination) {
  std::vector<std::string_view> texts;
  for (const Item& item : items) texts.push_back(item.text);
  const Destination& to = around_.config.destinations[destination];
  return ingest::post(around_, to, batch_request(texts, to), {}, 0, deadline_);
}

std::vector<std::optional<FunctionError>> BatchRun::errors_of(const kernel::HttpResult& answer,
                                                              std::span<const Item> items) {
  if (!answer) return {items.size(), unreachable(answer.error())};
  if (answer->status != 200) {
    auto error = error_of(answer->status, answer->body);
    return {items.size(), error ? *error : garbled("status " + std::to_string(answer->status))};
  }
  std::vector<std::string> events;
  for (const Item& item : items) events.push_back(item.event);
  const auto answers = read_answers(answer->body, events);
  if (!answers) return {items.size(), garbled("its body is no list of these events")};
  std::vector<std::optional<FunctionError>> errors;
  for (const ItemAnswer& item : *answers) errors.push_back(error_of(item.status, item.detail));
  return errors;
}

kernel::Task<BatchRun::Posted> BatchRun::post(std::size_t destination, Items items, bool stops) {
  Posted posted{.errors = std::vector<std::optional<FunctionError>>(items.size())};
  std::vector<std::pair<std::size_t, std::size_t>> parts{{0, items.size()}};  // the last one is next
  while (!parts.empty()) {
    const auto [begin, end] = parts.back();
    parts.pop_back();
    const std::span<const Item> some = std::span<const Item>(items).subspan(begin, end - begin);
    auto sending = send_some(some, destination);
    const kernel::HttpResult answer = co_await std::move(sending);
    if (answer && answer->status == 413 && some.size() > 1) {
      const std::size_t middle = begin + some.size() / 2;
      parts.emplace_back(middle, end);
      parts.emplace_back(begin, middle);
      continue;
    }
    const auto errors = errors_of(answer, some);
    std::ranges::copy(errors, posted.errors.begin() + static_cast<std::ptrdiff_t>(begin));
    posted.begun = end;
    if (stops && std::ranges::any_of(errors, [](const auto& error) { return error.has_value(); })) break;
  }
  co_return posted;
}

}  // namespace ingest
