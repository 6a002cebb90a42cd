#include "middleware/secrets/redactor.h"

#include <algorithm>

#include "middleware/kernel/base64.h"
#include "middleware/kernel/json.h"
#include "middleware/kernel/url.h"

namespace secrets {
namespace {
constexpr std::size_t kLengthMin = 4;
constexpr std::size_t kBase64Min = 8;  ///< of letters within a longer text
constexpr std::string_view kInstead = "[redacted]";

/// What base64 makes of `value` when so many other bytes (modulo 3) stand before it and whatever behind: the
/// letters that depend on nothing else. Nothing when they are too few to be known by.
std::string inside_base64(std::string_view value, std::size_t before) {
  const std::string text = kernel::base64(std::string(before, ' ') + std::string(value));
  const std::size_t first = (before * 8 + 5) / 6;
  const std::size_t last = (before + value.size()) * 8 / 6;
  return last - first < kBase64Min ? std::string{} : text.substr(first, last - first);
}

}  // namespace

void Redactor::add(std::string_view value) {
  if (value.size() < kLengthMin || std::ranges::find(forms_, value) != forms_.end()) return;
  add_form(std::string(value));
  const std::string quoted = kernel::json_quoted(value);
  add_form(quoted.substr(1, quoted.size() - 2));
  add_form(kernel::percent_encoded(value));
  add_form(kernel::base64(value));
  for (std::size_t before = 0; before < 3; ++before) add_form(inside_base64(value, before));
}

void Redactor::add_form(std::string form) {
  if (form.empty()) return;
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
