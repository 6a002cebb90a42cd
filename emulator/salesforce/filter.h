#pragma once
// Filter expressions of channel members: City__c = 'London' AND Amount__c > 10.
//
// Source: facts/salesforce 6.1. The documented examples are = != OR, booleans and
// ChangeEventHeader.changeType; the full operator list is unverified. ASSUMPTION: = != < <= > >= LIKE IN,
// AND, OR, NOT and parentheses; text compares without regard to case, as SOQL does; a field that is missing
// or null equals null and nothing else.
#include <memory>
#include <string_view>

#include "middleware/kernel/json.h"

namespace emulator::salesforce {

class Filter {
 public:
  /// The error says what is wrong and where: "at 12: wants a value".
  static kernel::Result<Filter> parse(std::string_view text);

  /// Whether an event with this payload passes.
  bool accepts(const kernel::Json& payload) const;

  struct Node;

 private:
  explicit Filter(std::shared_ptr<const Node> root) : root_(std::move(root)) {}
  std::shared_ptr<const Node> root_;
};

}  // namespace emulator::salesforce
