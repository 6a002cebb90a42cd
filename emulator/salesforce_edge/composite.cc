#include <nlohmann/json.hpp>

#include "emulator/salesforce_edge/references.h"
#include "emulator/salesforce_edge/resources.h"

namespace emulator::salesforce_edge {

using kernel::Json;

namespace {

constexpr std::size_t kCallsMax = 25;  // ASSUMPTION: from memory

struct Part {
  std::string reference;
  ApiResult result;
};

Json body_of(const ApiResult& result) {
  if (!result) return error_list(result.error());
  if (result->body.empty()) return nullptr;
  auto json = kernel::parse_json(result->body);
  return json ? std::move(*json) : Json();
}

Json headers_of(const ApiResult& result) {
  Json headers = Json::object();
  if (!result) return headers;
  for (const auto& [name, value] : result->headers) headers[name] = value;
  return headers;
}

Json to_json(const Part& part) {
  return {{"body", body_of(part.result)},
          {"httpHeaders", headers_of(part.result)},
          {"httpStatusCode", part.result ? part.result->status : part.result.error().status},
          {"referenceId", part.reference}};
}

ApiResult run_part(Rest& rest, const RestCall& outer, salesforce::Transaction* transaction, Json part,
                   const Json& answers) {
  const auto url = resolved(kernel::json_text_at(part, "/url"), answers);
  if (!url) return refused(400, "PROCESSING_HALTED", url.error().message);
  RestCall call{.method = kernel::json_text_at(part, "/method"),
                .caller = outer.caller,
                .identity_url = outer.identity_url,
                .transaction = transaction};
  if (!read_target(*url, call)) return not_found();
  const bool is_nested = !call.path.empty() && call.path[0] == "composite" && call.path.size() == 1;
  if (is_nested) return not_emulated("A composite request within another");
  if (const auto body = part.find("body"); body != part.end() && !body->is_null()) {
    if (const auto done = resolve_all(*body, answers); !done)
      return refused(400, "PROCESSING_HALTED", done.error().message);
    call.body = kernel::json_text(*body);
  }
  return rest.call(call);
}

ApiError halted() {
  return {
      .code = "PROCESSING_HALTED",
      .message = "The transaction was rolled back since another operation in the same transaction failed."};
}

/// Every part in order; stops at the first that fails when it must be all or none.
std::vector<Part> run_parts(Rest& rest, const RestCall& call, const Json& parts,
                            salesforce::Transaction* transaction) {
  std::vector<Part> done;
  Json answers = Json::object();
  for (const Json& part : parts) {
    std::string reference = kernel::json_text_at(part, "/referenceId");
    ApiResult result = run_part(rest, call, transaction, part, answers);
    answers[reference] = body_of(result);
    const bool has_failed = !result;
    done.push_back({std::move(reference), std::move(result)});
    if (has_failed && transaction != nullptr) break;
  }
  return done;
}

std::expected<Json, ApiError> parts_of(const Json& body) {
  const auto parts = body.find("compositeRequest");
  if (parts == body.end() || !parts->is_array())
    return refused(400, "JSON_PARSER_ERROR", "The body wants a list 'compositeRequest'");
  if (parts->size() > kCallsMax)
    return refused(400, "LIMIT_EXCEEDED", "Limit of 25 subrequests in a composite request exceeded");
  for (const Json& part : *parts) {
    for (const char* name : {"method", "url", "referenceId"}) {
      if (kernel::json_text_at(part, std::string("/") + name).empty())
        return refused(400, "JSON_PARSER_ERROR", std::string("Each subrequest wants a ") + name);
    }
  }
  return *parts;
}

}  // namespace

ApiResult composite(Rest& rest, OrgPorts org, const RestCall& call) {
  if (call.method != "POST") return wrong_method(call.method);
  const auto body = object_of(call.body);
  if (!body) return std::unexpected(body.error());
  const auto parts = parts_of(*body);
  if (!parts) return std::unexpected(parts.error());
  const Json* all_or_none = kernel::json_at(*body, "/allOrNone");
  const bool is_all_or_none = all_or_none != nullptr && *all_or_none == Json(true);

  std::unique_ptr<salesforce::Transaction> transaction;
  if (is_all_or_none) transaction = org.data.begin(call.caller);
  std::vector<Part> done = run_parts(rest, call, *parts, transaction.get());
  if (transaction && (done.empty() || done.back().result)) {
    transaction->commit();
  } else if (transaction) {
    transaction->roll_back();
    for (std::size_t i = 0; i + 1 < done.size(); ++i) done[i].result = std::unexpected(halted());
    for (std::size_t i = done.size(); i < parts->size(); ++i)
      done.push_back({kernel::json_text_at((*parts)[i], "/referenceId"), std::unexpected(halted())});
  }
  Json answers = Json::array();
  for (const Part& part : done) answers.push_back(to_json(part));
  return json_answer({{"compositeResponse", answers}});
}

}  // namespace emulator::salesforce_edge
