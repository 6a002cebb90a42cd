#include "mocks/stubs/rendering.h"

#include "middleware/kernel/ids.h"
#include "middleware/kernel/random.h"

namespace mocks::stubs {
namespace {

std::unexpected<kernel::Error> wrong(const RequestFacts& facts, const std::string& part,
                                     const kernel::Error& error) {
  return kernel::invalid("stub '" + facts.stub + "', " + part + ", " + error.message);
}

kernel::Result<kernel::Headers> rendered(const HeaderTemplates& templates, const RequestFacts& facts,
                                         const Instruments& with, const std::string& of) {
  kernel::Headers headers;
  for (const auto& [name, value] : templates) {
    RequestScope scope(with, facts, of + " header " + name);
    auto text = value.text(scope);
    if (!text) return wrong(facts, of + " header " + name, text.error());
    headers.add(name, std::move(*text));
  }
  return headers;
}

}  // namespace

kernel::Result<kernel::HttpResponse> rendered(const ResponseSpec& response, const RequestFacts& facts,
                                              const Instruments& with) {
  kernel::HttpResponse made{.status = response.status, .headers = {}, .body = {}};
  auto headers = rendered(response.headers, facts, with, "response");
  if (!headers) return std::unexpected(headers.error());
  made.headers = std::move(*headers);
  RequestScope scope(with, facts, "body");
  auto body = response.json ? response.json->text(scope) : response.text.text(scope);
  if (!body) return wrong(facts, "body", body.error());
  made.body = std::move(*body);
  if (response.json && !made.headers.has("Content-Type"))
    made.headers.add("Content-Type", "application/json");
  return made;
}

kernel::Result<std::vector<PreparedCallback>> rendered_callbacks(const StubPtr& stub,
                                                                 const RequestFacts& facts,
                                                                 const Instruments& with,
                                                                 kernel::Timestamp answered_at) {
  std::vector<PreparedCallback> made;
  for (std::size_t i = 0; i < stub->callbacks.size(); ++i) {
    const CallbackSpec& spec = stub->callbacks[i];
    const std::string name = "callback " + std::to_string(i + 1);
    RequestScope scope(with, facts, name);
    PreparedCallback callback{.spec = {stub, &spec}, .request = {.method = spec.method, .host = spec.host}};
    auto target = spec.target.text(scope);
    if (!target) return wrong(facts, name + " path", target.error());
    callback.request.target = std::move(*target);
    auto headers = rendered(spec.headers, facts, with, name);
    if (!headers) return std::unexpected(headers.error());
    callback.request.headers = std::move(*headers);
    if (spec.json) {
      auto body = spec.json->text(scope);
      if (!body) return wrong(facts, name + " body", body.error());
      callback.request.body = std::move(*body);
      callback.request.headers.set("Content-Type", "application/json");
    }
    callback.request.headers.set("Webhook-Id", "msg_" + kernel::hex16(scope.draw()));
    const double u = kernel::draw_unit({with.seed, with.mock + "/" + stub->id, facts.row.correlation,
                                        static_cast<std::uint64_t>(facts.row.attempt), name});
    const kernel::Timestamp from = spec.is_before_answer ? with.scheduler.now() : answered_at;
    callback.when = from + sample(spec.delay, u);
    made.push_back(std::move(callback));
  }
  return made;
}

}  // namespace mocks::stubs
