#pragma once
// The commands of `relayrig`, without the parsing of flags. Data goes to stdout, talk to stderr; each returns
// an ExitCode.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "emulator/cli/settings.h"

namespace emulator::cli {

/// What main() found out about the terminal.
struct Terminal {
  bool stdout_is_terminal = false;
  bool stderr_is_terminal = false;
  bool no_color = false;  ///< NO_COLOR is set
};

struct RunArguments {
  std::vector<std::string> paths{};
  std::vector<std::string> tags{};       ///< scenarios with any of them
  std::vector<std::string> overrides{};  ///< KEY.KEY=VALUE
  std::optional<std::uint64_t> seed{};
  bool verify = false;
  std::string replay_faults{};  ///< a run file whose faults fire again
  std::string junit{};          ///< also write JUnit XML here
};

int run(const Settings& settings, const RunArguments& arguments, const Terminal& terminal);

/// Runs the scenario at each combination of values, with its seed and those behind it; prints a table.
/// Virtual clock only. A scenario that fails is a figure, not a failure.
struct SweepArguments {
  std::string path{};
  std::vector<std::string> vary{};       ///< KEY.KEY=VALUE,VALUE
  std::vector<std::string> overrides{};  ///< KEY.KEY=VALUE
  std::int64_t seeds = 1;
  std::string format = "text";  ///< text, json, ndjson or csv
};
int sweep(const Settings& settings, const SweepArguments& arguments);

struct UpArguments {
  std::string path{};                    ///< "": nothing is given, clients make what they need
  std::vector<std::string> overrides{};  ///< KEY.KEY=VALUE
  std::string ready_file{};              ///< written when everything is served
};
int up(const Settings& settings, const UpArguments& arguments, const Terminal& terminal);
/// `ready_file` "": the rig at the port of the settings. `format`: sh, dotenv or json.
int env(const Settings& settings, const std::string& ready_file, const std::string& format);
/// Publishes into a running rig. `file` holds a JSON object, a list of them, or one a line; "": one event
/// without fields. Prints the EventUuid of each. `ready_file` as for env.
struct TriggerArguments {
  std::string event{};
  std::string file{};
  std::string ready_file{};
};
int trigger(const Settings& settings, const TriggerArguments& arguments);
int validate(const std::vector<std::string>& paths);
int list(const Settings& settings, const std::vector<std::string>& paths,
         const std::vector<std::string>& tags);
int show(const Settings& settings, const std::string& run_file, const std::string& event,
         const Terminal& terminal);
int query(const std::string& run_file, const std::string& sql, const std::string& format);
int schema(const std::string& what);
/// `file` holds rows {"pattern": ..., "event": ...}, one a line; "-" is stdin. `length_max` 0: patterns of
/// any length.
int pattern(const std::string& file, std::int64_t length_max);

/// Makes a mock file of a foreign description. What was not taken goes to stderr and stands as comments in
/// the file; kNothing when that is everything.
struct ImportArguments {
  std::string kind{};  ///< wiremock or openapi
  std::string path{};
  std::string out{};  ///< "": stdout
};
int import_mock(const ImportArguments& arguments);

struct ProxyArguments {
  std::string config{};                   ///< proxies to begin with; "": none
  std::string listen = "127.0.0.1:8474";  ///< of the API
  std::uint64_t seed = 1;
  std::string ready_file{};  ///< written when everything listens
};
int proxy(const ProxyArguments& arguments);

struct MocksArguments {
  std::vector<std::string> files{};    ///< [NAME=]FILE
  std::vector<std::string> listens{};  ///< NAME=PORT
  std::string faults{};                ///< lines of a timeline; "": none
  std::uint64_t seed = 1;
  std::string ready_file{};  ///< written when everything is served
};
/// Mocks without a chain, until Ctrl-C.
int mocks_up(const Settings& settings, const MocksArguments& arguments);

/// Faults of a rig that runs. `ready_file` as for env.
struct FaultArguments {
  std::vector<std::string> words{};  ///< set: API KEY=VALUE ..., or one line; lift: names
  std::string file{};                ///< set: lines of a timeline instead
  bool all = false;                  ///< lift: all of them; save: those that are over, too
  std::string format = "pretty";     ///< list: pretty or json
  std::string ready_file{};
};
int fault_list(const Settings& settings, const FaultArguments& arguments);
/// Prints the names.
int fault_set(const Settings& settings, const FaultArguments& arguments);
int fault_lift(const Settings& settings, const FaultArguments& arguments);
/// Prints them as lines of a timeline.
int fault_save(const Settings& settings, const FaultArguments& arguments);

}  // namespace emulator::cli
