#include "emulator/edge/sts.h"

#include <array>
#include <nlohmann/json.hpp>

namespace emulator::edge {
namespace {
constexpr Dialect kDialect{"https://sts.amazonaws.com/doc/2011-06-15/", {}};
}  // namespace

const Dialect* Sts::dialect() const { return &kDialect; }

kernel::Task<AwsResult> Sts::call(AwsCall call) {
  static constexpr std::array kOperations = {
      Operation<Sts>{"GetCallerIdentity", &Sts::get_caller_identity},
  };
  return run_operation<Sts>(*this, kOperations, std::move(call));
}

AwsResult Sts::get_caller_identity(const AwsCall&) {
  return reply_with(
      {{"Arn", "arn:aws:iam::" + account_ + ":root"}, {"UserId", account_}, {"Account", account_}});
}

}  // namespace emulator::edge
