#include "emulator/edge/wire.h"

#include <nlohmann/json.hpp>

#include "emulator/edge/cbor.h"
#include "emulator/edge/identify.h"
#include "middleware/kernel/check.h"
#include "middleware/kernel/url.h"

namespace emulator::edge {
namespace {

using kernel::HttpResponse;
using kernel::Json;

constexpr std::string_view kXmlHead = "<?xml version=\"1.0\"?>\n";

std::string_view content_type_of(Protocol protocol) {
  switch (protocol) {
    case Protocol::Json10:
      return "application/x-amz-json-1.0";
    case Protocol::Json11:
      return "application/x-amz-json-1.1";
    case Protocol::Query:
      return "text/xml";
    case Protocol::RestJson:
      return "application/json";
    case Protocol::RestXml:
      return "application/xml";
    case Protocol::Cbor:
      return "application/cbor";
  }
  return {};
}

std::string xml_element(std::string_view tag, std::string_view text) {
  return "<" + std::string(tag) + ">" + xml_escaped(text) + "</" + std::string(tag) + ">";
}

std::string xml_open(const std::string& tag, const Dialect* dialect) {
  if (dialect == nullptr) return "<" + tag + ">";
  return "<" + tag + " xmlns=\"" + std::string(dialect->xml_namespace) + "\">";
}

std::string_view fault_of(const AwsError& error) { return error.status >= 500 ? "Receiver" : "Sender"; }

std::string query_error(const AwsError& error, const std::string& request_id, const Dialect* dialect) {
  const std::string& code = error.query_code.empty() ? error.code : error.query_code;
  return std::string(kXmlHead) + xml_open("ErrorResponse", dialect) + "<Error>" +
         xml_element("Type", fault_of(error)) + xml_element("Code", code) +
         xml_element("Message", error.message) + "</Error>" + xml_element("RequestId", request_id) +
         "</ErrorResponse>\n";
}

std::string rest_error(const AwsError& error) {
  Json body = Json::object();
  for (const auto& [name, value] : error.members) body[name] = value;
  body[error.message_name] = error.message;
  return kernel::json_text(body);
}

HttpResponse write_error(const Identity& identity, const AwsError& error, const ResponseStamp& stamp,
                         const Dialect* dialect) {
  HttpResponse response{.status = error.status, .headers = error.headers};
  switch (identity.protocol) {
    case Protocol::Json10:
    case Protocol::Json11:
      response.body = kernel::json_text(Json{{"__type", error.code}, {"message", error.message}});
      if (!error.query_code.empty()) {
        response.headers.set("x-amzn-query-error", error.query_code + ";" + std::string(fault_of(error)));
      }
      break;
    case Protocol::Query:
      response.body = query_error(error, stamp.request_id, dialect);
      break;
    case Protocol::RestJson:
      response.headers.set("x-amzn-ErrorType", error.code);
      response.body = rest_error(error);
      break;
    case Protocol::RestXml:
      response.body = std::string(kXmlHead) + "<Error>" + xml_element("Code", error.code) +
                      xml_element("Message", error.message) + xml_element("RequestId", stamp.request_id) +
                      "</Error>";
      break;
    case Protocol::Cbor:
      response.headers.set("smithy-protocol", "rpc-v2-cbor");
      response.body = cbor_of(Json{{"__type", error.code}, {"message", error.message}});
      if (!error.query_code.empty())
        response.headers.set("x-amzn-query-error", error.query_code + ";" + std::string(fault_of(error)));
      break;
  }
  return response;
}

std::string query_result(const Identity& identity, const AwsReply& reply, const std::string& request_id,
                         const Dialect& dialect) {
  const std::string& operation = identity.operation;
  std::string body = std::string(kXmlHead) + xml_open(operation + "Response", &dialect);
  if (reply.output) {
    body += "<" + operation + "Result>" + xml_of(*reply.output, dialect, operation) + "</" + operation +
            "Result>";
  }
  return body + "<ResponseMetadata>" + xml_element("RequestId", request_id) + "</ResponseMetadata></" +
         operation + "Response>\n";
}

HttpResponse write_reply(const Identity& identity, const AwsReply& reply, const ResponseStamp& stamp,
                         const Dialect* dialect) {
  HttpResponse response{.status = reply.status, .headers = reply.headers};
  if (reply.payload) {
    response.body = *reply.payload;
  } else if (identity.protocol == Protocol::Query) {
    CHECK(dialect != nullptr);
    response.body = query_result(identity, reply, stamp.request_id, *dialect);
  } else if (identity.protocol == Protocol::Cbor) {
    response.headers.set("smithy-protocol", "rpc-v2-cbor");
    response.body = cbor_of(reply.output ? *reply.output : Json::object());
  } else if (reply.output) {
    response.body = kernel::json_text(*reply.output);
  }
  return response;
}

std::expected<Json, AwsError> read_json(std::string_view body) {
  if (body.empty()) return Json::object();
  auto input = kernel::parse_json(body);
  if (!input || !input->is_object()) {
    return std::unexpected(
        AwsError{.code = "SerializationException",
                 .message = input ? "The body is not a JSON object" : input.error().text()});
  }
  return std::move(*input);
}

}  // namespace

std::expected<Json, AwsError> read_input(const Identity& identity, const kernel::HttpRequest& request,
                                         const Dialect* dialect) {
  switch (identity.protocol) {
    case Protocol::Json10:
    case Protocol::Json11:
      return read_json(request.body);
    case Protocol::Query: {
      CHECK(dialect != nullptr);
      const std::string_view fields =
          request.body.empty() ? kernel::query_of(request.target) : std::string_view(request.body);
      return input_of_form(kernel::form_fields(fields), *dialect, identity.operation);
    }
    case Protocol::Cbor:
      return read_cbor(request.body);
    case Protocol::RestJson:
    case Protocol::RestXml:
      return Json::object();
  }
  return Json::object();
}

HttpResponse write_result(const Identity& identity, const AwsResult& result, const ResponseStamp& stamp,
                          const Dialect* dialect) {
  HttpResponse response = result ? write_reply(identity, *result, stamp, dialect)
                                 : write_error(identity, result.error(), stamp, dialect);
  if (!response.headers.has("Content-Type") && !response.body.empty())
    response.headers.set("Content-Type", std::string(content_type_of(identity.protocol)));
  response.headers.set("x-amzn-RequestId", stamp.request_id);
  response.headers.set("Date", stamp.date);
  return response;
}

}  // namespace emulator::edge
