#include "emulator/hoplog/recorder.h"

#include "emulator/hoplog/bounded_text.h"
#include "middleware/kernel/check.h"

namespace emulator::hoplog {
namespace {

using kernel::End;

// Texts that repeat travel as numbers. Operations may carry an order number in their path and never repeat:
// those beyond the bound, and long ones, travel as they are, so that a long run needs no more memory than a
// short one.
constexpr std::size_t kOperationsMax = 4096;
constexpr std::size_t kOperationBytesMax = 128;
constexpr std::size_t kBatchBytesMax = std::size_t{1} << 20;

constexpr std::uint32_t size_of(std::string_view text) { return static_cast<std::uint32_t>(text.size()); }

}  // namespace

Recorder::~Recorder() {
  if (!writer_) return;
  if (!sealed_) flush();
  worker_.wait_idle();
}

std::unique_ptr<Batch> Recorder::new_batch() const {
  // Room for rows of 300 bytes; longer ones make it grow.
  return std::make_unique<Batch>(
      Batch{.rows = Bytes{std::min<std::size_t>(config_.batch_rows * 320, kBatchBytesMax) + 256}});
}

void Recorder::flush() {
  if (batch_->count == 0) return;
  worker_.post([writer = writer_.get(), batch = std::move(batch_)] { writer->write(*batch); });
  batch_ = new_batch();
}

template <class Record>
void Recorder::add(RecordKind kind, const Record& record, std::initializer_list<std::string_view> texts) {
  const bool is_talk = kind == RecordKind::Log || kind == RecordKind::Metric;
  Bytes& bytes = is_talk ? batch_->talk : batch_->rows;
  bytes.add(kind, record, texts);
  if (++batch_->count >= config_.batch_rows || bytes.size() > kBatchBytesMax) flush();
}

NameId Recorder::name(std::string_view text) {
  if (text.empty()) return 0;
  const TextKey key = key_of(text);
  const NameId known = names_.find(key);
  if (known != FlatMap<TextKey>::kNone) return known;
  names_.insert(key, ++last_name_);
  batch_->rows.add(RecordKind::Name, NameRecord{.head = {}, .text_size = size_of(text)}, {text});
  batch_->count += batch_->count == 0 ? 1 : 0;  // so that a flush hands it over
  return last_name_;
}

std::uint64_t Recorder::event_id(std::string_view uuid) {
  const std::uint32_t slot = events_.find(uuid);
  return slot == KnownEvents::kNone ? 0 : events_.at(slot).id;
}

std::uint64_t Recorder::event_of(kernel::HopId hop) {
  const OpenHop* open = hops_.find(hop);
  return open == nullptr ? 0 : open->event;
}

void Recorder::add_late(Late fact, std::uint64_t row, std::string_view uuid, NameId word, NameId place) {
  add(RecordKind::LateFact,
      LateRecord{.head = {},
                 .fact = fact,
                 .word = word,
                 .row = row,
                 .at_ns = now_ns(),
                 .place = place,
                 .uuid_size = size_of(uuid)},
      {uuid});
}

kernel::HopId Recorder::open(const kernel::HopStart& start) {
  OpenHop& hop = hops_.add();
  if (sealed_) return hop.id;
  const std::uint32_t slot = events_.find(start.event);
  hop.event = slot == KnownEvents::kNone ? 0 : events_.at(slot).id;
  const bool is_unknown = hop.event == 0 && !start.event.empty();
  if (is_unknown) hop.event = event_of(start.parent);
  hop.parent = start.parent;
  hop.start_ns = now_ns();
  hop.source = name(start.from);
  hop.target = name(start.to);
  hop.operation = 0;
  hop.rare_operation.reset();
  hop.fault = 0;
  hop.attempt = start.attempt;
  hop.deadline_ns = start.deadline ? kernel::nanoseconds(*start.deadline) : kNoTime;
  hop.stage = start.stage;
  if (sample_) {
    sample_->opened(hops_.place_of(hop), hop, start.to, slot,
                    is_unknown || sample_->takes_event(start.event));
  }
  const NameId before = last_name_;
  if (start.operation.size() <= kOperationBytesMax &&
      (operations_ < kOperationsMax || names_.find(key_of(start.operation)) != FlatMap<TextKey>::kNone)) {
    hop.operation = name(start.operation);
    operations_ += last_name_ - before;
  } else {
    hop.rare_operation = std::make_unique<const std::string>(start.operation);
  }
  const kernel::HopId id = hop.id;
  if (is_unknown) add_late(Late::HopOfEvent, id, start.event, 0, 0);
  return id;
}

void Recorder::close(kernel::HopId id, const kernel::HopEnd& end) {
  OpenHop* hop = hops_.find(id);
  CHECK_THAT(hop != nullptr || sealed_, "hop " + std::to_string(id) + " is not open");
  if (hop == nullptr) return;
  if (!sealed_ && (!sample_ || sample_->closes(hops_, *hop, end.outcome)))
    write_hop(*hop, now_ns(), static_cast<std::uint8_t>(end.outcome), end);
  hops_.remove(*hop);
}

void Recorder::write_hop(const OpenHop& hop, std::int64_t end_ns, std::uint8_t outcome,
                         const kernel::HopEnd& end) {
  const Bounded request{end.request, config_.body_bytes_max};
  const Bounded response{end.response, config_.body_bytes_max};
  const Bounded error{end.error, config_.body_bytes_max};
  const std::string_view operation = hop.rare_operation ? *hop.rare_operation : std::string_view{};
  add(RecordKind::Hop,
      HopRecord{.head = {},
                .id = hop.id,
                .event = hop.event,
                .parent = hop.parent,
                .start_ns = hop.start_ns,
                .end_ns = end_ns,
                .deadline_ns = hop.deadline_ns,
                .bytes_sent = end.bytes_sent,
                .bytes_received = end.bytes_received,
                .source = hop.source,
                .target = hop.target,
                .operation = hop.operation,
                .fault = hop.fault,
                .attempt = hop.attempt,
                .status = end.status,
                .stage = static_cast<std::uint8_t>(hop.stage),
                .outcome = outcome,
                .operation_size = size_of(operation),
                .error_size = error.size(),
                .request_size = request.size(),
                .response_size = response.size()},
      {operation, error.begin, error.rest, request.begin, request.rest, response.begin, response.rest});
}

void Recorder::transition(const kernel::Transition& t) {
  if (sealed_) return;
  add(RecordKind::Transition,
      TransitionRecord{.head = {},
                       .at_ns = now_ns(),
                       .kind = name(t.kind),
                       .subject = name(t.subject),
                       .from = name(t.from),
                       .to = name(t.to),
                       .owner_size = size_of(t.owner),
                       .why_size = size_of(t.why)},
      {t.owner, t.why});
}

void Recorder::log(const kernel::LogLine& line) {
  if (sealed_) return;
  add(RecordKind::Log,
      LogRecord{.head = {},
                .at_ns = now_ns(),
                .event = event_id(line.event),
                .level = static_cast<std::uint32_t>(line.level),
                .source_size = size_of(line.source),
                .message_size = size_of(line.message),
                .fields_size = size_of(line.fields)},
      {line.source, line.message, line.fields});
}

void Recorder::metric(const kernel::DataPoint& point) {
  if (sealed_) return;
  add(RecordKind::Metric,
      MetricRecord{.head = {},
                   .at_ns = now_ns(),
                   .value = point.value,
                   .name_size = size_of(point.name),
                   .unit_size = size_of(point.unit),
                   .dimensions_size = size_of(point.dimensions)},
      {point.name, point.unit, point.dimensions});
}

std::uint32_t Recorder::publish(const kernel::PublishedEvent& event) {
  const std::uint32_t slot = events_.add(event.uuid);
  events_.at(slot).open = 1;
  ++counts_.published;
  ++counts_.in_flight;
  const std::string_view payload =
      !sample_ || sample_->takes_event(event.uuid) ? event.payload : std::string_view{};
  add(RecordKind::Publication,
      PublicationRecord{.head = {},
                        .id = events_.at(slot).id,
                        .replay_id = event.replay_id,
                        .published_ns = now_ns(),
                        .channel = name(event.channel),
                        .kind = name(event.kind),
                        .uuid_size = size_of(event.uuid),
                        .ordering_key_size = size_of(event.ordering_key),
                        .payload_size = size_of(payload)},
      {event.uuid, event.ordering_key, payload});
  return slot;
}

void Recorder::published(const kernel::PublishedEvent& event) {
  CHECK(!event.uuid.empty());
  if (sealed_ || events_.find(event.uuid) != KnownEvents::kNone) return;
  publish(event);
}

void Recorder::rejected(const kernel::PublishedEvent& event, std::string_view where) {
  CHECK(!event.uuid.empty());
  if (sealed_) return;
  const std::uint32_t known = events_.find(event.uuid);
  end_branch(known == KnownEvents::kNone ? publish(event) : known, event.uuid, End::Rejected, where);
}

void Recorder::branched(std::string_view event, int more) {
  CHECK(more >= 0);
  if (sealed_ || more == 0) return;
  const std::uint32_t slot = events_.find(event);
  if (slot == KnownEvents::kNone) {
    for (int i = 0; i < more; ++i) add_late(Late::Reopened, 0, event, 0, 0);
    return;
  }
  KnownEvent& known = events_.at(slot);
  if (known.open == 0) {
    ++counts_.in_flight;
    --counts_.by_end[static_cast<std::size_t>(known.worst)];
  }
  known.open += more;
}

void Recorder::ended(std::string_view event, End end, std::string_view where) {
  if (sealed_) return;
  const std::uint32_t slot = events_.find(event);
  if (slot != KnownEvents::kNone) return end_branch(slot, event, end, where);
  ++counts_.ended_again;
  add_late(Late::EndedAgain, 0, event, name(to_text(end)), name(where));
}

void Recorder::end_branch(std::uint32_t slot, std::string_view uuid, End end, std::string_view where) {
  KnownEvent& event = events_.at(slot);
  if (event.open == 0) {
    ++counts_.ended_again;
    return add_late(Late::EndedAgain, event.id, {}, name(to_text(end)), name(where));
  }
  if (!event.has_end || end > event.worst) {
    event.worst = end;
    event.where = name(where);
  }
  event.has_end = true;
  if (--event.open > 0) return;
  --counts_.in_flight;
  ++counts_.by_end[static_cast<std::size_t>(event.worst)];
  const End worst = event.worst;
  if (event.was_over) {
    add_late(Late::ReopenedEnd, event.id, {}, name(to_text(worst)), event.where);
  } else {
    event.was_over = true;
    add(RecordKind::End,
        EndRecord{.head = {},
                  .event = event.id,
                  .ended_ns = now_ns(),
                  .where = event.where,
                  .end = static_cast<std::uint32_t>(worst)},
        {});
  }
  const std::uint32_t forgotten = events_.retire(slot);
  if (sample_ && forgotten != KnownEvents::kNone) sample_->forget(forgotten);
  if (event_ended_) event_ended_(uuid, worst);
}

void Recorder::fault(const kernel::FaultDraw& draw) {
  if (sealed_) return;
  const NameId rule = name(draw.rule);
  add(RecordKind::Fault,
      FaultRecord{.head = {},
                  .at_ns = now_ns(),
                  .n = draw.n,
                  .draw = draw.draw,
                  .threshold = draw.threshold,
                  .hop = draw.hop,
                  .rule = rule,
                  .target = name(draw.target),
                  .fired = draw.fired ? 1U : 0U,
                  .key_size = size_of(draw.key)},
      {draw.key});
  if (!draw.fired || draw.hop == 0) return;
  // The first rule that touched a hop is named in its row; all of them stand in `faults`.
  if (OpenHop* hop = hops_.find(draw.hop)) {
    if (hop->fault == 0) hop->fault = rule;
  } else {
    add_late(Late::HopFault, draw.hop, {}, rule, 0);
  }
}

void Recorder::effect(const kernel::Effect& effect) {
  if (sealed_) return;
  const std::uint64_t event = event_id(effect.event);
  const std::uint64_t id = ++last_execution_;
  add(RecordKind::Execution,
      ExecutionRecord{.head = {},
                      .id = id,
                      .event = event,
                      .at_ns = now_ns(),
                      .api = name(effect.api),
                      .operation = name(effect.operation),
                      .business_key_size = size_of(effect.business_key)},
      {effect.business_key});
  if (event == 0 && !effect.event.empty()) add_late(Late::ExecutionOfEvent, id, effect.event, 0, 0);
}

}  // namespace emulator::hoplog
