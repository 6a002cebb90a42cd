#include "emulator/topics/links.h"

#include "middleware/kernel/url.h"

namespace emulator::topics {
namespace {

using kernel::HttpResponse;

constexpr std::string_view kNamespace = "http://sns.amazonaws.com/doc/2010-03-31/";

HttpResponse xml(int status, std::string body) {
  return {.status = status, .headers = {{"Content-Type", "text/xml"}}, .body = std::move(body)};
}

/// ARNs, tokens and our own texts need no escaping.
HttpResponse result(const std::string& action, const std::string& inside) {
  return xml(200, "<" + action + "Response xmlns=\"" + std::string(kNamespace) + "\">" + inside + "</" +
                      action + "Response>");
}

HttpResponse failure(const ApiError& error) {
  return xml(error.status, "<ErrorResponse xmlns=\"" + std::string(kNamespace) +
                               "\"><Error><Type>Sender</Type><Code>" + error.code + "</Code><Message>" +
                               error.message + "</Message></Error></ErrorResponse>");
}

}  // namespace

kernel::Task<kernel::HttpReply> Links::handle(kernel::HttpRequest request) {
  if (request.method != "GET")
    co_return kernel::HttpReply{
        xml(405, "<ErrorResponse><Error><Code>MethodNotAllowed</Code></Error></ErrorResponse>")};
  co_return kernel::HttpReply{answer(request.target)};
}

HttpResponse Links::answer(std::string_view target) {
  if (kernel::path_of(target) == topics_.certificate_path()) {
    return {.headers = {{"Content-Type", "application/x-pem-file"}},
            .body = std::string(topics_.certificate_pem())};
  }
  const kernel::FormFields fields = kernel::form_fields(kernel::query_of(target));
  const auto parameter = [&fields](std::string_view name) {
    const std::string* value = kernel::form_field(fields, name);
    return value != nullptr ? *value : std::string{};
  };
  const std::string action = parameter("Action");
  if (action == "ConfirmSubscription") {
    const auto arn = topics_.confirm_subscription(parameter("TopicArn"), parameter("Token"));
    if (!arn) return failure(arn.error());
    return result(action, "<ConfirmSubscriptionResult><SubscriptionArn>" + *arn +
                              "</SubscriptionArn></ConfirmSubscriptionResult>");
  }
  if (action == "Unsubscribe") {
    const auto done = topics_.unsubscribe(parameter("SubscriptionArn"));
    return done ? result(action, "") : failure(done.error());
  }
  return failure({"InvalidAction", 400, "Could not find operation " + action + " for version 2010-03-31"});
}

}  // namespace emulator::topics
