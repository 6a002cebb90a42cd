#include "emulator/report/run_report.h"

#include <array>

#include "middleware/kernel/journal.h"

namespace emulator::report {
namespace {

using hoplog::RunFile;
using hoplog::Table;
using hoplog::Value;
using Row = std::vector<Value>;

std::string text(const Row& row, std::size_t column) { return hoplog::value_text(row[column]); }
std::int64_t integer(const Row& row, std::size_t column) {
  const auto* number = std::get_if<std::int64_t>(&row[column]);
  return number == nullptr ? 0 : *number;
}

/// Asks one query after another and remembers the first error, so that reading is one list of questions.
class Asking {
 public:
  explicit Asking(const RunFile& file) : file_(file) {}

  std::vector<Row> rows(std::string_view sql, std::initializer_list<Value> parameters = {}) {
    if (error_) return {};
    auto table = file_.query(sql, parameters);
    if (table) return std::move(table->rows);
    error_ = table.error();
    return {};
  }
  const std::optional<kernel::Error>& error() const { return error_; }

 private:
  const RunFile& file_;
  std::optional<kernel::Error> error_;
};

void read_head(Asking& ask, RunReport& run) {
  for (const Row& row :
       ask.rows("SELECT scenario, file, clock, verdict, digest, version, wall_start, seed, virtual_ns, "
                "real_ms, arguments FROM runs ORDER BY id LIMIT 1")) {
    run.scenario = text(row, 0);
    run.file = text(row, 1);
    run.clock = text(row, 2);
    run.verdict = text(row, 3);
    run.digest = text(row, 4);
    run.version = text(row, 5);
    run.wall_start = text(row, 6);
    run.seed = static_cast<std::uint64_t>(integer(row, 7));
    run.virtual_ns = integer(row, 8);
    run.real_ms = integer(row, 9);
    run.arguments = text(row, 10);
  }
}

/// Files of the first version have all hops.
void read_share(Asking& ask, RunReport& run) {
  for (const Row& row :
       ask.rows("SELECT count(*) FROM pragma_table_info('runs') WHERE name = 'hops_share'")) {
    if (integer(row, 0) == 0) return;
  }
  for (const Row& row : ask.rows("SELECT cast(round(hops_share * 1e9) AS INTEGER) FROM runs")) {
    run.hops_share = static_cast<double>(integer(row, 0)) / 1e9;
  }
}

void read_events(Asking& ask, RunReport& run) {
  using kernel::End;
  constexpr std::array kEnds = {End::Delivered, End::DeadLettered, End::Lost,
                                End::Expired,   End::Rejected,     End::Filtered};
  for (const End end : kEnds) run.ends.emplace_back(kernel::to_text(end), 0);
  for (const Row& row : ask.rows("SELECT \"end\", count(*), sum(ends > 1) FROM events GROUP BY \"end\"")) {
    run.published += integer(row, 1);
    run.ended_again += integer(row, 2);
    for (auto& [end, count] : run.ends) {
      if (end == text(row, 0)) count = integer(row, 1);
    }
  }
}

void read_calls(Asking& ask, RunReport& run) {
  for (const Row& row : ask.rows(R"(
      SELECT CASE stage WHEN 'api' THEN target ELSE stage END AS name, sum(hops) AS calls FROM attempts_by_layer
       WHERE stage IN ('relay', 'topic', 'queue', 'invoke', 'compute', 'api') GROUP BY stage = 'api', name
       ORDER BY min(CASE stage WHEN 'relay' THEN 1 WHEN 'topic' THEN 2 WHEN 'queue' THEN 3 WHEN 'invoke' THEN 4
                               WHEN 'compute' THEN 5 WHEN 'api' THEN 6 ELSE 7 END), name)")) {
    run.layers.push_back({.name = text(row, 0), .calls = integer(row, 1)});
  }
  if (run.hops_share < 1) {  // the layers are exact, the most that one event caused is not known
    for (const Row& row :
         ask.rows("SELECT sum(hops_of_events) FROM layers WHERE stage IN ('invoke', 'compute', 'api')")) {
      run.calls_per_event =
          run.published == 0 ? 0 : static_cast<double>(integer(row, 0)) / static_cast<double>(run.published);
    }
    return;
  }
  for (const Row& row : ask.rows(R"(
      SELECT sum(calls), max(calls) FROM (
        SELECT count(*) AS calls FROM hops
         WHERE event IS NOT NULL AND stage IN ('invoke', 'compute', 'api') AND outcome IS NOT 'open'
         GROUP BY event))")) {
    run.calls_per_event =
        run.published == 0 ? 0 : static_cast<double>(integer(row, 0)) / static_cast<double>(run.published);
    run.calls_per_event_max = integer(row, 1);
  }
}

void read_breakers(Asking& ask, RunReport& run) {
  for (const Row& row : ask.rows("SELECT subject, owner, from_state, to_state, at_ns FROM transitions "
                                 "WHERE kind = 'breaker' ORDER BY subject, owner, id")) {
    run.breakers.push_back({.breaker = text(row, 0),
                            .owner = text(row, 1),
                            .from = text(row, 2),
                            .to = text(row, 3),
                            .at_ns = integer(row, 4)});
  }
}

void read_checks(Asking& ask, RunReport& run) {
  for (const Row& row :
       ask.rows("SELECT kind, name, verdict, expected, found, example_event, example_hop, place "
                "FROM checks ORDER BY id")) {
    run.checks.push_back({.kind = text(row, 0),
                          .name = text(row, 1),
                          .verdict = text(row, 2),
                          .expected = text(row, 3),
                          .found = text(row, 4),
                          .example_event = text(row, 5),
                          .example_hop = integer(row, 6),
                          .place = text(row, 7).empty() ? run.file : text(row, 7)});
  }
}

constexpr std::string_view kHopColumns =
    "id, start_ns, stage, target, operation, outcome, error, attempt, status";
HopLine hop_line(const Row& row) {
  return {.id = integer(row, 0),
          .start_ns = integer(row, 1),
          .stage = text(row, 2),
          .target = text(row, 3),
          .operation = text(row, 4),
          .outcome = text(row, 5).empty() ? "still open" : text(row, 5),
          .error = text(row, 6),
          .attempt = integer(row, 7),
          .status = integer(row, 8)};
}

/// The check's own example hop; else its event's first hop that went wrong, or its last; else the run's first
/// that did.
std::optional<HopLine> find_bad_hop(Asking& ask, const Check& check) {
  const std::string select = "SELECT " + std::string(kHopColumns) + " FROM hops ";
  const std::string went_wrong = "(outcome IS NULL OR outcome NOT IN ('ok', 'filtered', 'duplicate'))";
  std::vector<Row> rows;
  if (check.example_hop != 0) rows = ask.rows(select + "WHERE id = ?", {check.example_hop});
  if (rows.empty() && !check.example_event.empty()) {
    rows = ask.rows(select + "WHERE event = (SELECT id FROM publications WHERE uuid = ?) ORDER BY NOT " +
                        went_wrong + ", CASE WHEN " + went_wrong +
                        " THEN start_ns ELSE -start_ns END, CASE WHEN " + went_wrong +
                        " THEN id ELSE -id END LIMIT 1",
                    {check.example_event});
  }
  if (rows.empty() && check.example_event.empty() && check.example_hop == 0) {
    rows = ask.rows(select + "WHERE " + went_wrong + " ORDER BY start_ns, id LIMIT 1");
  }
  if (rows.empty()) return std::nullopt;
  return hop_line(rows.front());
}

void read_scene(Asking& ask, RunReport& run) {
  const Check* broken = run.first_broken();
  if (broken == nullptr) return;
  run.scene.bad_hop = find_bad_hop(ask, *broken);
  if (!run.scene.bad_hop) return;
  const HopLine& bad = *run.scene.bad_hop;
  for (const Row& row : ask.rows("SELECT * FROM (SELECT " + std::string(kHopColumns) +
                                     " FROM hops WHERE event = (SELECT event FROM hops WHERE id = ?1) AND "
                                     "(start_ns, id) < (?2, ?1) ORDER BY start_ns DESC, id DESC LIMIT 3) "
                                     "ORDER BY start_ns, id",
                                 {bad.id, bad.start_ns})) {
    run.scene.before.push_back(hop_line(row));
  }
  for (const Row& row : ask.rows("SELECT rule, sum(fired) FROM faults WHERE fired GROUP BY rule "
                                 "HAVING min(at_ns) <= coalesce((SELECT end_ns FROM hops WHERE id = ?1), ?2) "
                                 "AND max(at_ns) >= ?2 ORDER BY min(id)",
                                 {bad.id, bad.start_ns})) {
    run.scene.faults.push_back({.rule = text(row, 0), .fired = integer(row, 1)});
  }
}

}  // namespace

std::int64_t RunReport::ended(std::string_view end) const {
  for (const auto& [word, count] : ends) {
    if (word == end) return count;
  }
  return 0;
}

const Check* RunReport::first_broken() const {
  // An expectation is what the author asked for: it says more than an invariant that broke with it.
  for (const std::string_view kind : {"expectation", "invariant"}) {
    for (const Check& check : checks) {
      if (check.is_broken() && check.kind == kind) return &check;
    }
  }
  return nullptr;
}

kernel::Result<RunReport> read_run(const RunFile& file) {
  Asking ask{file};
  RunReport run;
  run.path = file.path();
  read_head(ask, run);
  read_share(ask, run);
  read_events(ask, run);
  read_calls(ask, run);
  read_breakers(ask, run);
  read_checks(ask, run);
  read_scene(ask, run);
  if (ask.error()) return std::unexpected(*ask.error());
  return run;
}

}  // namespace emulator::report
