#include "emulator/cli/proxy_file.h"

#include <utility>

#include "mocks/proxy/address.h"

namespace emulator::cli {
namespace {

using mocks::proxy::ProxyWish;
using mocks::proxy::Stream;
using mocks::proxy::Toxic;

struct ToxicText {
  std::string name{};
  std::string type{};
  Stream stream = Stream::Downstream;
  double toxicity = 1;
  config::MapOf<std::int64_t> attributes{};
};

struct ProxyText {
  std::string name{};
  std::string listen = "127.0.0.1:0";
  std::string upstream{};
  bool enabled = true;
  std::vector<Toxic> toxics{};
};

kernel::Result<Toxic> toxic_of(const ToxicText& text) {
  Toxic toxic{.name = text.name,
              .stream = text.stream,
              .toxicity = text.toxicity,
              .attributes = *mocks::proxy::attributes_of_type(text.type)};
  for (const auto& [name, value] : text.attributes) {
    if (const auto set = set_attribute(toxic.attributes, name, value); !set)
      return std::unexpected(set.error());
  }
  if (toxic.name.empty()) toxic.name = default_name(toxic);
  if (const auto fine = check(toxic); !fine) return std::unexpected(fine.error());
  return toxic;
}

config::Shape<Toxic> toxic_shape() {
  const auto text =
      config::object<ToxicText>("a toxic", "What is wrong with the connections of a proxy.")
          .required("type", &ToxicText::type,
                    config::choice<std::string>({{"latency", "latency"},
                                                 {"bandwidth", "bandwidth"},
                                                 {"slow_close", "slow_close"},
                                                 {"timeout", "timeout"},
                                                 {"reset_peer", "reset_peer"},
                                                 {"slicer", "slicer"},
                                                 {"limit_data", "limit_data"}}),
                    "What it does.")
          .optional("name", &ToxicText::name, config::text(), "TYPE_STREAM when absent.")
          .optional(
              "stream", &ToxicText::stream,
              config::choice<Stream>({{"upstream", Stream::Upstream}, {"downstream", Stream::Downstream}}),
              "Client to server, or server to client.")
          .optional("toxicity", &ToxicText::toxicity, config::number(0, 1),
                    "Share of connections that it touches.")
          .optional("attributes", &ToxicText::attributes, config::map_of(config::integer()),
                    "Of its type; 0 when absent.")
          .done();
  return config::mapped<Toxic>(text, toxic_of);
}

std::optional<std::string> address_complaint(const std::string& address, const char* key) {
  const auto parsed = mocks::proxy::parse_address(address);
  if (parsed) return std::nullopt;
  return "'" + std::string(key) + "' " + parsed.error().message;
}

config::Shape<ProxyWish> proxy_shape() {
  const auto text =
      config::object<ProxyText>("a proxy", "A port that leads to a real server.")
          .required("name", &ProxyText::name, config::non_empty_text(), "How clients of the API call it.")
          .required("upstream", &ProxyText::upstream, config::non_empty_text(), "HOST:PORT of the server.")
          .optional("listen", &ProxyText::listen, config::non_empty_text(),
                    "HOST:PORT to connect to instead; port 0: any that is free.")
          .optional("enabled", &ProxyText::enabled, config::boolean(), "false: nothing listens.")
          .optional("toxics", &ProxyText::toxics, config::list_of(toxic_shape()),
                    "In the order of the chain.")
          .check("listen", [](const ProxyText& proxy) { return address_complaint(proxy.listen, "listen"); })
          .check("upstream",
                 [](const ProxyText& proxy) { return address_complaint(proxy.upstream, "upstream"); })
          .done();
  return config::mapped<ProxyWish>(text, [](const ProxyText& proxy) -> kernel::Result<ProxyWish> {
    return ProxyWish{.name = proxy.name,
                     .listen = proxy.listen,
                     .upstream = proxy.upstream,
                     .enabled = proxy.enabled,
                     .toxics = proxy.toxics};
  });
}

}  // namespace

config::Shape<std::vector<ProxyWish>> proxy_file_shape() { return config::list_of(proxy_shape()); }

}  // namespace emulator::cli
