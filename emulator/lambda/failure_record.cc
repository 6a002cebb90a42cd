#include "emulator/lambda/failure_record.h"

#include "middleware/kernel/json.h"

namespace emulator::lambda {

std::string function_arn(std::string_view function) {
  return "arn:aws:lambda:us-east-1:123456789012:function:" + std::string(function);
}

std::string failure_record(const FailureRecord& record) {
  std::string text = R"({"version":"1.0","timestamp":")" + kernel::iso_millis(record.time);
  text += R"(","requestContext":{"requestId":")" + std::string(record.request_id);
  text += R"(","functionArn":")" + function_arn(record.function) + R"(:$LATEST","condition":")";
  text +=
      std::string(record.condition) + R"(","approximateInvokeCount":)" + std::to_string(record.invocations);
  text += R"(},"requestPayload":)" + *record.payload;
  if (record.invocations > 0) {
    text +=
        R"(,"responseContext":{"statusCode":200,"executedVersion":"$LATEST","functionError":"Unhandled"})";
    text += R"(,"responsePayload":{"errorType":)" + kernel::json_quoted(record.error.type);
    text += R"(,"errorMessage":)" + kernel::json_quoted(record.error.message) + "}";
  }
  return text + "}";
}

}  // namespace emulator::lambda
