#pragma once
// Answers of the REST endpoints: JSON, and errors as an array of message, errorCode and fields.
//
// Source: facts/salesforce 1.3. The status stands beside the code because a composite call reports it too.
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "middleware/kernel/http.h"
#include "middleware/kernel/json.h"

namespace emulator::salesforce_edge {

struct ApiError {
  int status = 400;
  std::string code;
  std::string message;
  std::vector<std::string> fields{};
};

/// What an operation answers: its body is null where there is none (204).
struct ApiAnswer {
  int status = 200;
  /// JSON text; "" is no body. A text, because a Json is no complete type in headers.
  std::string body{};
  kernel::Headers headers{};
};

using ApiResult = std::expected<ApiAnswer, ApiError>;

ApiAnswer json_answer(const kernel::Json& body, int status = 200);
inline ApiAnswer no_content() { return {.status = 204}; }

std::unexpected<ApiError> refused(int status, std::string code, std::string message,
                                  std::vector<std::string> fields = {});
/// 404 NOT_FOUND
std::unexpected<ApiError> not_found();
/// What exists at Salesforce and not here. `what` begins the sentence. 400: jsforce repeats what is 5xx.
std::unexpected<ApiError> not_emulated(std::string_view what);
/// 405, naming the method.
std::unexpected<ApiError> wrong_method(std::string_view method);

/// The array of one error, as it stands in a body. Within save results the code is called `statusCode`.
kernel::Json error_list(const ApiError& error, const char* code_name = "errorCode");

kernel::HttpResponse to_response(const ApiResult& result);

}  // namespace emulator::salesforce_edge
