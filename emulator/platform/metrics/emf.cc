#include "emulator/platform/metrics/emf.h"

#include <nlohmann/json.hpp>

#include "middleware/kernel/json.h"

namespace emulator::metrics {
namespace {

using kernel::Json;

constexpr std::size_t kMetricsMax = 100;
constexpr std::size_t kValuesMax = 100;
constexpr std::size_t kDimensionsMax = 30;
constexpr std::size_t kDimensionMax = 1024;

using Problem = kernel::Result<>;

const Json* member(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found == object.end() ? nullptr : &*found;
}

kernel::Result<std::vector<ValueCount>> values_of(const Json& target, const std::string& name) {
  std::vector<ValueCount> values;
  if (target.is_number()) {
    values.push_back({target.get<double>()});
  } else if (target.is_array()) {
    if (target.size() > kValuesMax) return kernel::invalid("'" + name + "' has more than 100 values");
    for (const Json& one : target) {
      if (!one.is_number()) return kernel::invalid("'" + name + "' holds what is no number");
      values.push_back({one.get<double>()});
    }
  } else {
    return kernel::invalid("'" + name + "' is neither a number nor an array of numbers");
  }
  return values;
}

kernel::Result<std::vector<Dimension>> dimensions_of(const Json& set, const Json& root) {
  if (!set.is_array()) return kernel::invalid("a dimension set is no array");
  if (set.size() > kDimensionsMax) return kernel::invalid("a dimension set has more than 30 keys");
  std::vector<Dimension> dimensions;
  for (const Json& key : set) {
    if (!key.is_string()) return kernel::invalid("a dimension key is no text");
    const auto name = key.get<std::string>();
    const Json* value = member(root, name.c_str());
    if (value == nullptr || !value->is_string())
      return kernel::invalid("the dimension '" + name + "' is no text of the root");
    auto text = value->get<std::string>();
    if (text.size() > kDimensionMax) return kernel::invalid("the dimension '" + name + "' is too long");
    dimensions.push_back({name, std::move(text)});
  }
  return dimensions;
}

Problem add_metric(const Json& definition, const std::string& space, const Json& root,
                   const std::vector<std::vector<Dimension>>& sets, std::vector<Datum>& out) {
  const Json* name = definition.is_object() ? member(definition, "Name") : nullptr;
  if (name == nullptr || !name->is_string()) return kernel::invalid("a metric has no Name");
  const auto text = name->get<std::string>();
  const Json* target = member(root, text.c_str());
  if (target == nullptr) return kernel::invalid("the metric '" + text + "' is not in the root");
  auto values = values_of(*target, text);
  if (!values) return std::unexpected(values.error());
  Datum datum{.id = {}, .values = std::move(*values)};
  if (const Json* unit = member(definition, "Unit"); unit != nullptr) {
    if (!unit->is_string()) return kernel::invalid("the Unit of '" + text + "' is no text");
    datum.unit = unit->get<std::string>();
  }
  if (const Json* resolution = member(definition, "StorageResolution"); resolution != nullptr) {
    if (!resolution->is_number_integer() || (*resolution != 1 && *resolution != 60))
      return kernel::invalid("the StorageResolution of '" + text + "' is neither 1 nor 60");
    datum.resolution = resolution->get<std::int64_t>();
  }
  for (const std::vector<Dimension>& set : sets) {
    datum.id = make_metric_id(space, text, set);
    out.push_back(datum);
  }
  return {};
}

Problem add_directive(const Json& directive, const Json& root, std::vector<Datum>& out) {
  const Json* space = directive.is_object() ? member(directive, "Namespace") : nullptr;
  if (space == nullptr || !space->is_string() || space->get<std::string>().empty())
    return kernel::invalid("a directive has no Namespace");
  const Json* dimensions = member(directive, "Dimensions");
  if (dimensions == nullptr || !dimensions->is_array() || dimensions->empty())
    return kernel::invalid("a directive has no Dimensions");
  std::vector<std::vector<Dimension>> sets;
  for (const Json& set : *dimensions) {
    auto read = dimensions_of(set, root);
    if (!read) return std::unexpected(read.error());
    sets.push_back(std::move(*read));
  }
  const Json* metrics = member(directive, "Metrics");
  if (metrics == nullptr || !metrics->is_array()) return kernel::invalid("a directive has no Metrics");
  if (metrics->size() > kMetricsMax) return kernel::invalid("a directive has more than 100 metrics");
  for (const Json& definition : *metrics) {
    if (auto added = add_metric(definition, space->get<std::string>(), root, sets, out); !added) return added;
  }
  return {};
}

Problem read_document(const Json& root, const Json& meta, std::vector<Datum>& out) {
  const Json* timestamp = member(meta, "Timestamp");
  if (timestamp == nullptr || !timestamp->is_number_integer())
    return kernel::invalid("_aws has no Timestamp");
  const Json& directives = *member(meta, "CloudWatchMetrics");
  if (!directives.is_array()) return kernel::invalid("CloudWatchMetrics is no array");
  for (const Json& directive : directives) {
    if (auto added = add_directive(directive, root, out); !added) return added;
  }
  const kernel::WallTime at{std::chrono::milliseconds{timestamp->get<std::int64_t>()}};
  for (Datum& datum : out) datum.at = at;
  return {};
}

}  // namespace

EmfReading read_emf(std::string_view line) {
  EmfReading reading;
  const std::size_t begin = line.find('{');
  // Most lines hold no metrics: they are not parsed.
  if (begin == std::string_view::npos || !line.contains("\"_aws\"") ||
      !line.contains("\"CloudWatchMetrics\""))
    return reading;
  const std::string_view before = line.substr(0, begin);
  if (!before.empty() && !before.ends_with('\t') && before.find_first_not_of(" \t") != std::string_view::npos)
    return reading;
  const auto root = kernel::parse_json(line.substr(begin));
  if (!root) {
    reading.is_emf = true;
    reading.problem = "it is not JSON: " + root.error().message;
    return reading;
  }
  const Json* meta = root->is_object() ? member(*root, "_aws") : nullptr;
  if (meta == nullptr || !meta->is_object() || member(*meta, "CloudWatchMetrics") == nullptr) return reading;
  reading.is_emf = true;
  if (auto read = read_document(*root, *meta, reading.data); !read) {
    reading.problem = read.error().message;
    reading.data.clear();
  }
  return reading;
}

}  // namespace emulator::metrics
