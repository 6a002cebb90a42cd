#include <nlohmann/json.hpp>

#include "emulator/salesforce_edge/query.h"
#include "emulator/salesforce_edge/query_cursors.h"
#include "emulator/salesforce_edge/resources.h"

namespace emulator::salesforce_edge {

using kernel::Json;

namespace {

ApiResult create(OrgPorts org, const RestCall& call, const std::string& type) {
  const auto body = object_of(call.body);
  if (!body) return std::unexpected(body.error());
  const auto id = org.setup->create_setup(type, *body);
  if (!id) return std::unexpected(api_error(id.error()));
  Json answer = saved(*id);
  answer["warnings"] = Json::array();
  answer["infos"] = Json::array();
  return json_answer(answer, 201);
}

ApiResult by_id(OrgPorts org, const RestCall& call, const std::string& type, const std::string& id) {
  if (call.method == "GET" || call.method == "HEAD") {
    const auto object = org.setup->setup_object(type, id);
    if (!object) return std::unexpected(api_error(object.error()));
    Json answer = {
        {"attributes", {{"type", type}, {"url", call.root() + "/tooling/sobjects/" + type + "/" + id}}}};
    answer.update(*object);
    return json_answer(answer);
  }
  salesforce::OrgResult<> done;
  if (call.method == "PATCH") {
    const auto body = object_of(call.body);
    if (!body) return std::unexpected(body.error());
    done = org.setup->update_setup(type, id, *body);
  } else if (call.method == "DELETE") {
    done = org.setup->remove_setup(type, id);
  } else {
    return wrong_method(call.method);
  }
  if (!done) return std::unexpected(api_error(done.error()));
  return no_content();
}

}  // namespace

ApiResult tooling(OrgPorts org, const RestCall& call, QueryCursors& cursors) {
  const std::size_t parts = call.path.size();
  if (parts == 2 && call.path[1] == "query") return run_query(org, call, cursors);
  if (parts < 3 || parts > 4 || call.path[1] != "sobjects")
    return not_emulated("This resource of the Tooling API");
  if (!is_setup_type(call.path[2])) return not_emulated("The Tooling API's " + call.path[2]);
  if (org.setup == nullptr) return not_emulated("Setup of this org");
  if (parts == 4) return by_id(org, call, call.path[2], call.path[3]);
  return call.method == "POST" ? create(org, call, call.path[2]) : wrong_method(call.method);
}

ApiResult query(OrgPorts org, const RestCall& call, QueryCursors& cursors) {
  if (call.path.size() == 1) return run_query(org, call, cursors);
  if (call.path.size() > 2) return not_found();
  return call.method == "GET" ? cursors.page(call, call.path[1]) : wrong_method(call.method);
}

}  // namespace emulator::salesforce_edge
