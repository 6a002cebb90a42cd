#include "middleware/kernel/base64.h"

#include <gtest/gtest.h>

namespace kernel {
namespace {

TEST(Base64, GoesThereAndBack) {
  // RFC 4648, section 10, and bytes that are no text.
  const std::pair<std::string, std::string> cases[] = {{"", ""},
                                                       {"f", "Zg=="},
                                                       {"fo", "Zm8="},
                                                       {"foo", "Zm9v"},
                                                       {"foob", "Zm9vYg=="},
                                                       {"fooba", "Zm9vYmE="},
                                                       {"foobar", "Zm9vYmFy"},
                                                       {std::string("\0\xFF\xFE", 3), "AP/+"}};
  for (const auto& [bytes, text] : cases) {
    EXPECT_EQ(base64(bytes), text);
    EXPECT_EQ(from_base64(text), bytes);
  }
}

TEST(Base64, RefusesWhatItWouldNotWrite) {
  for (const char* text : {"Zg", "Zg=", "Z===", "====", "Zm9v!", "Zg==Zg==", "Zh==", "Zm9=", "Zm 9v"})
    EXPECT_EQ(from_base64(text), std::nullopt) << text;
}

}  // namespace
}  // namespace kernel
