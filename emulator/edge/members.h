#pragma once
// Takes the members of an input apart, and keeps score: what nobody asked for is refused by name. A setting
// that is accepted and not acted on would make a rehearsal lie.
//
//   Members in(call, kErrors);
//   Request request{.name = in.required_text("Name"), .limit = in.integer("Limit")};
//   if (auto wrong = in.problem()) return std::unexpected(*wrong);
//
// Values of forms are texts; numbers and booleans are read out of texts too. A null counts as absent.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "emulator/edge/call.h"
#include "middleware/kernel/time.h"

namespace emulator::edge {

/// How a service words what is wrong with a member.
struct MemberErrors {
  std::string_view title;  ///< "SQS", for what is not emulated
  AwsError (*missing)(std::string_view member) = nullptr;
  /// `wanted` is "a number", "a text"...
  AwsError (*mistyped)(std::string_view member, std::string_view wanted) = nullptr;
};

/// SerializationException, as the JSON protocols answer a value of the wrong type.
AwsError serialization_error(std::string_view member, std::string_view wanted);

/// "1 validation error detected: Value null at 'name' failed to satisfy constraint: ...". ASSUMPTION: of the
/// services' texts only those about other constraints are known.
AwsError null_error(std::string_view code, std::string_view member);

/// Epoch seconds with milliseconds, as the JSON protocols write a time.
double epoch_seconds(kernel::WallTime time);

class Members {
 public:
  /// Of a call's input. Both must outlive this.
  Members(const AwsCall& call, const MemberErrors& errors);
  /// Of a structure within it; `path` ("Entries.1") stands before the names in errors. Its problems become
  /// the parent's when it goes.
  Members(Members& parent, const kernel::Json& structure, std::string path);
  ~Members();
  Members(const Members&) = delete;
  Members& operator=(const Members&) = delete;

  std::optional<std::string> text(std::string_view name);
  std::string text_or_empty(std::string_view name) { return text(name).value_or(std::string{}); }
  std::string required_text(std::string_view name);
  std::optional<std::int64_t> integer(std::string_view name);
  /// With or without a fraction.
  std::optional<double> number(std::string_view name);
  std::optional<bool> boolean(std::string_view name);
  /// Epoch seconds with a fraction, or a text of either kind: "1700000000.123", "2026-01-05T10:00:00Z".
  std::optional<kernel::WallTime> time(std::string_view name);
  /// Base64.
  std::optional<std::string> blob(std::string_view name);
  std::vector<std::string> texts(std::string_view name);
  /// A map of texts, in order.
  std::vector<std::pair<std::string, std::string>> text_map(std::string_view name);

  /// A structure, a list or a map of structures: nothing when it is absent or another type.
  const kernel::Json* object(std::string_view name);
  const kernel::Json* array(std::string_view name);

  /// A number, or a text that is one.
  static std::optional<double> number_of(const kernel::Json& value);

  bool has(std::string_view name) const;
  /// Is known and changes nothing here: the caller says why in a comment.
  void ignore(std::string_view name) { asked_.emplace_back(name); }

  void fail(AwsError error);
  /// The first problem, or a member that nobody asked for. Ask it after reading everything.
  std::optional<AwsError> problem();

 private:
  const kernel::Json* take(std::string_view name);
  std::string full(std::string_view name) const;
  void mistyped(std::string_view name, std::string_view wanted);

  const kernel::Json& input_;
  const MemberErrors& errors_;
  Members* parent_ = nullptr;
  std::string path_;
  const std::string& operation_;
  std::vector<std::string> asked_;
  std::optional<AwsError> problem_;
};

}  // namespace emulator::edge
