#include "emulator/lambda/invocation_record.h"

#include "emulator/arn/arn.h"
#include "middleware/kernel/json.h"

namespace emulator::lambda {

std::string function_arn(std::string_view function) {
  return make_arn("lambda", "function:").append(function);
}

std::string record_text(const InvocationRecord& record) {
  std::string text = R"({"version":"1.0","timestamp":")" + kernel::iso_millis(record.time);
  text += R"(","requestContext":{"requestId":")" + std::string(record.request_id);
  text += R"(","functionArn":")" + function_arn(record.function) + R"(:$LATEST","condition":")";
  text +=
      std::string(record.condition) + R"(","approximateInvokeCount":)" + std::to_string(record.invocations);
  text += '}';
  if (record.payload != nullptr) text += R"(,"requestPayload":)" + *record.payload;
  if (record.invocations > 0) {
    text += R"(,"responseContext":{"statusCode":200,"executedVersion":"$LATEST")";
    if (record.has_failed) text += R"(,"functionError":"Unhandled")";
    text += '}';
    if (record.response != nullptr) {
      text += R"(,"responsePayload":)";
      text += kernel::is_json(*record.response) ? *record.response : kernel::json_quoted(*record.response);
    }
  }
  return text + "}";
}

std::string_view detail_type_of(const InvocationRecord& record) {
  return record.has_failed ? "Lambda Function Invocation Result - Failure"
                           : "Lambda Function Invocation Result - Success";
}

}  // namespace emulator::lambda
