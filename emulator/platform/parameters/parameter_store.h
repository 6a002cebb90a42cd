#pragma once
// Parameter Store: named values with versions and labels, in plain or encrypted.
//
// Source: facts/aws-platform 3.
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "emulator/platform/parameters/ports.h"
#include "middleware/kernel/scheduler.h"

namespace emulator::parameters {

class ParameterStore final : public ParameterService {
 public:
  /// The scheduler outlives it.
  ParameterStore(std::uint64_t seed, const kernel::Scheduler& scheduler)
      : seed_(seed), scheduler_(scheduler) {}

  Answer<Shown> read(std::string_view name, bool in_plain) override;
  Answer<Stored> put(PutRequest request) override;
  Answer<ShownMany> read_many(const std::vector<std::string>& names, bool in_plain) override;
  Answer<ShownPage> read_path(const PathRequest& request) override;
  Answer<std::vector<Shown>> history(std::string_view name, bool in_plain) override;
  Answer<ListPage> list(const ListRequest& request) override;
  Answer<> remove(std::string_view name) override;
  Answer<Labelled> label(std::string_view name, std::int64_t version,
                         const std::vector<std::string>& labels) override;
  Answer<Labelled> unlabel(std::string_view name, std::int64_t version,
                           const std::vector<std::string>& labels) override;
  Answer<Tags> tags(std::string_view name) override;
  Answer<> set_tags(std::string_view name, const Tags& tags) override;
  Answer<> remove_tags(std::string_view name, const std::vector<std::string>& keys) override;
  void tell_values(Learner learner) override { learner_ = std::move(learner); }

 private:
  Parameter* find(std::string_view name);
  Answer<Stored> create(PutRequest request, std::string tier);
  Answer<Stored> overwrite(Parameter& parameter, PutRequest request, std::string tier);
  Version version_of(PutRequest request, std::string tier, std::int64_t number) const;
  Shown shown(const Parameter& parameter, const Version& version, bool in_plain) const;

  std::uint64_t seed_;
  const kernel::Scheduler& scheduler_;
  Learner learner_;
  std::map<std::string, Parameter, std::less<>> parameters_;
};

}  // namespace emulator::parameters
