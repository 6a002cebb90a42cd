#include "emulator/runtime/posted_error.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "middleware/kernel/json.h"

namespace emulator::runtime {
namespace {

constexpr std::string_view kWithCause = "application/vnd.aws.lambda.error.cause+json";

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// "Runtime.ImportModuleError", "Function.MyError"; anything else is not kept.
bool is_known_form(std::string_view type) {
  const std::size_t dot = type.find('.');
  if (dot == std::string_view::npos) return false;
  const std::string_view source = type.substr(0, dot);
  const std::string_view name = type.substr(dot + 1);
  return (source == "Runtime" || source == "Function") && name.size() > 1 && name[0] >= 'A' &&
         name[0] <= 'Z' && std::ranges::all_of(name, is_letter);
}

/// Without the cause, which is for traces.
std::string without_cause(const kernel::Json& error) {
  kernel::Json kept = kernel::Json::object();
  for (const char* key : {"errorMessage", "errorType", "stackTrace"}) {
    if (error.contains(key)) kept[key] = error[key];
  }
  return kernel::json_text(kept);
}

}  // namespace

lambda::CodeError posted_error(const kernel::HttpRequest& request, const std::string& source) {
  const std::string_view type = request.headers.get("Lambda-Runtime-Function-Error-Type");
  lambda::CodeError error{.type = is_known_form(type) ? std::string(type) : source + ".Unknown",
                          .message = request.body};
  const auto body = kernel::parse_json(request.body);
  if (!body || !body->is_object()) return error;
  error.payload =
      request.headers.get("Content-Type").starts_with(kWithCause) ? without_cause(*body) : request.body;
  if (std::string text = kernel::json_text_at(*body, "/errorType"); !text.empty()) error.type = text;
  error.message = kernel::json_text_at(*body, "/errorMessage");
  return error;
}

}  // namespace emulator::runtime
