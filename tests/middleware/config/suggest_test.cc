#include "middleware/config/suggest.h"

#include <gtest/gtest.h>

namespace config {
namespace {

TEST(DidYouMean, FindsTheNearestName) {
  const std::vector<std::string> keys = {"fault", "for",     "rate",        "respond",     "retry_after",
                                         "place", "publish", "concurrency", "dead_letter", "delay"};
  struct Case {
    const char* word;
    const char* meant;
  };
  const Case cases[] = {
      {"foo", "for"},  // one letter replaced
      {"fo", "for"},
      {"rtae", "rate"},  // neighbours swapped
      {"Rate", "rate"},
      {"FAULT", "fault"},
      {"publishes", "publish"},
      {"concurency", "concurrency"},
      {"dead-letter", "dead_letter"},
      {"dead_leter_", "dead_letter"},
      {"retryAfter", "retry_after"},
      {"conc", "concurrency"},  // the only one that begins so
      {"resp", "respond"},
      {"re", ""},  // two begin so
      {"d", ""},
      {"z", ""},
      {"", ""},
      {"xyz", ""},
      {"timeout", ""},
      {"plac", "place"},
      {"plate", "place"},  // as near as rate is not
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.word);
    EXPECT_EQ(did_you_mean(c.word, keys), c.meant);
  }
}

TEST(DidYouMean, KeepsTheFirstAmongEquals) {
  EXPECT_EQ(did_you_mean("bat", {"cat", "hat", "bar"}), "cat");
  EXPECT_EQ(did_you_mean("bat", {}), "");
}

TEST(DidYouMean, DoesNotCompareTextThatIsNoName) {
  EXPECT_EQ(did_you_mean(std::string(100'000, 'a'), {std::string(100, 'a')}), "");
}

TEST(DidYouMean, WritesTheEndOfASentence) {
  EXPECT_EQ(did_you_mean_text("foo", {"for"}), "; did you mean 'for'?");
  EXPECT_EQ(did_you_mean_text("foo", {"publish"}), "");
}

}  // namespace
}  // namespace config
