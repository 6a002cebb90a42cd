#pragma once
// A parameter, its versions, and what may be asked of Parameter Store.
//
// Source: facts/aws-platform 3.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "emulator/platform/access/refusal.h"
#include "emulator/platform/access/tags.h"
#include "middleware/kernel/time.h"

namespace emulator::parameters {

using access::Answer;
using access::Refusal;

inline constexpr const char* kString = "String";
inline constexpr const char* kStringList = "StringList";
inline constexpr const char* kSecureString = "SecureString";

struct Version {
  std::int64_t number = 1;
  std::string value{};  ///< in plain
  std::string type = kString;
  std::string key_id{};  ///< of a SecureString
  std::string description{};
  std::string tier = "Standard";
  std::vector<std::string> labels{};
  kernel::WallTime modified{};
};

using Tags = access::Tags;

struct Parameter {
  std::string name;
  std::string arn;
  std::vector<Version> versions{};  ///< the oldest first, at least one, at most 100
  Tags tags{};

  const Version& latest() const { return versions.back(); }
};

struct PutRequest {
  std::string name;
  std::string value;
  std::string type{};  ///< "" only when it overwrites
  bool overwrites = false;
  std::optional<std::string> description{};
  std::string key_id{};  ///< "": alias/aws/ssm
  std::string tier{};    ///< "": Standard; Advanced, Intelligent-Tiering
  std::string data_type{};
  Tags tags{};
};

struct Stored {
  std::int64_t version = 1;
  std::string tier;
};

/// One version as it is shown: `value` is a cipher text unless it was asked for in plain.
struct Shown {
  std::string name;
  std::string arn;
  std::string selector{};  ///< ":3" or ":prod", as asked for
  Version version;
};

struct ShownMany {
  std::vector<Shown> found{};
  std::vector<std::string> invalid{};
};

struct Filter {
  std::string key;     ///< Name, Path, Type, KeyId, Label, Tier, DataType, or tag:KEY
  std::string option;  ///< Equals, BeginsWith, Contains, Recursive, OneLevel; "" is the key's own default
  std::vector<std::string> values;
};

struct PathRequest {
  std::string path;
  bool is_recursive = false;
  bool in_plain = false;
  std::vector<Filter> filters{};
  std::int64_t count = 10;  ///< 1..10
  std::string token{};
};

struct ShownPage {
  std::vector<Shown> found{};
  std::string next{};
};

struct ListRequest {
  std::vector<Filter> filters{};
  std::int64_t count = 50;  ///< 1..50
  std::string token{};
};

/// Parameters are valid until the next call.
struct ListPage {
  std::vector<const Parameter*> found{};
  std::string next{};
};

struct Labelled {
  std::int64_t version = 0;
  std::vector<std::string> taken{};    ///< labels that were attached, or removed
  std::vector<std::string> invalid{};  ///< labels that no version may have, or that are not there
};

}  // namespace emulator::parameters
