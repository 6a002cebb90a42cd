#pragma once
// The text of one event, read in as many ways as its readers need, each at most once.
#include <memory>
#include <string_view>
#include <vector>

#include "middleware/kernel/json.h"

namespace emulator::logs {

class LogText {
 public:
  /// `text` outlives it.
  explicit LogText(std::string_view text);
  ~LogText();
  LogText(const LogText&) = delete;
  LogText& operator=(const LogText&) = delete;

  std::string_view text() const { return text_; }
  /// Null unless the whole text is a JSON object or array.
  const kernel::Json* json();
  /// Divided by spaces; "..." and [...] are one field each, and come without their quotes and brackets.
  const std::vector<std::string_view>& fields();

 private:
  std::string_view text_;
  bool is_parsed_ = false;
  std::unique_ptr<const kernel::Json> json_;
  bool is_divided_ = false;
  std::vector<std::string_view> fields_;
};

}  // namespace emulator::logs
