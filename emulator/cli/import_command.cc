// The command `import`: foreign descriptions of an API as a mock file.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>

#include "emulator/cli/commands.h"
#include "emulator/runner/mock_file.h"
#include "middleware/config/reader.h"
#include "mocks/imports/openapi.h"
#include "mocks/imports/wiremock.h"

namespace emulator::cli {
namespace {

namespace fs = std::filesystem;
using mocks::imports::MappingsFile;
using mocks::imports::MockFile;

/// All files below `folder` that end in .json, by name.
kernel::Result<std::vector<fs::path>> json_files(const fs::path& folder) {
  std::vector<fs::path> found;
  std::error_code error;
  for (fs::recursive_directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    if (entry->is_regular_file() && entry->path().extension() == ".json") found.push_back(entry->path());
  }
  if (error) return kernel::infrastructure("cannot be read: " + error.message(), folder.string());
  std::ranges::sort(found);
  return found;
}

/// A mapping, a file of mappings, or a folder with `mappings` and `__files` as WireMock has it.
kernel::Result<MockFile> from_wiremock_at(const std::string& path) {
  const bool is_folder = fs::is_directory(path);
  const fs::path root = is_folder ? fs::path(path) : fs::path(path).parent_path();
  std::vector<fs::path> names = {path};
  if (is_folder) {
    auto found = json_files(fs::is_directory(root / "mappings") ? root / "mappings" : root);
    if (!found) return std::unexpected(found.error());
    names = std::move(*found);
  }
  std::vector<MappingsFile> files;
  for (const fs::path& name : names) {
    auto text = config::file_text(name.string());
    if (!text) return std::unexpected(text.error());
    files.push_back({is_folder ? name.lexically_relative(root).string() : name.string(), std::move(*text)});
  }
  // Beside the mappings, or beside their folder.
  const fs::path beside =
      fs::is_directory(root / "__files") ? root / "__files" : root.parent_path() / "__files";
  return mocks::imports::from_wiremock(files,
                                       [&beside](const std::string& name) -> kernel::Result<std::string> {
                                         const fs::path inside = fs::path(name).lexically_normal();
                                         if (inside.is_absolute() || inside.string().starts_with(".."))
                                           return kernel::invalid("'" + name + "' leads out of __files");
                                         return config::file_text((beside / inside).string());
                                       });
}

/// JSON or YAML.
kernel::Result<MockFile> from_openapi_at(const std::string& path) {
  const auto text = config::file_text(path);
  if (!text) return std::unexpected(text.error());
  if (auto json = kernel::parse_json(*text)) return mocks::imports::from_openapi(path, *json);
  auto yaml = config::read_text(*text, path, config::json());
  if (!yaml) return std::unexpected(yaml.error().error());
  return mocks::imports::from_openapi(path, *yaml);
}

int write(const MockFile& file, const ImportArguments& arguments) {
  const std::string text = mocks::imports::file_text(file, arguments.kind + " " + arguments.path);
  for (const auto& finding : file.findings) std::cerr << finding.text() << '\n';
  std::cerr << file.taken << " of " << file.seen << " taken\n";
  if (file.taken == 0) return kNothing;
  // What is written here the rig has to read.
  const auto read =
      runner::read_mock_file(text, "api", arguments.out.empty() ? "the mock file" : arguments.out);
  if (!read) return complain(read.error().error());
  if (arguments.out.empty()) {
    std::cout << text;
    return kPassed;
  }
  std::ofstream out(arguments.out, std::ios::binary);
  out << text;
  out.close();
  if (!out) return complain({kernel::ErrorCode::Infrastructure, "cannot write " + arguments.out});
  return kPassed;
}

}  // namespace

int import_mock(const ImportArguments& arguments) {
  const auto file =
      arguments.kind == "openapi" ? from_openapi_at(arguments.path) : from_wiremock_at(arguments.path);
  return file ? write(*file, arguments) : complain(file.error());
}

}  // namespace emulator::cli
