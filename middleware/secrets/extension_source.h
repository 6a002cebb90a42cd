#pragma once
// The parameters and secrets extension of Lambda: secrets over HTTP from the function's own environment.
//
// Source: facts/aws-platform 2, Lambda extension (paths, token, port). Its cache holds a value for up to 300
// s; forget() of ours does not reach it. ASSUMPTION: while it is not ready it answers 400, and once more is
// worth a try after 50 ms.
#include "middleware/kernel/http.h"
#include "middleware/kernel/scheduler.h"
#include "middleware/secrets/source.h"

namespace secrets {

/// The name under which the client reaches the extension.
inline constexpr const char* kExtensionHost = "parameters-extension";

/// Serves secrets and parameters, by the kind of the reference.
class ExtensionSource final : public Source {
 public:
  ExtensionSource(kernel::Scheduler& scheduler, kernel::HttpClient& client, Environment environment);
  kernel::Task<kernel::Result<std::string>> fetch(Reference reference) override;

 private:
  kernel::Scheduler& scheduler_;
  kernel::HttpClient& client_;
  Environment environment_;
};

}  // namespace secrets
