#include "mocks/stubs/states.h"

namespace mocks::stubs {

std::string States::joined(std::string_view a, std::string_view b) {
  return std::string(a).append(1, '\0').append(b);
}

const std::string& States::of(std::string_view machine, std::string_view scope, kernel::Timestamp now) {
  Machine& found = machines_.at(joined(machine, scope));
  if (found.later && found.later->when <= now) {
    found.state = std::move(found.later->state);
    found.later.reset();
  }
  return found.state;
}

void States::move(std::string_view machine, std::string_view scope, std::string state,
                  std::optional<Later> later) {
  machines_.at(joined(machine, scope)) = {.state = std::move(state), .later = std::move(later)};
}

const std::string* States::value(std::string_view scope, std::string_view key) const {
  return values_.find(joined(scope, key));
}
void States::set(std::string_view scope, std::string_view key, std::string value) {
  values_.at(joined(scope, key)) = std::move(value);
}
void States::remove(std::string_view scope, std::string_view key) { values_.erase(joined(scope, key)); }

void States::reset() {
  machines_.clear();
  values_.clear();
}

}  // namespace mocks::stubs
