#pragma once
// How the query protocol writes lists and maps, service by service. JSON has brackets for them; a form and
// XML have only names, and each service chose its own:
//
//   SQS   Attribute.1.Name=VisibilityTimeout&Attribute.1.Value=5          (flattened)
//   SNS   Attributes.entry.1.key=FifoTopic&Attributes.entry.1.value=true
//
// Source: facts/aws-delivery 2.1 and 3. Members that the table does not name are plain values or structures,
// and are called the same everywhere.
#include <cstdint>
#include <expected>
#include <span>
#include <string>
#include <string_view>

#include "emulator/edge/call.h"
#include "middleware/kernel/url.h"

namespace emulator::edge {

struct DialectMember {
  enum class Kind : std::uint8_t { List, Map };
  std::string_view name;  ///< in the model: "AttributeNames"
  std::string_view wire;  ///< in forms and XML: "AttributeName"
  Kind kind = Kind::List;
  std::string_view item{};       ///< "member" or "entry"; "" where the items stand without one (flattened)
  std::string_view key{};        ///< of maps: "Name", "key"
  std::string_view value{};      ///< of maps: "Value", "value"
  std::string_view operation{};  ///< only in this operation; "" in all. Such lines stand first
  bool is_output = false;        ///< never in forms, where the same name may be a plain value
};

struct Dialect {
  std::string_view xml_namespace;
  std::span<const DialectMember> members;
};

/// The input of a form, by the names of the model: lists as arrays, maps as objects, every value a text.
/// "Action" and "Version" are left out. The error says which field is wrong: an index that is no number,
/// a map entry without a key, nesting beyond what any operation has.
std::expected<kernel::Json, AwsError> input_of_form(const kernel::FormFields& fields, const Dialect& dialect,
                                                    std::string_view operation);

/// `output` as the elements inside an XResult. Null members are left out.
std::string xml_of(const kernel::Json& output, const Dialect& dialect, std::string_view operation);

/// `text` between tags. Characters that XML cannot hold come out as U+FFFD.
std::string xml_escaped(std::string_view text);

}  // namespace emulator::edge
