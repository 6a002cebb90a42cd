#include "middleware/secrets/redactor.h"

#include <algorithm>

#include "middleware/kernel/base64.h"
#include "middleware/kernel/json.h"
#include "middleware/kernel/url.h"

namespace secrets {
namespace {
constexpr std::size_t kLengthMin = 4;
constexpr std::string_view kInstead = "[redacted]";
}  // namespace

void Redactor::add(std::string_view value) {
  if (value.size() < kLengthMin || std::ranges::find(forms_, value) != forms_.end()) return;
  add_form(std::string(value));
  const std::string quoted = kernel::json_quoted(value);
  add_form(quoted.substr(1, quoted.size() - 2));
  add_form(kernel::percent_encoded(value));
  add_form(kernel::base64(value));
}

void Redactor::add_form(std::string form) {
  if (std::ranges::find(forms_, form) != forms_.end()) return;
  const auto place =
      std::ranges::find_if(forms_, [&form](const std::string& known) { return known.size() < form.size(); });
  forms_.insert(place, std::move(form));
}

std::string Redactor::redacted(std::string text) const {
  for (const std::string& form : forms_) {
    for (std::size_t at = text.find(form); at != std::string::npos;
         at = text.find(form, at + kInstead.size())) {
      text.replace(at, form.size(), kInstead);
    }
  }
  return text;
}

bool Redactor::finds_any(std::string_view text) const {
  return std::ranges::any_of(
      forms_, [text](const std::string& form) { return text.find(form) != std::string_view::npos; });
}

}  // namespace secrets
