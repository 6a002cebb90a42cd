#pragma once
// The rule of a composite alarm: ALARM(name), OK(name), INSUFFICIENT_DATA(name), TRUE and FALSE, joined with
// AND, OR, NOT and parentheses. NOT binds tighter than AND, AND tighter than OR.
//
// Source: facts/aws-platform 4.3, "Composite". ASSUMPTION: the words are case-sensitive; a name without
// quotes ends at white space or a parenthesis, one with quotes may hold anything else; an ARN is the name
// behind ":alarm:".
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "emulator/platform/metrics/ports.h"
#include "middleware/kernel/result.h"

namespace emulator::metrics {

class AlarmRule {
 public:
  /// The error says where: "position 7: ...", counted from 1.
  static kernel::Result<AlarmRule> parse(std::string_view text);

  /// Alarms that it names, each once, in the order of the text.
  const std::vector<std::string>& alarms() const { return alarms_; }

  /// `state_of` is asked for the alarms above only.
  bool holds(const std::function<State(const std::string&)>& state_of) const;

 private:
  enum class Kind : std::uint8_t { Constant, Is, Not, And, Or };
  struct Node {
    Kind kind = Kind::Constant;
    bool value = false;       ///< of a constant
    State state = State::Ok;  ///< of Is
    std::string alarm{};      ///< of Is
    std::size_t left = 0;     ///< index of a node before this one
    std::size_t right = 0;
  };
  class Parser;
  bool holds(std::size_t node, const std::function<State(const std::string&)>& state_of) const;

  std::vector<Node> nodes_;  ///< the last is the whole
  std::vector<std::string> alarms_;
};

}  // namespace emulator::metrics
