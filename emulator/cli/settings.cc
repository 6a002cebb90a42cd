#include "emulator/cli/settings.h"

#include <filesystem>
#include <iostream>

#include "middleware/config/reader.h"

namespace emulator::cli {

kernel::Result<Settings> settings_from_file(const std::string& path) {
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) return Settings{};
  const auto shape =
      config::object<Settings>("relayrig.yaml", "Settings of a project.")
          .optional("clock", &Settings::clock, config::non_empty_text(),
                    "virtual, real or a speed such as x60.")
          .optional("runs", &Settings::runs_folder, config::non_empty_text(), "Folder of run files.")
          .optional("format", &Settings::format, config::non_empty_text(), "Of the report on stdout.")
          .optional("color", &Settings::color,
                    config::choice<std::string>({{"auto", "auto"}, {"always", "always"}, {"never", "never"}}),
                    "Colours.")
          .optional("jobs", &Settings::jobs, config::integer(1, 256), "Scenarios side by side.")
          .optional("port", &Settings::port, config::integer(0, 65'535), "Where `up` answers AWS clients.")
          .optional("salesforce_port", &Settings::salesforce_port, config::integer(0, 65'535),
                    "Where `up` answers clients of the org; the port behind `port` when absent.")
          .done();
  auto settings = config::read_file(path, shape);
  if (!settings) return std::unexpected(settings.error().error());
  return *settings;
}

std::int64_t salesforce_port_of(const Settings& settings) {
  return settings.salesforce_port.value_or(settings.port == 0 ? 0 : settings.port + 1);
}

bool wants_colour(const Settings& settings, bool is_terminal, bool no_color) {
  if (settings.color == "always") return true;
  return settings.color == "auto" && is_terminal && !no_color;
}

int exit_code_of(const kernel::Error& error) {
  return error.code == kernel::ErrorCode::Infrastructure ? kInfrastructure : kInvalid;
}

int complain(const kernel::Error& error) {
  std::cerr << "relayrig: " << error.text() << '\n';
  return exit_code_of(error);
}

}  // namespace emulator::cli
