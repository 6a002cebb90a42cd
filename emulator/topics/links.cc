#include "emulator/topics/links.h"

#include <algorithm>
#include <charconv>

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

std::string decoded(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    int byte = 0;
    const bool is_escape =
        text[i] == '%' && i + 2 < text.size() &&
        std::from_chars(text.data() + i + 1, text.data() + i + 3, byte, 16).ptr == text.data() + i + 3;
    if (is_escape) i += 2;
    result += is_escape ? static_cast<char>(byte) : text[i];
  }
  return result;
}

}  // namespace

std::string query_parameter(std::string_view target, std::string_view name) {
  const std::size_t question = target.find('?');
  if (question == std::string_view::npos) return {};
  std::string_view rest = target.substr(question + 1);
  while (!rest.empty()) {
    const std::string_view pair = rest.substr(0, rest.find('&'));
    rest.remove_prefix(std::min(rest.size(), pair.size() + 1));
    const std::size_t equals = pair.find('=');
    if (pair.substr(0, equals) == name && equals != std::string_view::npos)
      return decoded(pair.substr(equals + 1));
  }
  return {};
}

kernel::Task<kernel::HttpReply> Links::handle(kernel::HttpRequest request) {
  if (request.method != "GET")
    co_return kernel::HttpReply{
        xml(405, "<ErrorResponse><Error><Code>MethodNotAllowed</Code></Error></ErrorResponse>")};
  co_return kernel::HttpReply{answer(request.target)};
}

HttpResponse Links::answer(std::string_view target) {
  if (target.substr(0, target.find('?')) == topics_.certificate_path()) {
    return {.headers = {{"Content-Type", "application/x-pem-file"}},
            .body = std::string(topics_.certificate_pem())};
  }
  const std::string action = query_parameter(target, "Action");
  if (action == "ConfirmSubscription") {
    const auto arn =
        topics_.confirm_subscription(query_parameter(target, "TopicArn"), query_parameter(target, "Token"));
    if (!arn) return failure(arn.error());
    return result(action, "<ConfirmSubscriptionResult><SubscriptionArn>" + *arn +
                              "</SubscriptionArn></ConfirmSubscriptionResult>");
  }
  if (action == "Unsubscribe") {
    const auto done = topics_.unsubscribe(query_parameter(target, "SubscriptionArn"));
    return done ? result(action, "") : failure(done.error());
  }
  return failure({"InvalidAction", 400, "Could not find operation " + action + " for version 2010-03-31"});
}

}  // namespace emulator::topics
