#include "mocks/match/request_pattern.h"

#include <algorithm>

namespace mocks::match {
namespace {

using Getter = std::vector<std::string> (RequestView::*)(std::string_view) const;

struct Group {
  const char* word;
  const std::vector<FieldPattern>& fields;
  Getter values;
};

std::vector<Group> groups_of(const RequestPattern& pattern) {
  return {{"header", pattern.headers, &RequestView::headers},
          {"query parameter", pattern.query, &RequestView::query},
          {"cookie", pattern.cookies, &RequestView::cookies},
          {"form field", pattern.form_fields, &RequestView::form}};
}

double best(const Matcher& matcher, const std::vector<std::string>& values, const Seen& seen) {
  if (values.empty()) return distance(matcher, nullptr, seen);
  double least = 1;
  for (const std::string& text : values) {
    const std::string_view value = text;
    least = std::min(least, distance(matcher, &value, seen));
  }
  return least;
}

/// Each matcher takes a value of its own; they are few, so all orders may be tried.
bool each_has_its_own(const std::vector<Matcher>& matchers, std::size_t from,
                      const std::vector<std::string>& values, std::vector<bool>& taken, const Seen& seen) {
  if (from == matchers.size()) return true;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::string_view value = values[i];
    if (taken[i] || !holds(matchers[from], &value, seen)) continue;
    taken[i] = true;
    if (each_has_its_own(matchers, from + 1, values, taken, seen)) return true;
    taken[i] = false;
  }
  return false;
}

double field_distance(const FieldPattern& field, const std::vector<std::string>& values, const Seen& seen) {
  if (field.values == Values::HasExactly) {
    std::vector<bool> taken(values.size(), false);
    const bool fits =
        field.matchers.size() == values.size() && each_has_its_own(field.matchers, 0, values, taken, seen);
    if (fits) return 0;
  }
  double sum = 0;
  for (const Matcher& matcher : field.matchers) sum += best(matcher, values, seen);
  if (field.values == Values::HasExactly) return 1;
  return sum / static_cast<double>(std::max<std::size_t>(field.matchers.size(), 1));
}

double url_distance(const RequestPattern& pattern, const RequestView& request) {
  switch (pattern.form) {
    case UrlForm::Any:
      return 0;
    case UrlForm::Url:
      return text_distance(pattern.url, request.target());
    case UrlForm::Path:
      return text_distance(pattern.url, request.path());
    case UrlForm::UrlPattern:
      return pattern.url_regex->matches_whole(request.target()) ? 0 : 1;
    case UrlForm::PathPattern:
      return pattern.url_regex->matches_whole(request.path()) ? 0 : 1;
    case UrlForm::PathTemplate:
      return path_parameters(pattern.url, request.path()) ? 0 : text_distance(pattern.url, request.path());
  }
  return 1;
}

bool url_matches(const RequestPattern& pattern, const RequestView& request) {
  if (pattern.form == UrlForm::Url) return request.target() == pattern.url;
  if (pattern.form == UrlForm::Path) return request.path() == pattern.url;
  if (pattern.form == UrlForm::PathTemplate) return path_parameters(pattern.url, request.path()).has_value();
  return url_distance(pattern, request) == 0;
}

bool method_matches(const RequestPattern& pattern, const RequestView& request) {
  return pattern.methods.empty() ||
         std::ranges::find(pattern.methods, request.method()) != pattern.methods.end();
}

std::vector<std::string> parameter(const RequestPattern& pattern, const RequestView& request,
                                   std::string_view name) {
  const auto parameters = path_parameters(pattern.url, request.path());
  std::vector<std::string> values;
  for (const auto& [key, value] : parameters.value_or(kernel::FormFields{})) {
    if (key == name) values.push_back(value);
  }
  return values;
}

/// A body that needs no parsing is not parsed.
Seen seen_by(const Matcher& matcher, const RequestView& request, kernel::WallTime now) {
  const bool wants_json = matcher.op == Operator::EqualToJson || matcher.op == Operator::MatchesJsonPath ||
                          matcher.op == Operator::MatchesJsonSchema || matcher.op == Operator::And ||
                          matcher.op == Operator::Or || matcher.op == Operator::Not;
  return {.now = now, .json = wants_json ? request.json() : nullptr};
}

std::string joined(const std::vector<std::string>& values) {
  if (values.empty()) return "absent";
  std::string text;
  for (const std::string& value : values) text += (text.empty() ? "'" : ", '") + value + "'";
  return text;
}

std::string words_of(const FieldPattern& field) {
  std::string text = field.values == Values::HasExactly
                         ? "exactly "
                         : (field.values == Values::Includes ? "including " : "");
  for (std::size_t i = 0; i < field.matchers.size(); ++i)
    text += (i == 0 ? "" : ", ") + field.matchers[i].words();
  return text;
}

class Weighing {
 public:
  void add(double weight, Miss miss) {
    weights_ += weight;
    sum_ += weight * miss.distance;
    if (miss.distance > 0) result_.misses.push_back(std::move(miss));
  }
  NearMiss take() {
    result_.distance = weights_ > 0 ? sum_ / weights_ : 0;
    return std::move(result_);
  }

 private:
  NearMiss result_;
  double weights_ = 0;
  double sum_ = 0;
};

}  // namespace

bool RequestPattern::matches(const RequestView& request, kernel::WallTime now) const {
  if (!method_matches(*this, request) || !url_matches(*this, request)) return false;
  const Seen seen{.now = now};
  for (const FieldPattern& field : path_parameters) {
    if (field_distance(field, parameter(*this, request, field.name), seen) > 0) return false;
  }
  if (!headers.empty() || !query.empty() || !cookies.empty() || !form_fields.empty()) {
    for (const Group& group : groups_of(*this)) {
      for (const FieldPattern& field : group.fields) {
        if (field_distance(field, (request.*group.values)(field.name), seen) > 0) return false;
      }
    }
  }
  const std::string_view text = request.body();
  return std::ranges::all_of(body, [&](const Matcher& matcher) {
    return holds(matcher, request.body().empty() ? nullptr : &text, seen_by(matcher, request, now));
  });
}

std::string RequestPattern::title() const {
  std::string text;
  for (const std::string& method : methods) text += (text.empty() ? "" : "|") + method;
  return (text.empty() ? "ANY" : text) + " " + (form == UrlForm::Any ? "any URL" : url);
}

NearMiss near_miss(const RequestPattern& pattern, const RequestView& request, kernel::WallTime now) {
  Weighing weighing;
  const Seen seen{.now = now};
  const bool is_path_only = pattern.form != UrlForm::Url && pattern.form != UrlForm::UrlPattern;
  const double url = url_matches(pattern, request) ? 0 : std::max(url_distance(pattern, request), 0.001);
  weighing.add(10, {.part = is_path_only ? "path" : "url",
                    .expected = pattern.url,
                    .actual = std::string(is_path_only ? request.path() : request.target()),
                    .distance = url});
  const bool method = method_matches(pattern, request);
  weighing.add(3, {.part = "method",
                   .expected = pattern.title().substr(0, pattern.title().find(' ')),
                   .actual = request.method(),
                   .distance = method ? 0.0 : 1.0});
  // What lies in the request is looked at only if it is for this address at all (facts 16).
  if (url > 0 || !method) return weighing.take();
  const auto weigh = [&](const char* word, const FieldPattern& field,
                         const std::vector<std::string>& values) {
    weighing.add(1, {.part = std::string(word) + " " + field.name,
                     .expected = words_of(field),
                     .actual = joined(values),
                     .distance = field_distance(field, values, seen)});
  };
  for (const FieldPattern& field : pattern.path_parameters)
    weigh("path parameter", field, parameter(pattern, request, field.name));
  for (const Group& group : groups_of(pattern)) {
    for (const FieldPattern& field : group.fields)
      weigh(group.word, field, (request.*group.values)(field.name));
  }
  const std::string_view text = request.body();
  for (const Matcher& matcher : pattern.body) {
    const Seen with_json = seen_by(matcher, request, now);
    const bool is_no_json = request.json() == nullptr && !text.empty() && matcher.op >= Operator::EqualToJson;
    weighing.add(
        1, {.part = "body",
            .expected = matcher.words(),
            .actual = is_no_json ? "not JSON: " + request.json_error() : std::string(text.substr(0, 200)),
            .distance = distance(matcher, text.empty() ? nullptr : &text, with_json)});
  }
  return weighing.take();
}

}  // namespace mocks::match
