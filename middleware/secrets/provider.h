#pragma once
// Where secrets come from. A file names a secret by reference and never holds its value:
//
//   env:NAME                      a variable of the process
//   file:PATH                     a file; its last line end does not belong to the value
//   secretsmanager:ID[?stage=STAGE][#/pointer]
//                                 Secrets Manager, AWSCURRENT unless a stage is named; the pointer takes one
//                                 value out of a JSON secret
//   ssm:NAME[#/pointer]           Parameter Store, decrypted
//
// Values are never written to logs, errors, hops or the run file.
#include <string>

#include "middleware/kernel/result.h"
#include "middleware/kernel/task.h"

namespace secrets {

class Provider {
 public:
  virtual ~Provider() = default;

  /// The value that `reference` names, from a cache where there is one. Errors name the reference, never a
  /// value.
  virtual kernel::Task<kernel::Result<std::string>> get(std::string reference) = 0;

  /// What the cache holds of `reference` was refused by its user (401): the next get asks the source again.
  virtual void forget(const std::string& reference) = 0;
};

}  // namespace secrets
