#pragma once
// Secrets in a map, and what was asked of them.
#include <map>
#include <string>
#include <vector>

#include "middleware/secrets/provider.h"

namespace support {

class FakeSecrets final : public secrets::Provider {
 public:
  kernel::Task<kernel::Result<std::string>> get(std::string reference) override {
    asked.push_back(reference);
    const auto found = values.find(reference);
    if (is_down) co_return kernel::infrastructure("503 ServiceUnavailable", reference);
    if (found == values.end()) co_return kernel::invalid("no secret " + reference);
    co_return found->second;
  }
  void forget(const std::string& reference) override { forgotten.push_back(reference); }

  std::map<std::string, std::string> values;
  bool is_down = false;  ///< the source gives nothing out
  std::vector<std::string> asked;
  std::vector<std::string> forgotten;
};

}  // namespace support
