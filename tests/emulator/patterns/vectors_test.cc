#include "emulator/patterns/pattern.h"
#include "tests/emulator/patterns/vector_rows.h"

namespace patterns_tests {
namespace {

using emulator::patterns::Options;
using emulator::patterns::Pattern;

/// The engine has none of the service's own limits.
const Options kEngine{.length_max = 1'000'000, .wildcard_complexity_max = 1'000'000};

TEST(PatternVectors, PatternsAgreeWithEventRulerRowByRow) {
  if (rows_file().empty()) GTEST_SKIP() << "RELAYRIG_VECTORS names a folder without event patterns";
  const std::vector<Row> all = rows();
  for (const Row& row : all) {
    SCOPED_TRACE(rows_file() + ":" + std::to_string(row.line) + ": " + row.pattern + " / " + row.event);
    const auto pattern = Pattern::compile(row.pattern, kEngine);
    EXPECT_EQ(pattern.has_value(), row.is_valid) << (pattern ? "" : pattern.error().text());
    if (pattern && row.is_valid) EXPECT_EQ(pattern->matches(row.event), row.is_match);
  }
  if (are_ours()) EXPECT_EQ(all.size(), 3000U);
}

}  // namespace
}  // namespace patterns_tests
