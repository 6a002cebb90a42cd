#include "middleware/config/problems.h"

#include "middleware/kernel/check.h"

namespace config {

void Problems::add(kernel::Error error) {
  ++count_;
  if (errors_.size() < kKeptMax) errors_.push_back(std::move(error));
}

void Problems::add(const Place& place, std::string message) {
  add(kernel::Error{kernel::ErrorCode::Invalid, std::move(message), place.text()});
}

std::string Problems::text() const {
  std::string text;
  for (const kernel::Error& error : errors_) text += (text.empty() ? "" : "\n") + error.text();
  if (count_ > errors_.size()) text += "\nand " + std::to_string(count_ - errors_.size()) + " more";
  return text;
}

kernel::Error Problems::error() const {
  CHECK(!errors_.empty());
  return {errors_.front().code, text()};
}

}  // namespace config
