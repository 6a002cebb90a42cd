#include "middleware/core/deadline.h"

#include <gtest/gtest.h>

namespace core {
namespace {

using kernel::at;
using kernel::Timestamp;
using namespace std::chrono_literals;

TEST(WorkDeadline, IsShortenedByTheCallerNeverLengthened) {
  struct Case {
    const char* name;
    const char* header;
    Timestamp deadline;
  };
  const Case cases[] = {
      {"nothing said", "", at(30s)},
      {"less, and we keep time to answer", "5000", at(14'750ms)},
      {"more", "60000", at(30s)},
      {"as much", "20250", at(30s)},
      {"nothing left", "0", at(9'750ms)},
      {"below nothing", "-5", at(9'750ms)},
      {"no number", "soon", at(30s)},
      {"a fraction", "1.5", at(30s)},
      {"a unit", "5000ms", at(30s)},
      {"too many digits", "99999999999999999999999", at(30s)},
      {"a year", "9223372036854775807", at(30s)},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(work_deadline(at(10s), 20s, c.header), c.deadline);
  }
}

TEST(TryDeadline, EndsBeforeTheWork) {
  EXPECT_EQ(try_deadline(at(1s), 5s, at(20s)), at(6s));
  EXPECT_EQ(try_deadline(at(17s), 5s, at(20s)), at(19'950ms));
  EXPECT_EQ(try_deadline(at(20s), 5s, at(20s)), at(19'950ms));
}

TEST(DeadlineHeader, IsInWholeMillisecondsAndNeverNegative) {
  EXPECT_EQ(deadline_header(at(1s), at(3'500ms)), "2500");
  EXPECT_EQ(deadline_header(at(1s), at(1s + 1'999us)), "1");
  EXPECT_EQ(deadline_header(at(1s), at(1s)), "0");
  EXPECT_EQ(deadline_header(at(2s), at(1s)), "0");
}

}  // namespace
}  // namespace core
