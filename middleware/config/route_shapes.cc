#include "middleware/config/route_shapes.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "middleware/config/suggest.h"
#include "middleware/secrets/reference.h"

namespace config {
namespace {

using ingest::Comparison;
using ingest::FieldTest;
using kernel::Json;

/// Names of what is always there, and what may be added beside it.
constexpr const char* kOwnNames[] = {"correlation_id", "age_ms"};

Shape<std::string> field() {
  return mapped<std::string>(
      non_empty_text(),
      [](const std::string& name) -> kernel::Result<std::string> { return ingest::field_pointer(name); },
      {.description =
           "A field of the payload, or a JSON Pointer into it: Country__c, /ChangeEventHeader/changeType."});
}

Shape<std::string> json_text_shape() {
  return mapped<std::string>(
      json(), [](const Json& value) -> kernel::Result<std::string> { return kernel::json_text(value); });
}

Shape<std::string> operand(std::function<bool(const Json&)> is_right, const std::string& wants) {
  return mapped<std::string>(
      json(), [is_right = std::move(is_right), wants](const Json& value) -> kernel::Result<std::string> {
        if (!is_right(value)) return kernel::invalid("wants " + wants);
        return kernel::json_text(value);
      });
}

// ---- Enrichment
// -----------------------------------------------------------------------------------------------

Shape<ingest::TableLookup> lookup_shape() {
  return object<ingest::TableLookup>("a look-up", "A value that the file has for each value of a field.")
      .required("by", &ingest::TableLookup::by, field(), "The field whose value is looked up.")
      .required("table", &ingest::TableLookup::table, map_of(json_text_shape()),
                "What each value gives; any JSON.")
      .optional("default", &ingest::TableLookup::otherwise, json_text_shape(),
                "What every other value gives; without it such an event is a ValidationError.")
      .done();
}

Shape<ingest::Reference> reference_shape() {
  const auto parameter = mapped<std::string>(
      non_empty_text(),
      [](const std::string& name) -> kernel::Result<std::string> {
        const auto reference = secrets::parse_reference(name);
        if (!reference) return std::unexpected(reference.error());
        if (reference->kind == secrets::SourceKind::SecretsManager)
          return kernel::invalid("a secret is not added to payloads; use a parameter (ssm:NAME)");
        return name;
      },
      {.pattern = "^(ssm|env|file):."});
  return object<ingest::Reference>("reference data", "JSON that lies outside of the file and may change.")
      .required("parameter", &ingest::Reference::parameter, parameter,
                "Where it lies: ssm:NAME, env:NAME, file:PATH.")
      .optional("by", &ingest::Reference::by, field(), "Only the entry of this field's value is added.")
      .optional("missing", &ingest::Reference::is_needed, choice<bool>({{"fail", true}, {"go_on", false}}),
                "When it is not there: the event fails and comes again, or null is added with a warning in "
                "the log.")
      .done();
}

// ---- Conditions
// -----------------------------------------------------------------------------------------------

/// `{Country__c: DE, Amount__c: {at_least: 100}, Sku__c: [A, B]}`.
class FieldTests final : public ShapeOf<std::vector<FieldTest>> {
 public:
  void read(const Tree& tree, std::vector<FieldTest>& out, Problems& problems) const override {
    if (tree.kind != Tree::Kind::Map) return detail::add_wrong_kind(tree, wants(), problems);
    for (const Tree::Entry& entry : tree.entries) {
      const Problems::Subject subject(problems, "'" + entry.key + "'");
      read_field(ingest::field_pointer(entry.key), entry.value, out, problems);
    }
  }
  JsonPtr schema(Definitions&) const override { return detail::map_schema(any_->schema(none_), ""); }
  std::string wants() const override { return "fields and what they have to be"; }

 private:
  void read_field(std::string pointer, const Tree& tree, std::vector<FieldTest>& out,
                  Problems& problems) const {
    FieldTest test{.pointer = std::move(pointer)};
    if (tree.kind != Tree::Kind::Map) {
      values_->read(tree, test.operands, problems);
      out.push_back(std::move(test));
      return;
    }
    if (tree.entries.empty()) return detail::add_wrong_kind(tree, "a comparison", problems);
    for (const Tree::Entry& entry : tree.entries) {
      const auto found = std::ranges::find(operators_, entry.key, &Operator::name);
      if (found == operators_.end()) {
        std::vector<std::string> names;
        for (const Operator& known : operators_) names.push_back(known.name);
        problems.add(entry.key_place,
                     "'" + entry.key + "' is no comparison" + did_you_mean_text(entry.key, names));
        continue;
      }
      const Problems::Subject subject(problems, "'" + entry.key + "'");
      test.comparison = found->comparison;
      test.operands.clear();
      found->operands->read(entry.value, test.operands, problems);
      out.push_back(test);
    }
  }

  struct Operator {
    std::string name;
    Comparison comparison;
    Shape<std::vector<std::string>> operands;
  };
  static Operator one(std::string name, Comparison comparison, Shape<std::string> shape) {
    const auto alone = [](const std::string& value) -> kernel::Result<std::vector<std::string>> {
      return std::vector{value};
    };
    return {std::move(name), comparison, mapped<std::vector<std::string>>(std::move(shape), alone)};
  }
  static Shape<std::string> number_operand() {
    return operand([](const Json& value) { return value.is_number(); }, "a number");
  }
  static Shape<std::string> bool_operand() {
    return operand([](const Json& value) { return value.is_boolean(); }, "true or false");
  }
  static Shape<std::string> text_operand() {
    return operand([](const Json& value) { return value.is_string(); }, "a text");
  }

  mutable Definitions none_;
  Shape<Json> any_ = json();
  Shape<std::vector<std::string>> values_ = one_or_list_of(json_text_shape());
  std::vector<Operator> operators_ = {
      one("equals", Comparison::OneOf, json_text_shape()),
      {"one_of", Comparison::OneOf, list_of(json_text_shape(), 1)},
      one("prefix", Comparison::Prefix, text_operand()),
      one("exists", Comparison::Exists, bool_operand()),
      one("below", Comparison::Below, number_operand()),
      one("at_most", Comparison::AtMost, number_operand()),
      one("above", Comparison::Above, number_operand()),
      one("at_least", Comparison::AtLeast, number_operand()),
  };
};

Shape<ingest::Condition> condition_shape() {
  return object<ingest::Condition>("a condition", "All of it has to hold.")
      .optional("type", &ingest::Condition::types, one_or_list_of(non_empty_text()), "API names of events.")
      .optional(
          "fields", &ingest::Condition::fields,
          Shape<std::vector<FieldTest>>(std::make_shared<const FieldTests>()),
          "A value, a list of values, or comparisons: equals, one_of, prefix, exists, below, at_most, above, "
          "at_least.")
      .done();
}

Shape<RouteText> route_shape() {
  return object<RouteText>("a route", "The first whose condition holds takes the event.")
      .optional("name", &RouteText::name, non_empty_text(), "In logs; 'route N' when absent.")
      .optional("when", &RouteText::when, condition_shape(), "Every event when absent.")
      .optional("to", &RouteText::to, non_empty_text(), "One of destinations, or middleware.")
      .optional("drop", &RouteText::drop_reason, non_empty_text(), "The event ends here, for this reason.")
      .exactly_one_of({"to", "drop"})
      .place(&RouteText::place)
      .done();
}

void check_names(const EnrichmentText& text, Problems& problems) {
  std::vector<std::string> names(std::begin(kOwnNames), std::end(kOwnNames));
  const auto check = [&](const std::string& name) {
    if (std::ranges::find(names, name) != names.end())
      problems.add(text.place, "'" + name + "' is added already");
    names.push_back(name);
  };
  for (const auto& [name, lookup] : text.lookups) check(name);
  for (const auto& [name, reference] : text.references) check(name);
}

template <class T>
void put(std::vector<T>& all, const std::string& name, T value) {
  value.name = name;
  const auto found = std::ranges::find(all, name, &T::name);
  if (found == all.end()) {
    all.push_back(std::move(value));
  } else {
    *found = std::move(value);
  }
}

void add_to(ingest::Enrichment& enrichment, const EnrichmentText& text) {
  if (!text.correlation_by.empty()) enrichment.correlation_by = text.correlation_by;
  enrichment.with_age = enrichment.with_age || text.with_age;
  for (const auto& [name, lookup] : text.lookups) put(enrichment.lookups, name, lookup);
  for (const auto& [name, reference] : text.references) put(enrichment.references, name, reference);
}

}  // namespace

Shape<EnrichmentText> enrichment_shape(bool can_name) {
  auto shape = object<EnrichmentText>("enrichment", "What the function adds to a payload.");
  if (can_name)
    shape.optional("under", &EnrichmentText::under, non_empty_text(),
                   "The member of the payload that holds it; _enriched when absent.");
  return shape
      .optional(
          "correlation_id", &EnrichmentText::correlation_by, field(),
          "The field that correlates events, also as X-Correlation-Id; the EventUuid when absent or empty.")
      .optional("age", &EnrichmentText::with_age, boolean(),
                "Adds age_ms: how old the event is at this delivery.")
      .optional("lookups", &EnrichmentText::lookups, map_of(lookup_shape()), "Values by a field's value.")
      .optional("reference", &EnrichmentText::references, map_of(reference_shape()), "JSON from parameters.")
      .place(&EnrichmentText::place)
      .done();
}

Shape<std::vector<RouteText>> routes_shape() { return list_of(route_shape(), 1); }

Shape<ingest::BatchRules> batch_shape() {
  return object<ingest::BatchRules>("a batch", "How many events of one invocation go in one request.")
      .optional("max_events", &ingest::BatchRules::events_max, integer(1, 1000), "Events in a request.")
      .optional("max_bytes", &ingest::BatchRules::bytes_max, size(), "Bytes of its body.")
      .optional("max_wait", &ingest::BatchRules::wait_max, duration(),
                "The longest that an event waits for others whose reference data is on its way.")
      .done();
}

Shape<MapOf<DestinationText>> destinations_shape() {
  return map_of(object<DestinationText>("a destination", "Where a route leads to.")
                    .optional("url", &DestinationText::url, non_empty_text(),
                              "Base URL; the middleware's when absent. In the rig: a mock of that name.")
                    .optional("path", &DestinationText::path, non_empty_text(), "Begins with /.")
                    .optional("batch", &DestinationText::batch, batch_shape(), "Instead of that for all.")
                    .check("path",
                           [](const DestinationText& text) -> std::optional<std::string> {
                             if (text.path.starts_with('/')) return std::nullopt;
                             return "'path' begins with /";
                           })
                    .done());
}

void check_routes(const RoutesText& text, const Tree& tree, Problems& problems) {
  if (text.enrich) check_names(*text.enrich, problems);
  std::vector<std::string> names{"middleware"};
  for (const auto& [name, destination] : text.destinations) {
    const bool is_used =
        std::ranges::any_of(text.routes, [&n = name](const RouteText& r) { return r.to == n; });
    const Tree* place = tree.find("destinations");
    if (name == "middleware" && !destination.url.empty())
      problems.add(place->place,
                   "the destination 'middleware' has the URL that the function is started with");
    if (name != "middleware" && !is_used)
      problems.add(place == nullptr ? tree.place : place->place, "no route leads to '" + name + "'");
    if (name != "middleware") names.push_back(name);
  }
  for (const RouteText& route : text.routes) {
    if (route.to && std::ranges::find(names, *route.to) == names.end())
      problems.add(route.place,
                   "there is no destination '" + *route.to + "'" + did_you_mean_text(*route.to, names));
  }
}

std::optional<ingest::Enrichment> enrichment_of(const std::optional<EnrichmentText>& all,
                                                const std::optional<EnrichmentText>& own) {
  if (!all && !own) return std::nullopt;
  ingest::Enrichment enrichment;
  if (all) add_to(enrichment, *all);
  if (own) add_to(enrichment, *own);
  return enrichment;
}

void apply_to(const RoutesText& text, ingest::IngestConfig& ingest) {
  ingest.enrichment = enrichment_of(text.enrich, std::nullopt);
  if (text.enrich && !text.enrich->under.empty()) ingest.enriched_under = text.enrich->under;
  std::vector<std::string> names{"middleware"};
  ingest.destinations = {{.name = ingest.middleware, .host = ingest.middleware, .batch = text.batch}};
  for (const auto& [name, destination] : text.destinations) {
    ingest::Destination made{.name = name,
                             .host = destination.url.empty() ? ingest.middleware : name,
                             .url = destination.url,
                             .path = destination.path,
                             .batch = destination.batch ? destination.batch : text.batch};
    if (name == "middleware") {
      ingest.destinations.front() = std::move(made);
    } else {
      ingest.destinations.push_back(std::move(made));
      names.push_back(name);
    }
  }
  for (std::size_t i = 0; i < text.routes.size(); ++i) {
    const RouteText& route = text.routes[i];
    const auto found = std::ranges::find(names, route.to.value_or("middleware"));
    ingest.routes.push_back({.name = route.name.empty() ? "route " + std::to_string(i + 1) : route.name,
                             .when = route.when,
                             .destination = static_cast<std::size_t>(found - names.begin()),
                             .drop_reason = route.drop_reason});
  }
}

}  // namespace config
