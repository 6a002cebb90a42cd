#include "emulator/campaign/sweep.h"

#include <algorithm>
#include <cmath>
#include <string_view>

#include "emulator/hoplog/load_figures.h"

namespace emulator::campaign {
namespace {

using hoplog::RunFile;
using hoplog::Value;

std::vector<std::string> values_in(std::string_view text) {
  std::vector<std::string> values(1);
  int depth = 0;
  char quote = 0;
  for (const char c : text) {
    if (quote != 0) {
      quote = c == quote ? '\0' : quote;
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (c == '[' || c == '{') {
      ++depth;
    } else if (c == ']' || c == '}') {
      --depth;
    } else if (c == ',' && depth <= 0) {
      values.emplace_back();
      continue;
    }
    values.back() += c;
  }
  return values;
}

/// Seconds with so many digits as a table needs.
Value seconds(std::int64_t ns) { return std::round(static_cast<double>(ns) / 1e6) / 1e3; }

}  // namespace

kernel::Result<Axis> parse_axis(const std::string& text) {
  const std::size_t equals = text.find('=');
  Axis axis;
  if (equals != std::string::npos && equals > 0)
    axis = {text.substr(0, equals), values_in(std::string_view(text).substr(equals + 1))};
  if (axis.values.empty() || std::ranges::find(axis.values, "") != axis.values.end())
    return kernel::invalid("--vary wants KEY.KEY=VALUE,VALUE, found '" + text + "'");
  return axis;
}

std::vector<Point> points_of(const std::vector<Axis>& axes) {
  std::vector<Point> points(1);
  for (const Axis& axis : axes) {
    std::vector<Point> longer;
    for (const Point& point : points) {
      for (const std::string& value : axis.values) {
        longer.push_back(point);
        longer.back().push_back(value);
      }
    }
    points = std::move(longer);
  }
  return points;
}

kernel::Result<Figures> figures_of(const RunFile& file) {
  Figures figures;
  const auto verdict = file.text("SELECT verdict FROM runs");
  if (!verdict) return std::unexpected(verdict.error());
  figures.verdict = *verdict;
  struct Question {
    std::int64_t* answer;
    std::string sql;
  };
  const Question questions[] = {
      {&figures.delivered, "SELECT count(*) FROM events WHERE \"end\" = 'delivered'"},
      {&figures.dead_lettered, "SELECT count(*) FROM events WHERE \"end\" = 'dead_lettered'"},
      {&figures.lost, "SELECT count(*) FROM events WHERE \"end\" = 'lost'"},
      {&figures.calls, "SELECT sum(hops) FROM attempts_by_layer WHERE stage IN ('invoke', 'compute', 'api')"},
      {&figures.throttled,
       "SELECT count(*) FROM hops WHERE outcome = 'throttled' AND stage IN ('invoke', 'compute', 'api')"},
      {&figures.breaker_openings,
       "SELECT count(*) FROM transitions WHERE kind = 'breaker' AND to_state = 'open'"},
  };
  for (const Question& question : questions) {
    const auto answer = file.integer(question.sql);
    if (!answer) return std::unexpected(answer.error());
    *question.answer = *answer;
  }
  const auto load = hoplog::load_figures(file);
  if (!load) return std::unexpected(load.error());
  figures.published = load->events;
  figures.backlog_max = load->backlog_max;
  figures.p50_ns = load->p50_ns;
  figures.p99_ns = load->p99_ns;
  return figures;
}

hoplog::Table sweep_table(const std::vector<Axis>& axes, const std::vector<Point>& points,
                          const std::vector<std::vector<Figures>>& of_points) {
  hoplog::Table table;
  for (const Axis& axis : axes) table.columns.push_back(axis.key);
  for (const char* column : {"runs", "passed", "published", "delivered", "dead_lettered", "lost", "p50_s",
                             "p99_s", "backlog_max", "calls_per_event", "throttled", "breaker_openings"}) {
    table.columns.emplace_back(column);
  }
  for (std::size_t i = 0; i < points.size(); ++i) {
    const std::vector<Figures>& runs = of_points[i];
    const auto sum = [&runs](std::int64_t Figures::* member) {
      std::int64_t all = 0;
      for (const Figures& run : runs) all += run.*member;
      return all;
    };
    const auto worst = [&runs](std::int64_t Figures::* member) {
      std::int64_t most = 0;
      for (const Figures& run : runs) most = std::max(most, run.*member);
      return most;
    };
    const std::int64_t published = sum(&Figures::published);
    const double calls =
        published == 0 ? 0 : static_cast<double>(sum(&Figures::calls)) / static_cast<double>(published);
    auto& row = table.rows.emplace_back(points[i].begin(), points[i].end());
    row.insert(
        row.end(),
        {static_cast<std::int64_t>(runs.size()),
         static_cast<std::int64_t>(std::ranges::count(runs, "passed", &Figures::verdict)), published,
         sum(&Figures::delivered), sum(&Figures::dead_lettered), sum(&Figures::lost),
         seconds(worst(&Figures::p50_ns)), seconds(worst(&Figures::p99_ns)), worst(&Figures::backlog_max),
         std::round(calls * 100) / 100, sum(&Figures::throttled), sum(&Figures::breaker_openings)});
  }
  return table;
}

}  // namespace emulator::campaign
