#pragma once
// The secrets of a rehearsal: what the deployment gives for every reference.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "middleware/secrets/provider.h"

namespace emulator::runner {

/// Value by reference ("env:NAME" and the like).
using SecretsGiven = std::vector<std::pair<std::string, std::string>>;

class RigSecrets final : public secrets::Provider {
 public:
  /// `given` outlives it.
  explicit RigSecrets(const SecretsGiven& given) : given_(given) {}

  kernel::Task<kernel::Result<std::string>> get(std::string reference) override {
    const auto found = std::ranges::find(given_, reference, &std::pair<std::string, std::string>::first);
    if (found == given_.end()) co_return kernel::invalid("there is no secret " + reference);
    co_return found->second;
  }
  /// The next get reads the deployment anyhow.
  void forget(const std::string&) override {}

 private:
  const SecretsGiven& given_;
};

}  // namespace emulator::runner
