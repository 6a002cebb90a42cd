#pragma once
// What stubs remember between requests: state machines and key/value pairs, each per scope.
// Facts: mocks-and-faults 4.
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "middleware/kernel/lookup.h"
#include "middleware/kernel/time.h"

namespace mocks::stubs {

class States {
 public:
  /// "Started" until something moved it. A transition whose time has come has happened.
  const std::string& of(std::string_view machine, std::string_view scope, kernel::Timestamp now);

  struct Later {
    std::string state;
    kernel::Timestamp when;
  };
  void move(std::string_view machine, std::string_view scope, std::string state,
            std::optional<Later> later = {});

  /// Null when it is not set.
  const std::string* value(std::string_view scope, std::string_view key) const;
  void set(std::string_view scope, std::string_view key, std::string value);
  void remove(std::string_view scope, std::string_view key);

  void reset();

 private:
  struct Machine {
    std::string state = "Started";
    std::optional<Later> later{};
  };
  static std::string joined(std::string_view a, std::string_view b);

  kernel::Lookup<Machine> machines_;
  kernel::Lookup<std::string> values_;
};

}  // namespace mocks::stubs
