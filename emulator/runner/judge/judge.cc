#include "emulator/runner/judge/judge.h"

namespace emulator::judge {

bool Bounds::holds(std::int64_t found) const {
  return (!at_most || found <= *at_most) && (!at_least || found >= *at_least) &&
         (!equals || found == *equals);
}

std::string Bounds::text() const {
  std::string text;
  const auto add = [&text](const char* word, const std::optional<std::int64_t>& bound) {
    if (!bound) return;
    if (!text.empty()) text += " and ";
    text += word + std::to_string(*bound);
  };
  add("", equals);
  add("at least ", at_least);
  add("at most ", at_most);
  return text;
}

void fill_from_violations(hoplog::CheckRow& check, const hoplog::RunFile& file, const std::string& sql,
                          std::initializer_list<hoplog::Value> parameters) {
  const auto found = file.query(sql, parameters);
  if (!found) {
    check.verdict = "error";
    check.found = found.error().text();
    return;
  }
  if (found->rows.empty()) {
    check.verdict = "passed";
    check.found = "as expected";
    return;
  }
  check.verdict = "failed";
  const auto& first = found->rows.front();
  check.found = std::to_string(found->rows.size()) +
                (found->rows.size() == 1 ? " violation: " : " violations, the first: ") +
                hoplog::value_text(first[0]);
  check.example_event = hoplog::value_text(first[1]);
  if (const auto* hop = std::get_if<std::int64_t>(&first[2]))
    check.example_hop = static_cast<kernel::HopId>(*hop);
}

std::vector<hoplog::CheckRow> judge(const Case& judged, const hoplog::RunFile& file) {
  std::vector<hoplog::CheckRow> checks;
  for (const Expectation& expectation : judged.expectations)
    checks.push_back(judge_expectation(expectation, file));
  for (hoplog::CheckRow& check : judge_invariants(judged, file)) checks.push_back(std::move(check));
  return checks;
}

}  // namespace emulator::judge
