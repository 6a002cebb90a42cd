#include "emulator/runner/redacting_journal.h"

#include <utility>

namespace emulator::runner {
namespace {
constexpr std::size_t kLeaksMax = 1000;
}  // namespace

class RedactingJournal::Cleaned {
 public:
  /// The leak, if there is one, is `leak` with the secret's name behind its text.
  Cleaned(RedactingJournal& journal, std::string_view& text, judge::Leak leak) {
    const KnownSecrets& secrets = journal.secrets_;
    if (text.empty() || !secrets.finds_any(text)) return;
    leak.text += " held " + secrets.first_in(text).value_or("a secret");
    clean_ = secrets.redacted(text);
    text = clean_;
    journal.note(std::move(leak));
  }
  Cleaned(const Cleaned&) = delete;
  Cleaned& operator=(const Cleaned&) = delete;

 private:
  std::string clean_;
};

void RedactingJournal::note(judge::Leak leak) {
  if (leaks_.size() < kLeaksMax) leaks_.push_back(std::move(leak));
}

void RedactingJournal::check_log_event(std::string_view text, const std::string& group) {
  if (secrets_.is_empty() || !secrets_.finds_any(text)) return;
  note({.text =
            "an event of the log group " + group + " held " + secrets_.first_in(text).value_or("a secret")});
}

kernel::HopId RedactingJournal::open(const kernel::HopStart& start) {
  if (!secrets_.finds_any(start.operation)) return next_.open(start);
  kernel::HopStart clean = start;
  const std::string operation = secrets_.redacted(start.operation);
  clean.operation = operation;
  const kernel::HopId hop = next_.open(clean);
  note({.text = "the operation held " + secrets_.first_in(start.operation).value_or("a secret"), .hop = hop});
  return hop;
}

void RedactingJournal::close(kernel::HopId hop, const kernel::HopEnd& end) {
  if (secrets_.is_empty()) return next_.close(hop, end);
  kernel::HopEnd clean = end;
  const Cleaned error(*this, clean.error, {.text = "the error", .hop = hop});
  const Cleaned request(*this, clean.request, {.text = "the request", .hop = hop});
  const Cleaned response(*this, clean.response, {.text = "the response", .hop = hop});
  next_.close(hop, clean);
}

void RedactingJournal::transition(const kernel::Transition& transition) {
  if (secrets_.is_empty()) return next_.transition(transition);
  kernel::Transition clean = transition;
  const Cleaned why(*this, clean.why,
                    {.text = "the reason of a transition of " + std::string(clean.subject)});
  next_.transition(clean);
}

void RedactingJournal::log(const kernel::LogLine& line) {
  if (secrets_.is_empty()) return next_.log(line);
  kernel::LogLine clean = line;
  const std::string source(line.source);
  const std::string event(line.event);
  const Cleaned message(*this, clean.message, {.text = "a log line of " + source, .event = event});
  const Cleaned fields(*this, clean.fields,
                       {.text = "the fields of a log line of " + source, .event = event});
  next_.log(clean);
}

void RedactingJournal::metric(const kernel::DataPoint& point) {
  if (secrets_.is_empty()) return next_.metric(point);
  kernel::DataPoint clean = point;
  const Cleaned dimensions(*this, clean.dimensions,
                           {.text = "the dimensions of the metric " + std::string(point.name)});
  next_.metric(clean);
}

void RedactingJournal::published(const kernel::PublishedEvent& event) {
  if (secrets_.is_empty()) return next_.published(event);
  kernel::PublishedEvent clean = event;
  const std::string uuid(event.uuid);
  const Cleaned key(*this, clean.ordering_key, {.text = "the ordering key of an event", .event = uuid});
  const Cleaned payload(*this, clean.payload, {.text = "the payload of an event", .event = uuid});
  next_.published(clean);
}

void RedactingJournal::rejected(const kernel::PublishedEvent& event, std::string_view where) {
  if (secrets_.is_empty()) return next_.rejected(event, where);
  kernel::PublishedEvent clean = event;
  const std::string uuid(event.uuid);
  const Cleaned key(*this, clean.ordering_key, {.text = "the ordering key of an event", .event = uuid});
  const Cleaned payload(*this, clean.payload, {.text = "the payload of an event", .event = uuid});
  next_.rejected(clean, where);
}

void RedactingJournal::fault(const kernel::FaultDraw& draw) {
  if (secrets_.is_empty()) return next_.fault(draw);
  kernel::FaultDraw clean = draw;
  const Cleaned key(*this, clean.key, {.text = "the key of a fault", .hop = draw.hop});
  next_.fault(clean);
}

void RedactingJournal::effect(const kernel::Effect& effect) {
  if (secrets_.is_empty()) return next_.effect(effect);
  kernel::Effect clean = effect;
  const Cleaned key(
      *this, clean.business_key,
      {.text = "a business key of " + std::string(effect.api), .event = std::string(effect.event)});
  next_.effect(clean);
}

}  // namespace emulator::runner
