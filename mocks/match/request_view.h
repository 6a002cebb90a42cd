#pragma once
// A request taken apart for matching: path, query, cookies, form, JSON. Each part is read once, when it is
// first asked for.
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "middleware/kernel/http.h"
#include "middleware/kernel/json.h"
#include "middleware/kernel/url.h"

namespace mocks::match {

/// `request` must outlive the view.
class RequestView {
 public:
  explicit RequestView(const kernel::HttpRequest& request);

  const kernel::HttpRequest& request() const { return request_; }
  const std::string& method() const { return request_.method; }
  std::string_view target() const { return request_.target; }
  std::string_view path() const { return kernel::path_of(request_.target); }
  std::string_view body() const { return request_.body; }

  /// All values of that name, in order. Headers compare without case, everything else with it.
  std::vector<std::string> headers(std::string_view name) const;
  std::vector<std::string> query(std::string_view name) const;
  std::vector<std::string> cookies(std::string_view name) const;
  /// Of a body in application/x-www-form-urlencoded.
  std::vector<std::string> form(std::string_view name) const;

  const kernel::FormFields& query_fields() const;
  const kernel::FormFields& cookie_fields() const;
  const kernel::FormFields& form_fields() const;

  /// The body, or null when it is no JSON; json_error says why.
  const kernel::Json* json() const;
  const std::string& json_error() const;

 private:
  struct Body;
  const Body& parsed() const;

  const kernel::HttpRequest& request_;
  mutable std::optional<kernel::FormFields> query_;
  mutable std::optional<kernel::FormFields> cookies_;
  mutable std::optional<kernel::FormFields> form_;
  mutable std::shared_ptr<const Body> parsed_;
};

/// "/orders/{id}" against "/orders/7": {id: 7}, percent-decoded; nothing when it does not fit. A segment in
/// braces is one segment, never empty.
std::optional<kernel::FormFields> path_parameters(std::string_view pattern, std::string_view path);

}  // namespace mocks::match
