#include "middleware/ingest/schema.h"

#include <algorithm>
#include <cmath>
#include <new>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <utility>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>
#include <vector>

#include "middleware/ingest/schema_library.h"
#include "middleware/ingest/schema_rules.h"
#include "middleware/ingest/text_rules.h"

namespace ingest {
namespace {

using kernel::Json;
using LibraryJson = nlohmann::json;  // what the library reads
using valijson::adapters::Adapter;

// ---- Our keywords
// --------------------------------------------------------------------------------------------

/// `Self` says whether a value keeps it, and is copied as the library wants.
template <class Self>
class OwnConstraint : public valijson::constraints::PolyConstraint {
 public:
  bool validate(const Adapter& target, const std::vector<std::string>& context,
                valijson::ValidationResults* results) const override {
    if (static_cast<const Self&>(*this).is_kept_by(target)) return true;
    if (results != nullptr) results->pushError(context, our_name(Self::kKeyword));
    return false;
  }

 private:
  Constraint* cloneInto(void* memory) const override {
    return new (memory) Self(static_cast<const Self&>(*this));
  }
  std::size_t sizeOf() const override { return sizeof(Self); }
};

struct PatternConstraint : OwnConstraint<PatternConstraint> {
  static constexpr std::string_view kKeyword = "pattern";
  explicit PatternConstraint(const Adapter& value) : pattern(value.asString()) {}
  bool is_kept_by(const Adapter& target) const {
    return !target.isString() || pattern.is_in(target.asString());
  }
  Pattern pattern;
};

struct FormatConstraint : OwnConstraint<FormatConstraint> {
  static constexpr std::string_view kKeyword = "format";
  explicit FormatConstraint(const Adapter& value) : format(*find_format(value.asString())) {}
  bool is_kept_by(const Adapter& target) const {
    return !target.isString() || has_format(target.asString(), format);
  }
  Format format;
};

double number_of(const Adapter& value) {
  return value.isInteger() ? static_cast<double>(value.getInteger()) : value.getDouble();
}

struct MultipleOfConstraint : OwnConstraint<MultipleOfConstraint> {
  static constexpr std::string_view kKeyword = "multipleOf";
  explicit MultipleOfConstraint(const Adapter& value) : divisor(number_of(value)) {
    if (value.isInteger()) whole_divisor = value.getInteger();
  }
  bool is_kept_by(const Adapter& target) const {
    if (!target.isNumber()) return true;
    if (whole_divisor && target.isInteger()) return target.getInteger() % *whole_divisor == 0;
    const double times = number_of(target) / divisor;
    return std::isfinite(times) &&
           std::abs(times - std::round(times)) <= 1e-9 * std::max(1.0, std::abs(times));
  }
  double divisor;
  std::optional<std::int64_t> whole_divisor;
};

/// Equal for equal values: members by name, numbers as to_library left them.
void append_canonical(const Adapter& value, std::string& out) {
  if (value.isObject()) {
    out += '{';
    value.applyToObject([&out](const std::string& name, const Adapter& member) {
      kernel::append_json_quoted(out, name);
      append_canonical(member, out);
      return true;
    });
    out += '}';
  } else if (value.isArray()) {
    out += '[';
    value.applyToArray([&out](const Adapter& item) {
      append_canonical(item, out);
      out += ',';
      return true;
    });
    out += ']';
  } else if (value.isString()) {
    kernel::append_json_quoted(out, value.asString());
  } else if (value.isInteger()) {
    out += std::to_string(value.getInteger());
  } else if (value.isDouble()) {
    out += LibraryJson(value.getDouble()).dump();
  } else {
    out += value.isNull() ? "null" : value.getBool() ? "true" : "false";
  }
}

struct UniqueItemsConstraint : OwnConstraint<UniqueItemsConstraint> {
  static constexpr std::string_view kKeyword = "uniqueItems";
  explicit UniqueItemsConstraint(const Adapter& value) : is_wanted(value.getBool()) {}
  bool is_kept_by(const Adapter& target) const {
    if (!is_wanted || !target.isArray()) return true;
    std::set<std::string> seen;
    return target.applyToArray([&seen](const Adapter& item) {
      std::string text;
      append_canonical(item, text);
      return seen.insert(std::move(text)).second;
    });
  }
  bool is_wanted;
};

template <class Constraint>
class Builder final : public valijson::ConstraintBuilder {
 public:
  valijson::constraints::Constraint* make(const Adapter& value) const override {
    return new Constraint(value);
  }
};

template <class Constraint>
void add_ours(valijson::SchemaParser& parser) {
  parser.addConstraintBuilder(our_name(Constraint::kKeyword), new Builder<Constraint>());  // the parser's
}

/// The library tells what is wrong inside before what is wrong outside: the first is what the author looks
/// for. Of alternatives that all failed, that they did says more than why the first of them did.
Violation first_of(const valijson::ValidationResults& results) {
  std::optional<Violation> first;
  for (const auto& said : results) {
    Violation next = violation_of(said.context, said.description);
    const bool is_alternatives = next.rule == "anyOf" || next.rule == "oneOf";
    if (!first || (is_alternatives && first->pointer.starts_with(next.pointer))) first = std::move(next);
  }
  // Of names that propertyNames refuses the library says nothing.
  return first.value_or(Violation{.pointer = "", .rule = "propertyNames"});
}

}  // namespace

struct Schema::Compiled {
  valijson::Schema schema;
};

Schema::Schema(std::unique_ptr<const Compiled> compiled) : compiled_(std::move(compiled)) {}
Schema::~Schema() = default;

std::expected<std::shared_ptr<const Schema>, SchemaProblem> Schema::compile(const Json& schema) {
  if (!schema.is_object()) return std::unexpected(SchemaProblem{"", "the schema of a payload is an object"});
  if (auto problem = find_problem(schema)) return std::unexpected(std::move(*problem));
  valijson::SchemaParser parser(valijson::SchemaParser::kDraft7);
  add_ours<PatternConstraint>(parser);
  add_ours<FormatConstraint>(parser);
  add_ours<UniqueItemsConstraint>(parser);
  add_ours<MultipleOfConstraint>(parser);
  auto compiled = std::make_unique<Compiled>();
  LibraryJson document;
  schema_for_library(schema, document);
  try {
    parser.populateSchema(valijson::adapters::NlohmannJsonAdapter(document), compiled->schema);
  } catch (const std::exception& error) {
    return std::unexpected(SchemaProblem{"", error.what()});
  }
  return std::shared_ptr<const Schema>(new Schema(std::move(compiled)));
}

std::expected<void, Violation> Schema::check(const Json& payload) const {
  LibraryJson value;
  if (!to_library(payload, value)) return std::unexpected(Violation{.pointer = "", .rule = "size"});
  valijson::Validator validator;
  valijson::ValidationResults results;
  try {
    if (validator.validate(compiled_->schema, valijson::adapters::NlohmannJsonAdapter(value), &results))
      return {};
  } catch (const std::exception&) {
    // Its text may quote the value.
    return std::unexpected(Violation{.pointer = "", .rule = "schema"});
  }
  return std::unexpected(first_of(results));
}

}  // namespace ingest
