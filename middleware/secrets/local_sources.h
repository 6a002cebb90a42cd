#pragma once
// Secrets of the machine: variables (App Runner and ECS put secrets there) and files (mounted secrets).
#include "middleware/secrets/source.h"

namespace secrets {

class EnvironmentSource final : public Source {
 public:
  explicit EnvironmentSource(Environment environment) : environment_(std::move(environment)) {}
  kernel::Task<kernel::Result<std::string>> fetch(Reference reference) override;

 private:
  Environment environment_;
};

/// One line end at the end does not belong to the value. An empty file is an error: a mount that is not there
/// yet looks so.
class FileSource final : public Source {
 public:
  kernel::Task<kernel::Result<std::string>> fetch(Reference reference) override;
};

}  // namespace secrets
