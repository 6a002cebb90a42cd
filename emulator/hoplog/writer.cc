#include "emulator/hoplog/writer.h"

#include "emulator/hoplog/schema.h"

namespace emulator::hoplog {
namespace {

// Needs the indexes. What stays behind in late_facts names a uuid that was never published.
constexpr const char* kApplyLateFacts = R"sql(
BEGIN;
CREATE TEMP TABLE found AS
  SELECT f.id, f.fact, coalesce(f.row, p.id) AS event, f.row, p.id AS by_uuid, f.word, f.place, f.at_ns
    FROM main.late_facts f LEFT JOIN main.publications p ON p.uuid = f.uuid;
UPDATE hops SET event = f.by_uuid FROM found f
 WHERE f.fact = 'hop_of_event' AND f.by_uuid IS NOT NULL AND hops.id = f.row;
UPDATE executions SET event = f.by_uuid FROM found f
 WHERE f.fact = 'execution_of_event' AND f.by_uuid IS NOT NULL AND executions.id = f.row;
UPDATE hops SET fault = coalesce(hops.fault, f.word) FROM found f WHERE f.fact = 'hop_fault' AND hops.id = f.row;
UPDATE event_ends SET "end" = f.word, ended_where = f.place, ended_ns = f.at_ns
  FROM (SELECT event, word, place, at_ns, max(id) FROM found WHERE fact = 'reopened_end' GROUP BY event) f
 WHERE event_ends.event = f.event;
INSERT INTO logs (at_ns, level, source, message, event)
  SELECT at_ns, 'WARN', 'hoplog', 'the event ended once more: ' || coalesce(word, '?') || ' at ' || coalesce(place, '?'), event
    FROM found WHERE fact = 'ended_again' AND event IS NOT NULL;
UPDATE event_ends SET ends = ends + f.more
  FROM (SELECT event, sum(CASE fact WHEN 'ended_again' THEN 1 ELSE -1 END) AS more FROM found
         WHERE fact IN ('ended_again', 'reopened') AND event IS NOT NULL GROUP BY event) f
 WHERE event_ends.event = f.event AND f.more > 0;
DELETE FROM late_facts
 WHERE id IN (SELECT id FROM found WHERE fact IN ('hop_fault', 'reopened_end') OR event IS NOT NULL
                 AND fact IN ('ended_again', 'reopened') OR by_uuid IS NOT NULL);
DROP TABLE found;
COMMIT;
)sql";

}  // namespace

kernel::Result<std::unique_ptr<Writer>> Writer::make(Connection file) {
  std::unique_ptr<Writer> writer{new Writer(std::move(file))};
  if (auto attached = writer->table_.attach(writer->file_); !attached)
    return std::unexpected(attached.error());
  auto begin = writer->file_.prepare("BEGIN");
  auto commit = writer->file_.prepare("COMMIT");
  if (!begin) return std::unexpected(begin.error());
  if (!commit) return std::unexpected(commit.error());
  writer->begin_ = std::move(*begin);
  writer->commit_ = std::move(*commit);
  for (std::size_t kind = 0; kind < kRecordKinds; ++kind) {
    const std::string_view sql = BatchTable::insert_of(static_cast<RecordKind>(kind));
    if (sql.empty()) continue;
    auto insert = writer->file_.prepare(sql);
    if (!insert) return std::unexpected(insert.error());
    writer->inserts_[kind] = std::move(*insert);
  }
  return writer;
}

void Writer::sort_out(std::string_view records) {
  for (const char* at = records.data(); at != records.data() + records.size();) {
    const auto& head = *reinterpret_cast<const RecordHead*>(at);
    if (head.kind == RecordKind::Name) {
      names_.emplace_back(at + sizeof(NameRecord), reinterpret_cast<const NameRecord*>(at)->text_size);
    } else {
      by_kind_[static_cast<std::size_t>(head.kind)].push_back(at);
    }
    at += head.size;
  }
}

kernel::Result<> Writer::insert_all() {
  if (auto begun = begin_.run(); !begun) return begun;
  for (std::size_t kind = 0; kind < kRecordKinds; ++kind) {
    if (by_kind_[kind].empty()) continue;
    table_.show(static_cast<RecordKind>(kind), by_kind_[kind], names_);
    if (auto inserted = inserts_[kind]->run(); !inserted) return inserted;
    by_kind_[kind].clear();
  }
  return commit_.run();
}

void Writer::write(const Batch& batch) {
  if (error_) return;
  digest_.add(batch.rows.all());
  sort_out(batch.rows.all());
  sort_out(batch.talk.all());
  if (auto inserted = insert_all(); !inserted) error_ = inserted.error();
}

kernel::Result<std::string> Writer::seal(std::optional<std::vector<LayerRow>> layers) {
  if (error_) return std::unexpected(*error_);
  if (auto built = create_indexes(file_); !built) return std::unexpected(built.error());
  const auto late = file_.integer("SELECT count(*) FROM late_facts");
  if (!late) return std::unexpected(late.error());
  if (*late > 0) {
    if (auto applied = file_.run(kApplyLateFacts); !applied) return std::unexpected(applied.error());
  }
  if (!layers) {
    auto counted = count_layers(file_);
    if (!counted) return std::unexpected(counted.error());
    layers = std::move(*counted);
  }
  if (auto written = write_layers(file_, *layers); !written) return std::unexpected(written.error());
  return digest_.hex();
}

}  // namespace emulator::hoplog
