#include "mocks/proxy/api_json.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace mocks::proxy {
namespace {

using kernel::Json;

/// A JSON object whose keys are asked for one by one; the first that is wrong is remembered.
class Fields {
 public:
  explicit Fields(const Json& json) : json_(json) {
    if (!json.is_object()) fail("wants a JSON object");
  }

  std::optional<std::string> text(const char* key) {
    const Json* value = at(key);
    if (value == nullptr) return std::nullopt;
    if (!value->is_string()) return fail(wrong(key, "text"));
    return value->get<std::string>();
  }
  std::optional<bool> flag(const char* key) {
    const Json* value = at(key);
    if (value == nullptr) return std::nullopt;
    if (!value->is_boolean()) return fail(wrong(key, "true or false"));
    return value->get<bool>();
  }
  std::optional<double> number(const char* key) {
    const Json* value = at(key);
    if (value == nullptr) return std::nullopt;
    if (!value->is_number()) return fail(wrong(key, "a number"));
    return value->get<double>();
  }
  /// Names to whole numbers; empty when absent.
  std::vector<std::pair<std::string, std::int64_t>> integers(const char* key) {
    std::vector<std::pair<std::string, std::int64_t>> found;
    const Json* value = at(key);
    if (value == nullptr) return found;
    if (!value->is_object()) {
      fail(wrong(key, "an object"));
      return found;
    }
    for (const auto& [name, each] : value->items()) {
      const bool fits =
          each.is_number_integer() && (!each.is_number_unsigned() || each.get<std::uint64_t>() <= INT64_MAX);
      if (!fits) {
        fail(wrong(name.c_str(), "a whole number"));
        return found;
      }
      found.emplace_back(name, each.get<std::int64_t>());
    }
    return found;
  }
  const Json* list(const char* key) {
    const Json* value = at(key);
    if (value != nullptr && !value->is_array()) fail(wrong(key, "a list"));
    return value != nullptr && value->is_array() ? value : nullptr;
  }

  std::nullopt_t fail(const std::string& why) {
    if (!refusal_) refusal_ = bad_request(why).error();
    return std::nullopt;
  }

  /// Complains about keys that nobody asked for. The last call.
  std::optional<Refusal> refusal() {
    if (refusal_ || !json_.is_object()) return refusal_;
    for (const auto& [key, value] : json_.items()) {
      if (std::ranges::find(asked_, key) == asked_.end()) fail("'" + key + "' is not known");
    }
    return refusal_;
  }

 private:
  const Json* at(const char* key) {
    asked_.emplace_back(key);
    if (!json_.is_object()) return nullptr;
    const auto found = json_.find(key);
    return found == json_.end() || found->is_null() ? nullptr : &*found;
  }
  static std::string wrong(const char* key, const char* wants) {
    return "'" + std::string(key) + "' wants " + wants;
  }

  const Json& json_;
  std::vector<std::string> asked_;
  std::optional<Refusal> refusal_;
};

}  // namespace

Json json_of(const Toxic& toxic) {
  Json attributes = Json::object();
  Attributes values = toxic.attributes;
  for (const Attribute& attribute : attribute_list(values)) attributes[attribute.name] = attribute.of(values);
  Json json = {{"attributes", attributes},
               {"name", toxic.name},
               {"type", type_name(toxic.attributes)},
               {"stream", to_text(toxic.stream)}};
  const auto whole = static_cast<std::int64_t>(toxic.toxicity);
  if (toxic.toxicity == static_cast<double>(whole)) {
    json["toxicity"] = whole;
  } else {
    json["toxicity"] = toxic.toxicity;
  }
  return json;
}

Json json_of(const Proxy& proxy) {
  Json toxics = Json::array();
  for (const Stream stream : {Stream::Upstream, Stream::Downstream}) {
    for (const Toxic& toxic : proxy.toxics) {
      if (toxic.stream == stream) toxics.push_back(json_of(toxic));
    }
  }
  return {{"name", proxy.name},
          {"listen", proxy.listen},
          {"upstream", proxy.upstream},
          {"enabled", proxy.enabled},
          {"toxics", std::move(toxics)}};
}

Answer<Toxic> toxic_of(const Json& json) {
  Fields fields(json);
  Toxic toxic;
  toxic.name = fields.text("name").value_or("");
  const std::string type = fields.text("type").value_or("");
  const std::string stream = fields.text("stream").value_or("downstream");
  toxic.toxicity = fields.number("toxicity").value_or(1);
  const auto attributes = fields.integers("attributes");
  if (const auto refusal = fields.refusal()) return std::unexpected(*refusal);
  const auto direction = parse_stream(stream);
  if (!direction) return refused(400, "stream was invalid, can be either upstream or downstream");
  const auto defaults = attributes_of_type(type);
  if (!defaults) return refused(400, "invalid toxic type");
  toxic.stream = *direction;
  toxic.attributes = *defaults;
  for (const auto& [name, value] : attributes) {
    if (const auto set = set_attribute(toxic.attributes, name, value); !set)
      return bad_request(set.error().message);
  }
  return toxic;
}

Answer<ToxicEdit> toxic_edit(const Json& json, const Toxic& current) {
  Fields fields(json);
  const auto unchanged = [&fields](const char* key, std::string_view value) {
    const auto said = fields.text(key);
    if (said && !said->empty() && *said != value)
      fields.fail("'" + std::string(key) + "' of a toxic cannot be changed");
  };
  unchanged("name", current.name);
  unchanged("type", type_name(current.attributes));
  unchanged("stream", to_text(current.stream));
  ToxicEdit edit{.toxicity = fields.number("toxicity"), .attributes = fields.integers("attributes")};
  if (const auto refusal = fields.refusal()) return std::unexpected(*refusal);
  return edit;
}

Answer<ProxyWish> proxy_wish(const Json& json) {
  Fields fields(json);
  ProxyWish wish{.name = fields.text("name"),
                 .listen = fields.text("listen"),
                 .upstream = fields.text("upstream"),
                 .enabled = fields.flag("enabled"),
                 .toxics = std::nullopt};
  const Json* toxics = fields.list("toxics");
  if (const auto refusal = fields.refusal()) return std::unexpected(*refusal);
  if (toxics == nullptr) return wish;
  wish.toxics.emplace();
  for (const Json& each : *toxics) {
    auto toxic = toxic_of(each);
    if (!toxic) return std::unexpected(toxic.error());
    wish.toxics->push_back(std::move(*toxic));
  }
  return wish;
}

Answer<std::vector<ProxyWish>> proxy_wishes(const Json& json) {
  if (!json.is_array()) return bad_request("wants a list of proxies");
  std::vector<ProxyWish> wishes;
  for (const Json& each : json) {
    auto wish = proxy_wish(each);
    if (!wish) return std::unexpected(wish.error());
    wishes.push_back(std::move(*wish));
  }
  return wishes;
}

}  // namespace mocks::proxy
