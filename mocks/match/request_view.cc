#include "mocks/match/request_view.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace mocks::match {
namespace {

std::vector<std::string> values_of(const kernel::FormFields& fields, std::string_view name) {
  std::vector<std::string> values;
  for (const auto& [field, value] : fields) {
    if (field == name) values.push_back(value);
  }
  return values;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

kernel::FormFields cookies_in(std::string_view header) {
  kernel::FormFields fields;
  while (!header.empty()) {
    const std::size_t end = std::min(header.find(';'), header.size());
    const std::string_view one = trimmed(header.substr(0, end));
    const std::size_t equals = one.find('=');
    if (equals != std::string_view::npos) fields.emplace_back(one.substr(0, equals), one.substr(equals + 1));
    header.remove_prefix(std::min(end + 1, header.size()));
  }
  return fields;
}

}  // namespace

struct RequestView::Body {
  std::optional<kernel::Json> json;
  std::string error;
};

RequestView::RequestView(const kernel::HttpRequest& request) : request_(request) {}

std::vector<std::string> RequestView::headers(std::string_view name) const {
  std::vector<std::string> values;
  for (const auto& [field, value] : request_.headers) {
    if (kernel::equal_without_case(field, name)) values.push_back(value);
  }
  return values;
}

const kernel::FormFields& RequestView::query_fields() const {
  if (!query_) query_ = kernel::form_fields(kernel::query_of(request_.target));
  return *query_;
}

const kernel::FormFields& RequestView::cookie_fields() const {
  if (!cookies_) cookies_ = cookies_in(request_.headers.get("Cookie"));
  return *cookies_;
}

const kernel::FormFields& RequestView::form_fields() const {
  if (!form_) {
    const bool is_form =
        request_.headers.get("Content-Type").starts_with("application/x-www-form-urlencoded");
    form_ = is_form ? kernel::form_fields(request_.body) : kernel::FormFields{};
  }
  return *form_;
}

std::vector<std::string> RequestView::query(std::string_view name) const {
  return values_of(query_fields(), name);
}
std::vector<std::string> RequestView::cookies(std::string_view name) const {
  return values_of(cookie_fields(), name);
}
std::vector<std::string> RequestView::form(std::string_view name) const {
  return values_of(form_fields(), name);
}

const RequestView::Body& RequestView::parsed() const {
  if (!parsed_) {
    auto body = std::make_shared<Body>();
    if (auto json = kernel::parse_json(request_.body)) {
      body->json = std::move(*json);
    } else {
      body->error = json.error().message;
    }
    parsed_ = std::move(body);
  }
  return *parsed_;
}

const kernel::Json* RequestView::json() const { return parsed().json ? &*parsed().json : nullptr; }
const std::string& RequestView::json_error() const { return parsed().error; }

std::optional<kernel::FormFields> path_parameters(std::string_view pattern, std::string_view path) {
  kernel::FormFields found;
  while (!pattern.empty() && !path.empty()) {
    if (pattern.front() != '/' || path.front() != '/') return std::nullopt;
    const std::size_t pattern_end = std::min(pattern.find('/', 1), pattern.size());
    const std::size_t path_end = std::min(path.find('/', 1), path.size());
    const std::string_view wanted = pattern.substr(1, pattern_end - 1);
    const std::string_view segment = path.substr(1, path_end - 1);
    if (wanted.size() > 2 && wanted.front() == '{' && wanted.back() == '}' && !segment.empty()) {
      found.emplace_back(wanted.substr(1, wanted.size() - 2), kernel::percent_decoded(segment, false));
    } else if (wanted != segment) {
      return std::nullopt;
    }
    pattern.remove_prefix(pattern_end);
    path.remove_prefix(path_end);
  }
  if (!pattern.empty() || !path.empty()) return std::nullopt;
  return found;
}

}  // namespace mocks::match
