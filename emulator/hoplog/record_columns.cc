// Which column of which table each part of a record becomes.
#include <sqlite3.h>

#include "emulator/hoplog/batch_table.h"
#include "middleware/kernel/check.h"
#include "middleware/kernel/hop.h"
#include "middleware/kernel/journal.h"

namespace emulator::hoplog {
namespace {

/// Hands out one value of a row; an empty text, no event and no time come out as NULL.
class Out {
 public:
  Out(sqlite3_context* context, const BatchTable::Names& names) : context_(context), names_(names) {}

  void number(std::int64_t value) const { sqlite3_result_int64(context_, value); }
  void real(double value) const { sqlite3_result_double(context_, value); }
  void id(std::uint64_t value) const {
    if (value != 0) number(static_cast<std::int64_t>(value));
  }
  void time(std::int64_t value) const {
    if (value != kNoTime) number(value);
  }
  void text(const char* data, std::size_t size) const {
    if (size != 0) sqlite3_result_text(context_, data, static_cast<int>(size), SQLITE_STATIC);
  }
  void text(std::string_view text) const { this->text(text.data(), text.size()); }
  void name(NameId name) const { text(names_[name]); }

 private:
  sqlite3_context* context_;
  const BatchTable::Names& names_;
};

void hop_column(const HopRecord& r, int column, const Out& out) {
  const char* texts = reinterpret_cast<const char*>(&r + 1);
  switch (column) {
    case 0:
      return out.id(r.id);
    case 1:
      return out.id(r.event);
    case 2:
      return out.id(r.parent);
    case 3:
      return out.text(to_text(static_cast<kernel::Stage>(r.stage)));
    case 4:
      return out.name(r.source);
    case 5:
      return out.name(r.target);
    case 6:
      return r.operation_size == 0 ? out.name(r.operation) : out.text(texts, r.operation_size);
    case 7:
      return out.number(r.attempt);
    case 8:
      return out.number(r.start_ns);
    case 9:
      return out.time(r.end_ns);
    case 10:
      return r.outcome == kNoOutcome ? void() : out.text(to_text(static_cast<kernel::Outcome>(r.outcome)));
    case 11:
      return out.number(r.status);
    case 12:
      return out.text(texts + r.operation_size, r.error_size);
    case 13:
      return out.number(r.bytes_sent);
    case 14:
      return out.number(r.bytes_received);
    case 15:
      return out.text(texts + r.operation_size + r.error_size, r.request_size);
    case 16:
      return out.text(texts + r.operation_size + r.error_size + r.request_size, r.response_size);
    case 17:
      return out.name(r.fault);
    case 18:
      return out.time(r.deadline_ns);
    default:
      return;
  }
}

void publication_column(const PublicationRecord& r, int column, const Out& out) {
  const char* texts = reinterpret_cast<const char*>(&r + 1);
  switch (column) {
    case 0:
      return out.id(r.id);
    case 1:
      return out.text(texts, r.uuid_size);
    case 2:
      return out.number(r.replay_id);
    case 3:
      return out.name(r.channel);
    case 4:
      return out.name(r.kind);
    case 5:
      return out.text(texts + r.uuid_size, r.ordering_key_size);
    case 6:
      return out.text(texts + r.uuid_size + r.ordering_key_size, r.payload_size);
    case 7:
      return out.number(r.published_ns);
    default:
      return;
  }
}

void end_column(const EndRecord& r, int column, const Out& out) {
  switch (column) {
    case 0:
      return out.id(r.event);
    case 1:
      return out.text(to_text(static_cast<kernel::End>(r.end)));
    case 2:
      return out.number(r.ended_ns);
    case 3:
      return out.name(r.where);
    case 4:
      return out.number(1);
    default:
      return;
  }
}

void fault_column(const FaultRecord& r, int column, const Out& out) {
  switch (column) {
    case 0:
      return out.number(r.at_ns);
    case 1:
      return out.name(r.rule);
    case 2:
      return out.name(r.target);
    case 3:
      return out.text(reinterpret_cast<const char*>(&r + 1), r.key_size);
    case 4:
      return out.number(static_cast<std::int64_t>(r.n));
    case 5:
      return out.real(r.draw);
    case 6:
      return out.real(r.threshold);
    case 7:
      return out.number(r.fired);
    case 8:
      return out.id(r.hop);
    default:
      return;
  }
}

void transition_column(const TransitionRecord& r, int column, const Out& out) {
  const char* texts = reinterpret_cast<const char*>(&r + 1);
  switch (column) {
    case 0:
      return out.number(r.at_ns);
    case 1:
      return out.name(r.kind);
    case 2:
      return out.name(r.subject);
    case 3:
      return out.text(texts, r.owner_size);
    case 4:
      return out.name(r.from);
    case 5:
      return out.name(r.to);
    case 6:
      return out.text(texts + r.owner_size, r.why_size);
    default:
      return;
  }
}

void execution_column(const ExecutionRecord& r, int column, const Out& out) {
  switch (column) {
    case 0:
      return out.id(r.id);
    case 1:
      return out.name(r.api);
    case 2:
      return out.name(r.operation);
    case 3:
      return out.text(reinterpret_cast<const char*>(&r + 1), r.business_key_size);
    case 4:
      return out.id(r.event);
    case 5:
      return out.number(r.at_ns);
    default:
      return;
  }
}

void late_column(const LateRecord& r, int column, const Out& out) {
  switch (column) {
    case 0:
      return out.text(kLateWords[static_cast<std::size_t>(r.fact)]);
    case 1:
      return out.id(r.row);
    case 2:
      return out.text(reinterpret_cast<const char*>(&r + 1), r.uuid_size);
    case 3:
      return out.name(r.word);
    case 4:
      return out.name(r.place);
    case 5:
      return out.number(r.at_ns);
    default:
      return;
  }
}

void log_column(const LogRecord& r, int column, const Out& out) {
  const char* texts = reinterpret_cast<const char*>(&r + 1);
  switch (column) {
    case 0:
      return out.number(r.at_ns);
    case 1:
      return out.text(to_text(static_cast<kernel::LogLevel>(r.level)));
    case 2:
      return out.text(texts, r.source_size);
    case 3:
      return out.text(texts + r.source_size, r.message_size);
    case 4:
      return out.id(r.event);
    case 5:
      return out.text(texts + r.source_size + r.message_size, r.fields_size);
    default:
      return;
  }
}

void metric_column(const MetricRecord& r, int column, const Out& out) {
  const char* texts = reinterpret_cast<const char*>(&r + 1);
  switch (column) {
    case 0:
      return out.number(r.at_ns);
    case 1:
      return out.text(texts, r.name_size);
    case 2:
      return out.real(r.value);
    case 3:
      return out.text(texts + r.name_size, r.unit_size);
    case 4:
      return out.text(texts + r.name_size + r.unit_size, r.dimensions_size);
    default:
      return;
  }
}

}  // namespace

void BatchTable::column(std::size_t row, int column, sqlite3_context* context) const {
  const Out out{context, *names_};
  const char* record = (*records_)[row];
  switch (kind_) {
    case RecordKind::Name:
      break;
    case RecordKind::Hop:
      return hop_column(*reinterpret_cast<const HopRecord*>(record), column, out);
    case RecordKind::Publication:
      return publication_column(*reinterpret_cast<const PublicationRecord*>(record), column, out);
    case RecordKind::End:
      return end_column(*reinterpret_cast<const EndRecord*>(record), column, out);
    case RecordKind::Fault:
      return fault_column(*reinterpret_cast<const FaultRecord*>(record), column, out);
    case RecordKind::Transition:
      return transition_column(*reinterpret_cast<const TransitionRecord*>(record), column, out);
    case RecordKind::Execution:
      return execution_column(*reinterpret_cast<const ExecutionRecord*>(record), column, out);
    case RecordKind::LateFact:
      return late_column(*reinterpret_cast<const LateRecord*>(record), column, out);
    case RecordKind::Log:
      return log_column(*reinterpret_cast<const LogRecord*>(record), column, out);
    case RecordKind::Metric:
      return metric_column(*reinterpret_cast<const MetricRecord*>(record), column, out);
  }
  CHECK(kind_ != RecordKind::Name);
}

std::string_view BatchTable::insert_of(RecordKind kind) {
  switch (kind) {
    case RecordKind::Name:
      return "";
    case RecordKind::Hop:
      return "INSERT INTO hops SELECT * FROM batch_rows";
    case RecordKind::Publication:
      return "INSERT INTO publications SELECT c0, c1, c2, c3, c4, c5, c6, c7 FROM batch_rows";
    case RecordKind::End:
      return "INSERT INTO event_ends SELECT c0, c1, c2, c3, c4 FROM batch_rows";
    case RecordKind::Fault:
      return "INSERT INTO faults SELECT NULL, c0, c1, c2, c3, c4, c5, c6, c7, c8 FROM batch_rows";
    case RecordKind::Transition:
      return "INSERT INTO transitions SELECT NULL, c0, c1, c2, c3, c4, c5, c6 FROM batch_rows";
    case RecordKind::Execution:
      return "INSERT INTO executions SELECT c0, c1, c2, c3, c4, c5 FROM batch_rows";
    case RecordKind::LateFact:
      return "INSERT INTO late_facts SELECT NULL, c0, c1, c2, c3, c4, c5 FROM batch_rows";
    case RecordKind::Log:
      return "INSERT INTO logs SELECT NULL, c0, c1, c2, c3, c4, c5 FROM batch_rows";
    case RecordKind::Metric:
      return "INSERT INTO metrics SELECT NULL, c0, c1, c2, c3, c4 FROM batch_rows";
  }
  return "";
}

}  // namespace emulator::hoplog
