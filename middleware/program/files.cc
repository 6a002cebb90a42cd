#include "middleware/program/files.h"

#include <algorithm>

#include "middleware/live/url.h"
#include "middleware/program/open_store.h"
#include "middleware/sns/endpoint.h"

namespace program {
namespace {

void check_urls(const config::MiddlewareFile& file, const config::Tree& tree, config::Problems& problems) {
  for (const service::ApiConfig& api : file.service.apis) {
    const config::Tree& written = *tree.find("apis")->find(api.name);
    const auto url = std::ranges::find(file.urls, api.name, [](const auto& entry) { return entry.first; });
    if (url == file.urls.end()) {
      problems.add(written.place,
                   "the api '" + api.name + "' has no url; a deployed middleware has to know it");
    } else if (const auto parsed = live::parse_url(url->second); !parsed) {
      problems.add(written.find("url")->place,
                   "the url of the api '" + api.name + "': " + parsed.error().text());
    }
  }
}

}  // namespace

std::expected<config::MiddlewareFile, config::Problems> read_deployment(const std::string& path) {
  const auto text = config::file_text(path);
  if (!text) return std::unexpected(config::Problems(text.error()));
  const auto tree = config::read_tree(*text, path);
  if (!tree) return std::unexpected(config::Problems(tree.error()));
  auto file = config::read_middleware(*tree);
  if (!file) return file;
  config::Problems problems;
  check_urls(*file, *tree, problems);
  if (const config::Tree* inbox = tree->find("inbox")) check_store(file->store, inbox->place, problems);
  if (!problems.empty()) return std::unexpected(std::move(problems));
  return file;
}

kernel::Result<std::optional<live::TlsIdentity>> read_identity(const Arguments& arguments) {
  if (arguments.tls_cert.empty()) return std::nullopt;
  const auto chain = config::file_text(arguments.tls_cert);
  if (!chain) return std::unexpected(chain.error());
  const auto key = config::file_text(arguments.tls_key);
  if (!key) return std::unexpected(key.error());
  live::TlsIdentity identity{.certificate_chain_pem = *chain, .private_key_pem = *key};
  if (const auto context = live::server_tls_context(identity); !context)
    return std::unexpected(context.error());
  return identity;
}

kernel::Result<std::unique_ptr<live::HttpClientPool>> make_client(live::Loop& loop,
                                                                  const config::MiddlewareFile& file,
                                                                  const std::string& ca_file) {
  auto hosts = file.urls;
  // Where subscriptions are confirmed.
  for (const std::string& topic : file.sns.topics) {
    const std::string host = sns::service_host(topic);
    hosts.emplace_back(host, "https://" + host);
  }
  return live::HttpClientPool::create(loop, {.hosts = std::move(hosts), .ca_file = ca_file});
}

}  // namespace program
