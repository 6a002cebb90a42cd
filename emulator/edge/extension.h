#pragma once
// The parameters and secrets extension of Lambda: secrets over HTTP beside a function, from a cache.
//
//   GET /secretsmanager/get?secretId=ID[&versionStage=S][&versionId=V]
//   GET /systemsmanager/parameters/get?name=%2Fa[&version=N][&label=L][&withDecryption=true]
//   X-Aws-Parameters-Secrets-Token: $AWS_SESSION_TOKEN
//
// A 200 is the answer of GetSecretValue or GetParameter as it is. A value in the cache is served until its
// TTL is over: nothing tells the extension of a rotation. Source: facts/aws-platform 2, Lambda extension.
// ASSUMPTION (unverified there): 401 without the token, 400 for what cannot be understood, the service's own
// status and error otherwise, 500 when its timeout is over; errors are not kept, and the value that is used
// least recently leaves a full cache.
//
// One extension stands for those of all environments of a function: they share its cache here.
#include <list>
#include <string>

#include "emulator/edge/extension_config.h"
#include "emulator/platform/access/ports.h"
#include "emulator/platform/parameters/ports.h"
#include "emulator/platform/secrets/ports.h"
#include "middleware/kernel/hop.h"
#include "middleware/kernel/http.h"
#include "middleware/kernel/scheduler.h"

namespace emulator::edge {

struct ExtensionPorts {
  secrets_manager::SecretReader& secrets;
  access::Admission& secrets_admission;
  parameters::ParameterReader& parameters;
  access::Admission& parameters_admission;
  kernel::Scheduler& scheduler;
  kernel::HopSink& sink;
};

class Extension final : public kernel::HttpHandler {
 public:
  /// `function` is whose it is, for the record; `token` its AWS_SESSION_TOKEN.
  Extension(ExtensionConfig config, std::string function, std::string token, ExtensionPorts ports);

  kernel::Task<kernel::HttpReply> handle(kernel::HttpRequest request) override;

 private:
  /// What is asked for, out of the query.
  struct Wanted {
    bool is_parameter = false;
    secrets_manager::ReadRequest secret{};
    std::string parameter{};  ///< with its selector
    bool in_plain = false;
    std::string key{};  ///< in the cache
  };
  struct Kept {
    std::string key;
    std::string body;
    kernel::Timestamp fresh_until;
  };
  static access::Answer<Wanted> wanted_in(const kernel::HttpRequest& request);
  const std::string* fresh(const std::string& key);
  void keep(const Wanted& wanted, const std::string& body);
  kernel::Task<access::Answer<std::string>> fetch(Wanted wanted);
  kernel::Task<access::Answer<std::string>> ask(Wanted wanted, kernel::HopId hop);

  ExtensionConfig config_;
  std::string function_;
  std::string token_;
  ExtensionPorts ports_;
  std::list<Kept> kept_;  // the one that was used last first
};

}  // namespace emulator::edge
