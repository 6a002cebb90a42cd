#include "emulator/cli/ready_file.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "middleware/kernel/json.h"

namespace emulator::cli {
namespace {

void remove_file(const std::string& path) {
  std::error_code ignored;
  if (!path.empty()) std::filesystem::remove(path, ignored);
}

}  // namespace

kernel::Result<> write_ready_file(const std::string& path, const ReadyFile& ready) {
  kernel::Json hosts = kernel::Json::object();
  for (const auto& [host, url] : ready.hosts) hosts[host] = url;
  const kernel::Json text = {{"url", ready.url},
                             {"salesforce_url", ready.salesforce_url},
                             {"pid", ready.pid},
                             {"run_file", ready.run_file},
                             {"hosts", hosts}};
  return write_whole_file(path, text.dump(2) + '\n');
}

kernel::Result<> write_whole_file(const std::string& path, const std::string& text) {
  const std::string unfinished = path + ".part";
  std::ofstream out(unfinished, std::ios::binary);
  out << text;
  out.close();
  std::error_code failed;
  if (out) std::filesystem::rename(unfinished, path, failed);
  if (!out || failed) return kernel::infrastructure("cannot write the ready file", path);
  return {};
}

ReadyFileGuard::ReadyFileGuard(std::string path) : path_(std::move(path)) { remove_file(path_); }
ReadyFileGuard::~ReadyFileGuard() { remove_file(path_); }

kernel::Result<ReadyFile> read_ready_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return kernel::infrastructure("there is no ready file: no rig is up, or it has another one", path);
  const auto json = kernel::parse_json(std::string(std::istreambuf_iterator<char>(in), {}));
  if (!json) return kernel::invalid(json.error().text(), path);
  ReadyFile ready{.url = kernel::json_text_at(*json, "/url"),
                  .salesforce_url = kernel::json_text_at(*json, "/salesforce_url")};
  if (ready.url.empty()) return kernel::invalid("not a ready file: it has no url", path);
  return ready;
}

std::string local_url(std::int64_t port) { return "http://127.0.0.1:" + std::to_string(port); }

}  // namespace emulator::cli
