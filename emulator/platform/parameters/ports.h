#pragma once
// What others may ask of Parameter Store. A parameter is named by its name or its ARN; where it is read, with
// ":VERSION" or ":LABEL" behind it. Every call answers at once.
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "emulator/platform/parameters/values.h"

namespace emulator::parameters {

class ParameterReader {
 public:
  virtual ~ParameterReader() = default;
  /// `in_plain`: WithDecryption. Without it a SecureString comes as a cipher text.
  virtual Answer<Shown> read(std::string_view name, bool in_plain) = 0;
};

class ParameterService : public ParameterReader {
 public:
  virtual Answer<Stored> put(PutRequest request) = 0;
  virtual Answer<ShownMany> read_many(const std::vector<std::string>& names, bool in_plain) = 0;
  virtual Answer<ShownPage> read_path(const PathRequest& request) = 0;
  /// All versions that are kept, the oldest first.
  virtual Answer<std::vector<Shown>> history(std::string_view name, bool in_plain) = 0;
  virtual Answer<ListPage> list(const ListRequest& request) = 0;
  virtual Answer<> remove(std::string_view name) = 0;
  /// `version` 0 is the latest.
  virtual Answer<Labelled> label(std::string_view name, std::int64_t version,
                                 const std::vector<std::string>& labels) = 0;
  virtual Answer<Labelled> unlabel(std::string_view name, std::int64_t version,
                                   const std::vector<std::string>& labels) = 0;
  virtual Answer<Tags> tags(std::string_view name) = 0;
  virtual Answer<> set_tags(std::string_view name, const Tags& tags) = 0;
  virtual Answer<> remove_tags(std::string_view name, const std::vector<std::string>& keys) = 0;

  /// Is told of the value of every SecureString before anybody can read it, and of the name of its parameter.
  using Learner = std::function<void(const std::string& name, std::string_view value)>;
  virtual void tell_values(Learner learner) = 0;
};

/// The name in "/a/b:3", in an ARN, or in both: "/a/b".
std::string_view name_in(std::string_view text);

}  // namespace emulator::parameters
