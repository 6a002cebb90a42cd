#pragma once
// A secret, its versions, and what may be asked of Secrets Manager.
//
// Source: facts/aws-platform 2.
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "emulator/platform/access/refusal.h"
#include "emulator/platform/access/tags.h"
#include "middleware/kernel/hop.h"
#include "middleware/kernel/time.h"

namespace emulator::secrets_manager {

using access::Answer;
using access::Refusal;

inline constexpr const char* kCurrent = "AWSCURRENT";
inline constexpr const char* kPrevious = "AWSPREVIOUS";
inline constexpr const char* kPending = "AWSPENDING";

struct SecretValue {
  std::string bytes;  ///< 1..65,536
  bool is_binary = false;

  friend bool operator==(const SecretValue&, const SecretValue&) = default;
};

struct Version {
  std::string id;                      ///< the ClientRequestToken that made it
  std::optional<SecretValue> value{};  ///< nothing while a rotation has made only its label
  std::vector<std::string> stages{};
  kernel::WallTime created{};
  std::optional<kernel::WallTime> accessed{};

  bool has_stage(std::string_view stage) const;
};

using Tags = access::Tags;

/// Exactly one of the two is how a schedule is given.
struct RotationRules {
  std::optional<std::int64_t> after_days{};  ///< AutomaticallyAfterDays, 1..1000
  std::string schedule{};                    ///< ScheduleExpression: "rate(10 days)"
  std::string window{};                      ///< Duration: "3h". A rotation begins with its window
};

struct Secret {
  std::string name;
  std::string arn;
  std::string description{};
  std::string kms_key{};  ///< as it was named; encryption itself is not emulated
  Tags tags{};
  std::vector<Version> versions{};  ///< in the order of making
  kernel::WallTime created{};
  kernel::WallTime changed{};
  std::optional<kernel::WallTime> accessed{};
  std::optional<kernel::WallTime> deleted{};  ///< when deletion was asked for
  kernel::WallTime gone_at{};                 ///< of a deleted one: its DeletionDate

  std::string rotation_function{};  ///< ARN or name
  RotationRules rotation_rules{};
  std::optional<bool> is_rotating{};  ///< RotationEnabled; nothing: never was
  std::optional<kernel::WallTime> rotated{};
  std::optional<kernel::WallTime> next_rotation{};

  const Version* version(std::string_view id) const;
  Version* version(std::string_view id);
  const Version* labelled(std::string_view stage) const;
  Version* labelled(std::string_view stage);
};

/// For create, put and update: with or without a value.
struct WriteRequest {
  std::string secret;  ///< a new name, or an id
  std::optional<std::string> token{};
  std::optional<std::string> text{};
  std::optional<std::string> binary{};
  std::optional<std::string> description{};
  std::optional<std::string> kms_key{};
  Tags tags{};                        ///< create only
  std::vector<std::string> stages{};  ///< put only; none: AWSCURRENT
};

/// What was written: `version` is "" when no value was given.
struct Written {
  std::string arn;
  std::string name;
  std::string version{};
  std::vector<std::string> stages{};
};

struct ReadRequest {
  std::string secret;
  std::string version{};  ///< "" or an id
  std::string stage{};    ///< "" or a label
};

struct Read {
  std::string arn;
  std::string name;
  Version version;  ///< with its value
};

struct Filter {
  std::string key;  ///< name, description, tag-key, tag-value, all
  std::vector<std::string> values;
};

struct ListRequest {
  std::vector<Filter> filters{};
  std::int64_t count = 100;  ///< 1..100
  std::string token{};
  bool is_descending = false;
  bool with_deleted = false;
};

struct StageMove {
  std::string secret;
  std::string stage;
  std::string remove_from{};
  std::string move_to{};
};

struct DeleteRequest {
  std::string secret;
  std::optional<std::int64_t> window_days{};  ///< 7..30; 30 when absent
  bool is_forced = false;
};

struct Deleted {
  std::string arn;
  std::string name;
  kernel::WallTime at{};
};

/// GetRandomPassword.
struct PasswordRules {
  std::int64_t length = 32;  ///< 1..4096
  std::string excluded{};    ///< characters
  bool without_numbers = false;
  bool without_punctuation = false;
  bool without_uppercase = false;
  bool without_lowercase = false;
  bool with_space = false;
  bool needs_each = true;  ///< one character of each kind at least
};

struct RotateRequest {
  std::string secret;
  std::optional<std::string> token{};
  std::string function{};
  std::optional<RotationRules> rules{};
  bool is_immediate = true;
  kernel::HopId cause = 0;  ///< the call's hop
};

}  // namespace emulator::secrets_manager
