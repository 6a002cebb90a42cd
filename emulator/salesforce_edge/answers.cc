#include "emulator/salesforce_edge/answers.h"

#include <nlohmann/json.hpp>

namespace emulator::salesforce_edge {

using kernel::Json;

ApiAnswer json_answer(const Json& body, int status) {
  return {.status = status, .body = kernel::json_text(body)};
}

std::unexpected<ApiError> refused(int status, std::string code, std::string message,
                                  std::vector<std::string> fields) {
  return std::unexpected(ApiError{
      .status = status, .code = std::move(code), .message = std::move(message), .fields = std::move(fields)});
}

std::unexpected<ApiError> not_found() {
  return refused(404, "NOT_FOUND", "The requested resource does not exist");
}

std::unexpected<ApiError> not_emulated(std::string_view what) {
  return refused(400, "NOT_IMPLEMENTED", std::string(what) + " is not emulated by relayrig");
}

// ASSUMPTION: the text is from memory; the status is documented.
std::unexpected<ApiError> wrong_method(std::string_view method) {
  return refused(405, "METHOD_NOT_ALLOWED", "HTTP Method '" + std::string(method) + "' not allowed.");
}

Json error_list(const ApiError& error, const char* code_name) {
  Json entry = {{code_name, error.code}, {"message", error.message}};
  entry["fields"] = error.fields;
  return Json::array({entry});
}

kernel::HttpResponse to_response(const ApiResult& result) {
  kernel::HttpResponse response;
  if (result) {
    response.status = result->status;
    response.headers = result->headers;
    response.body = result->body;
  } else {
    response.status = result.error().status;
    response.body = kernel::json_text(error_list(result.error()));
  }
  if (!response.body.empty()) response.headers.set("Content-Type", "application/json;charset=UTF-8");
  return response;
}

}  // namespace emulator::salesforce_edge
