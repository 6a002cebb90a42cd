#pragma once
// STS GetCallerIdentity: tools ask it before anything else, to see that their credentials work. Here every
// credential does.
#include <string>

#include "emulator/edge/service.h"

namespace emulator::edge {

class Sts final : public AwsService {
 public:
  explicit Sts(std::string account) : account_(std::move(account)) {}
  std::string_view name() const override { return "sts"; }
  const Dialect* dialect() const override;
  kernel::Task<AwsResult> call(AwsCall call) override;

 private:
  AwsResult get_caller_identity(const AwsCall& call);
  std::string account_;
};

}  // namespace emulator::edge
