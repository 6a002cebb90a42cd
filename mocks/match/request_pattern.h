#pragma once
// Which requests a stub is for, whether one is among them, and if not, by how much it misses.
// Facts: mocks-and-faults 1 (URL forms, several values) and 16 (near misses).
#include <cstdint>
#include <string>
#include <vector>

#include "mocks/match/matcher.h"
#include "mocks/match/request_view.h"

namespace mocks::match {

enum class UrlForm : std::uint8_t {
  Any,
  Url,          ///< path and query, equal
  UrlPattern,   ///< path and query, the whole matches
  Path,         ///< path, equal
  PathPattern,  ///< path, the whole matches
  PathTemplate  ///< "/orders/{id}"
};

enum class Values : std::uint8_t {
  Any,         ///< one of the values satisfies the matcher
  HasExactly,  ///< as many values as matchers, each met by a value of its own
  Includes     ///< each matcher is met by some value
};

/// What a header, a query parameter, a cookie, a form field must be.
struct FieldPattern {
  std::string name;
  Values values = Values::Any;
  std::vector<Matcher> matchers{};
};

struct RequestPattern {
  std::vector<std::string> methods{};  ///< empty: any
  UrlForm form = UrlForm::Any;
  std::string url{};
  std::optional<jsonpath::Pattern> url_regex{};
  std::vector<FieldPattern> path_parameters{};  ///< with PathTemplate
  std::vector<FieldPattern> headers{};
  std::vector<FieldPattern> query{};
  std::vector<FieldPattern> cookies{};
  std::vector<FieldPattern> form_fields{};
  std::vector<Matcher> body{};  ///< all must hold

  bool matches(const RequestView& request, kernel::WallTime now) const;

  /// "POST /orders": how a report calls it.
  std::string title() const;
};

/// One part of a pattern that a request did not meet.
struct Miss {
  std::string part;      ///< "header Content-Type"
  std::string expected;  ///< "equal to 'application/json'"
  std::string actual;    ///< what the request has there
  double distance = 1;
};

struct NearMiss {
  double distance = 0;  ///< 0..1, weighted: url 10, method 3, the rest 1
  std::vector<Miss> misses{};
};

NearMiss near_miss(const RequestPattern& pattern, const RequestView& request, kernel::WallTime now);

}  // namespace mocks::match
