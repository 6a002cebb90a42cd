#include "emulator/edge/identify.h"

#include <algorithm>
#include <array>

#include "middleware/kernel/url.h"

namespace emulator::edge {
namespace {

struct Known {
  std::string_view service;  ///< signing name
  std::string_view title;
  std::string_view target;   ///< prefix of X-Amz-Target
  std::string_view version;  ///< of query forms
};

constexpr std::array kKnown = {
    Known{"events", "EventBridge", "AWSEvents", "2015-10-07"},
    Known{"sqs", "SQS", "AmazonSQS", "2012-11-05"},
    Known{"sns", "SNS", "AmazonSimpleNotificationService", "2010-03-31"},
    Known{"lambda", "Lambda", "AWSLambda", ""},
    Known{"sts", "STS", "AWSSecurityTokenServiceV20110615", "2011-06-15"},
    Known{"secretsmanager", "Secrets Manager", "secretsmanager", ""},
    Known{"ssm", "Systems Manager", "AmazonSSM", ""},
    Known{"logs", "CloudWatch Logs", "Logs_20140328", ""},
    Known{"monitoring", "CloudWatch", "GraniteServiceVersion20100801", "2010-08-01"},
    Known{"apprunner", "App Runner", "AppRunner", ""},
    Known{"ecs", "ECS", "AmazonEC2ContainerServiceV20141113", ""},
    Known{"application-autoscaling", "Application Auto Scaling", "AnyScaleFrontendService", ""},
    Known{"dynamodb", "DynamoDB", "DynamoDB_20120810", ""},
    Known{"iam", "IAM", "", "2010-05-08"},
    Known{"s3", "S3", "", ""},
};

/// Dates that begin the paths of Lambda's API (facts/aws-delivery 5.1), and what follows them.
bool is_lambda_path(std::string_view path) {
  constexpr std::string_view kDate = "/2015-03-31/";
  if (path.size() <= kDate.size()) return false;
  for (std::size_t i = 0; i < kDate.size(); ++i) {
    const bool is_digit = path[i] >= '0' && path[i] <= '9';
    if (kDate[i] >= '0' && kDate[i] <= '9' ? !is_digit : path[i] != kDate[i]) return false;
  }
  const std::string_view rest = path.substr(kDate.size());
  return rest.starts_with("functions") || rest.starts_with("event-source-mappings") ||
         rest.starts_with("account-settings") || rest.starts_with("layers") || rest.starts_with("tags");
}

/// "AWS4-HMAC-SHA256 Credential=AK/20261125/us-east-1/sqs/aws4_request, ...": region and service.
void read_scope(std::string_view authorization, Identity& identity) {
  constexpr std::string_view kCredential = "Credential=";
  const std::size_t begin = authorization.find(kCredential);
  if (begin == std::string_view::npos) return;
  std::string_view scope = authorization.substr(begin + kCredential.size());
  scope = scope.substr(0, scope.find_first_of(", "));
  // From the right: an access key may hold slashes, the rest may not.
  std::array<std::string_view, 3> last{};  // aws4_request, service, region
  for (std::string_view& part : last) {
    const std::size_t slash = scope.rfind('/');
    if (slash == std::string_view::npos) return;
    part = scope.substr(slash + 1);
    scope = scope.substr(0, slash);
  }
  identity.service = last[1];
  identity.region = last[2];
}

template <std::string_view Known::* Field>
std::string_view service_by(std::string_view value) {
  if (value.empty()) return {};
  const auto* found = std::ranges::find(kKnown, value, Field);
  return found == kKnown.end() ? std::string_view{} : found->service;
}

bool is_media_type(std::string_view content_type, std::string_view wanted) {
  return kernel::equal_without_case(content_type.substr(0, content_type.find(';')), wanted);
}

/// The fields that say what a query call wants: those of the body, or of a link that somebody opened.
kernel::FormFields call_fields(const kernel::HttpRequest& request) {
  if (is_media_type(request.headers.get("Content-Type"), "application/x-www-form-urlencoded"))
    return kernel::form_fields(request.body);
  return kernel::form_fields(kernel::query_of(request.target));
}

void read_form(const kernel::HttpRequest& request, Identity& identity) {
  const kernel::FormFields fields = call_fields(request);
  const std::string* action = kernel::form_field(fields, "Action");
  if (action == nullptr) return;
  identity.protocol = Protocol::Query;
  identity.operation = *action;
  if (!identity.service.empty()) return;
  if (const std::string* version = kernel::form_field(fields, "Version"))
    identity.service = service_by<&Known::version>(*version);
  // The links of SNS messages name no version (facts/aws-delivery 2.2).
  const bool is_link = *action == "ConfirmSubscription" || *action == "Unsubscribe";
  if (identity.service.empty() && is_link) identity.service = "sns";
}

/// "/service/X/operation/Op"
void read_cbor_path(std::string_view path, Identity& identity) {
  identity.protocol = Protocol::Cbor;
  identity.operation = path.substr(path.rfind('/') + 1);
  constexpr std::string_view kService = "/service/";
  if (!identity.service.empty() || !path.starts_with(kService)) return;
  path.remove_prefix(kService.size());
  identity.service = service_by<&Known::target>(path.substr(0, path.find('/')));
}

}  // namespace

std::string_view service_title(std::string_view service) {
  const auto* found = std::ranges::find(kKnown, service, &Known::service);
  return found == kKnown.end() ? service : found->title;
}

Identity identify(const kernel::HttpRequest& request) {
  Identity identity;
  read_scope(request.headers.get("Authorization"), identity);
  const std::string_view content_type = request.headers.get("Content-Type");
  const std::string_view path = kernel::path_of(request.target);
  if (const std::string_view target = request.headers.get("X-Amz-Target"); !target.empty()) {
    const std::size_t dot = std::min(target.rfind('.'), target.size());
    identity.operation = target.substr(std::min(dot + 1, target.size()));
    identity.protocol =
        is_media_type(content_type, "application/x-amz-json-1.0") ? Protocol::Json10 : Protocol::Json11;
    if (identity.service.empty()) {
      identity.service = service_by<&Known::target>(target.substr(0, dot));
      if (identity.service.empty()) identity.service = target.substr(0, dot);
    }
    return identity;
  }
  if (kernel::equal_without_case(request.headers.get("smithy-protocol"), "rpc-v2-cbor")) {
    read_cbor_path(path, identity);
    return identity;
  }
  if (identity.service.empty() && is_lambda_path(path)) identity.service = "lambda";
  if (identity.service == "lambda") return identity;
  if (identity.service == "s3") {
    identity.protocol = Protocol::RestXml;
    return identity;
  }
  read_form(request, identity);
  return identity;
}

}  // namespace emulator::edge
