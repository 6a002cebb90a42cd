// relayrig: the command line. Every command is a function of emulator/cli/commands.h; here is only how it is
// called.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <iostream>
#include <limits>

#include "emulator/cli/about.h"
#include "emulator/cli/commands.h"
#include "emulator/cli/record_command.h"
#include "middleware/config/suggest.h"

namespace {

using namespace emulator::cli;

constexpr const char* kAbout =
    "Rehearses a Salesforce integration on this machine: events, Event Relay, EventBridge, Lambda and App "
    "Runner around the\n"
    "real middleware, with external APIs that fail on cue. Every hop is recorded in one SQLite file and "
    "judged.\n\n"
    "  relayrig run                                 all scenarios in ./scenarios, in virtual time\n"
    "  relayrig run scenarios/a.yaml --seed 8       one, with other luck\n"
    "  relayrig run scenarios/a.yaml --clock x60    over real sockets, an hour a minute\n"
    "  relayrig show runs/a.7.rrun.db               what happened\n";

/// The flags and commands that a mistyped word may have meant.
std::vector<std::string> known_words(const CLI::App& app) {
  std::vector<std::string> words;
  const auto add_options = [&words](const CLI::App* of) {
    for (const CLI::Option* option : of->get_options()) {
      for (const std::string& name : option->get_lnames()) words.push_back("--" + name);
    }
  };
  add_options(&app);
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    words.push_back(command->get_name());
    add_options(command);
    for (const CLI::App* below : command->get_subcommands([](const CLI::App*) { return true; })) {
      words.push_back(below->get_name());
      add_options(below);
    }
  }
  return words;
}

int usage_error(const CLI::App& app, const CLI::ParseError& error, int argc, char** argv) {
  std::cerr << "relayrig: " << error.what() << '\n';
  const std::vector<std::string> words = known_words(app);
  for (int i = 1; i < argc; ++i) {
    const std::string word = std::string(argv[i]).substr(0, std::string(argv[i]).find('='));
    const bool is_below = i == 2 && (std::string(argv[1]) == "fault" || std::string(argv[1]) == "mocks");
    const bool is_candidate = word.starts_with("--") || i == 1 || is_below;
    if (!is_candidate || std::ranges::find(words, word) != words.end()) continue;
    const std::string meant = config::did_you_mean(word, words);
    if (!meant.empty()) std::cerr << "did you mean '" << meant << "'?\n";
  }
  std::cerr << "relayrig --help and relayrig COMMAND --help say more\n";
  return kInvalid;
}

}  // namespace

int main(int argc, char** argv) {
  auto from_file = settings_from_file("relayrig.yaml");
  if (!from_file) {
    std::cerr << from_file.error().text() << '\n';
    return kInvalid;
  }
  Settings settings = *from_file;
  const Terminal terminal{isatty(STDOUT_FILENO) == 1, isatty(STDERR_FILENO) == 1,
                          std::getenv("NO_COLOR") != nullptr};

  CLI::App app{kAbout, "relayrig"};
  app.footer(kExits);
  app.set_version_flag("--version", std::string("relayrig " RELAYRIG_VERSION));
  app.require_subcommand(1);
  app.fallthrough();
  app.add_option("--runs", settings.runs_folder, "Folder of run files")
      ->envname("RELAYRIG_RUNS")
      ->capture_default_str();
  app.add_option("--color", settings.color, "auto, always or never")
      ->envname("RELAYRIG_COLOR")
      ->check(CLI::IsMember({"auto", "always", "never"}))
      ->capture_default_str();
  app.add_flag("-q,--quiet", settings.quiet, "Only what failed");
  int code = kPassed;

  RunArguments arguments;
  CLI::App* run_command = app.add_subcommand("run", "Run scenarios and judge them");
  run_command->add_option("PATH", arguments.paths, "Scenario files or folders; ./scenarios when absent");
  run_command->add_option("--clock", settings.clock, "virtual, real, or a speed such as x60")
      ->envname("RELAYRIG_CLOCK")
      ->capture_default_str();
  run_command->add_option("--seed", arguments.seed, "Instead of the scenario's")
      ->envname("RELAYRIG_SEED")
      ->check(CLI::Range(std::int64_t{0}, std::numeric_limits<std::int64_t>::max()));
  run_command->add_option("--jobs", settings.jobs, "Scenarios side by side")
      ->envname("RELAYRIG_JOBS")
      ->check(CLI::Range(1, 256))
      ->capture_default_str();
  run_command->add_option("--tag", arguments.tags, "Only scenarios with this tag; may be repeated");
  run_command->add_option("--set", arguments.overrides,
                          "KEY.KEY=VALUE: change the scenario; may be repeated");
  run_command->add_flag("--verify", arguments.verify,
                        "Run everything twice: the two must not differ in one byte");
  run_command->add_option("--format", settings.format, "pretty, json, ndjson, junit, tap or github")
      ->envname("RELAYRIG_FORMAT")
      ->capture_default_str();
  run_command->add_option("--replay-faults", arguments.replay_faults,
                          "A run file of this scenario: its faults fire again, without luck");
  run_command->add_option("--junit", arguments.junit, "Also write JUnit XML to this file");
  run_command->callback([&] { code = run(settings, arguments, terminal); });

  SweepArguments sweep_arguments;
  CLI::App* sweep_command = app.add_subcommand("sweep", "Run a scenario with some settings varied");
  sweep_command->footer(kAboutSweep);
  sweep_command->add_option("PATH", sweep_arguments.path, "A scenario file")->required();
  sweep_command->add_option("--vary", sweep_arguments.vary, "KEY.KEY=VALUE,VALUE; may be repeated")
      ->required();
  sweep_command->add_option("--set", sweep_arguments.overrides,
                            "KEY.KEY=VALUE: at every point; may be repeated");
  sweep_command->add_option("--seeds", sweep_arguments.seeds, "How many, from the scenario's on")
      ->check(CLI::Range(1, 10'000))
      ->capture_default_str();
  sweep_command->add_option("--jobs", settings.jobs, "Runs side by side")
      ->envname("RELAYRIG_JOBS")
      ->check(CLI::Range(1, 256))
      ->capture_default_str();
  sweep_command->add_option("--format", sweep_arguments.format, "text, json, ndjson or csv")
      ->capture_default_str();
  sweep_command->callback([&] { code = sweep(settings, sweep_arguments); });

  UpArguments up_arguments;
  CLI::App* up_command =
      app.add_subcommand("up", "Start a deployment over real sockets and keep it until Ctrl-C");
  up_command->add_option("PATH", up_arguments.path,
                         "A scenario file; absent: nothing is given, AWS clients make what they need");
  const auto add_port = [&settings](CLI::App* command, const char* about) {
    command->add_option("--port", settings.port, about)
        ->envname("RELAYRIG_PORT")
        ->check(CLI::Range(0, 65535))
        ->capture_default_str();
  };
  const auto add_salesforce_port = [&settings](CLI::App* command, const char* about) {
    command->add_option("--salesforce-port", settings.salesforce_port, about)
        ->envname("RELAYRIG_SALESFORCE_PORT")
        ->check(CLI::Range(0, 65535));
  };
  add_port(up_command, "Where AWS clients are answered, on 127.0.0.1; 0: any free port");
  add_salesforce_port(
      up_command, "Where clients of the org are answered; absent: the port behind --port, or any free one");
  up_command->add_option("--ready-file", up_arguments.ready_file,
                         "Written when everything is served: JSON with the url; gone when the rig stops");
  up_command->add_option("--clock", settings.clock, "real, or a speed such as x60")
      ->envname("RELAYRIG_CLOCK");
  up_command->add_option("--set", up_arguments.overrides,
                         "KEY.KEY=VALUE: change the scenario; may be repeated");
  up_command->callback([&] { code = up(settings, up_arguments, terminal); });

  std::string env_ready_file;
  std::string env_format = "sh";
  CLI::App* env_command =
      app.add_subcommand("env", "Print the variables that point clients to a running rig");
  add_port(env_command, "Of the rig");
  add_salesforce_port(env_command, "Of the rig's org; absent: the port behind --port");
  env_command->add_option("--ready-file", env_ready_file, "What `up --ready-file` wrote, instead of --port");
  env_command->add_option("--format", env_format, "sh, dotenv or json")
      ->check(CLI::IsMember({"sh", "dotenv", "json"}))
      ->capture_default_str();
  env_command->callback([&] { code = env(settings, env_ready_file, env_format); });

  TriggerArguments trigger_arguments;
  CLI::App* trigger_command = app.add_subcommand("trigger", "Publish events into a running rig");
  trigger_command->add_option("EVENT", trigger_arguments.event, "API name: Order_Placed__e")->required();
  trigger_command->add_option("--file", trigger_arguments.file,
                              "JSON: an object, a list of objects, or one object a line; absent: no fields");
  add_port(trigger_command, "Of the rig");
  add_salesforce_port(trigger_command, "Of the rig's org; absent: the port behind --port");
  trigger_command->add_option("--ready-file", trigger_arguments.ready_file,
                              "What `up --ready-file` wrote, instead of a port");
  trigger_command->callback([&] { code = trigger(settings, trigger_arguments); });

  MocksArguments mocks_arguments;
  CLI::App* mocks_command = app.add_subcommand("mocks", "Mock APIs without a chain around them");
  mocks_command->require_subcommand(1);
  CLI::App* mocks_up_command = mocks_command->add_subcommand("up", "Serve files of mocks until Ctrl-C");
  mocks_up_command->footer(kAboutMocks);
  mocks_up_command->add_option("FILE", mocks_arguments.files, "[NAME=]FILE; may be repeated")->required();
  add_port(mocks_up_command, "Of stubs, faults and requests, on 127.0.0.1; 0: any free port");
  mocks_up_command->add_option("--listen", mocks_arguments.listens,
                               "NAME=PORT of a mock; any free port when absent; may be repeated");
  mocks_up_command->add_option("--faults", mocks_arguments.faults,
                               "Lines of a timeline, as `fault save` prints");
  mocks_up_command->add_option("--seed", mocks_arguments.seed, "Of all luck")
      ->envname("RELAYRIG_SEED")
      ->check(CLI::Range(std::int64_t{0}, std::numeric_limits<std::int64_t>::max()))
      ->capture_default_str();
  mocks_up_command->add_option("--ready-file", mocks_arguments.ready_file,
                               "Written when everything is served: JSON with the urls; gone when it stops");
  mocks_up_command->callback([&] { code = mocks_up(settings, mocks_arguments); });

  FaultArguments fault_arguments;
  CLI::App* fault_command = app.add_subcommand("fault", "Faults of a rig that runs");
  fault_command->require_subcommand(1);
  fault_command->footer(kAboutFault);
  const auto add_fault = [&](const char* name, const char* about,
                             int (*act)(const Settings&, const FaultArguments&)) {
    CLI::App* command = fault_command->add_subcommand(name, about);
    add_port(command, "Of the rig");
    command->add_option("--ready-file", fault_arguments.ready_file,
                        "What `up --ready-file` wrote, instead of a port");
    command->callback([&code, &settings, &fault_arguments, act] { code = act(settings, fault_arguments); });
    return command;
  };
  add_fault("list", "Which there are", fault_list)
      ->add_option("--format", fault_arguments.format, "pretty or json")
      ->check(CLI::IsMember({"pretty", "json"}))
      ->capture_default_str();
  CLI::App* fault_set_command = add_fault("set", "One begins now; prints its name", fault_set);
  fault_set_command->footer(kAboutFault);
  fault_set_command->add_option("LINE", fault_arguments.words, "API KEY=VALUE ..., or one line");
  fault_set_command->add_option("--file", fault_arguments.file, "Lines of a timeline, without 'at'");
  CLI::App* fault_lift_command = add_fault("lift", "It ends now", fault_lift);
  fault_lift_command->add_option("NAME", fault_arguments.words, "Of faults");
  fault_lift_command->add_flag("--all", fault_arguments.all, "All of them");
  add_fault("save", "Print them as lines of a timeline", fault_save)
      ->add_flag("--all", fault_arguments.all, "Also those that are over");

  std::vector<std::string> paths;
  std::vector<std::string> tags;
  CLI::App* validate_command = app.add_subcommand("validate", "Check scenario files without running them");
  validate_command->add_option("PATH", paths, "Scenario files or folders; ./scenarios when absent");
  validate_command->callback([&] { code = validate(paths); });

  CLI::App* list_command = app.add_subcommand("list", "List scenarios");
  list_command->add_option("PATH", paths, "Scenario files or folders; ./scenarios when absent");
  list_command->add_option("--tag", tags, "Only scenarios with this tag; may be repeated");
  list_command->add_option("--format", settings.format, "pretty or json")
      ->check(CLI::IsMember({"pretty", "json"}));
  list_command->callback([&] { code = list(settings, paths, tags); });

  std::string run_file;
  std::string event;
  CLI::App* show_command = app.add_subcommand("show", "Show what a run file says");
  show_command->add_option("RUN", run_file, "A run file")->required();
  show_command->add_option("--event", event,
                           "Only this event: its EventUuid, the beginning of one, or its key");
  show_command->callback([&] { code = show(settings, run_file, event, terminal); });

  std::string sql;
  std::string table_format = "text";
  CLI::App* query_command = app.add_subcommand("query", "Ask a run file in SQL");
  query_command->add_option("RUN", run_file, "A run file")->required();
  query_command->add_option("SQL", sql, "One statement that reads")->required();
  query_command->add_option("--format", table_format, "text, json, ndjson or csv")->capture_default_str();
  query_command->callback([&] { code = query(run_file, sql, table_format); });

  std::string what = "scenario";
  CLI::App* schema_command = app.add_subcommand("schema", "Print a JSON Schema, for editors");
  schema_command->add_option("FILE", what, "scenario, middleware or proxy")
      ->check(CLI::IsMember({"scenario", "middleware", "proxy"}))
      ->capture_default_str();
  schema_command->callback([&] { code = schema(what); });

  std::string rows;
  std::int64_t length_max = 0;
  CLI::App* pattern_command = app.add_subcommand("pattern", "Try event patterns on events");
  pattern_command->footer(kAboutPattern);
  pattern_command
      ->add_option("FILE", rows, "One row a line: {\"pattern\": ..., \"event\": ...}; - reads stdin")
      ->required();
  pattern_command
      ->add_option("--length-max", length_max,
                   "Characters that a pattern may have (a rule: 2048); 0: any number")
      ->check(CLI::Range(std::int64_t{0}, std::numeric_limits<std::int64_t>::max()))
      ->capture_default_str();
  pattern_command->callback([&] { code = pattern(rows, length_max); });

  ImportArguments import_arguments;
  CLI::App* import_command = app.add_subcommand("import", "Make a mock file of a foreign description");
  import_command->footer(kAboutImport);
  import_command->add_option("KIND", import_arguments.kind, "wiremock or openapi")
      ->required()
      ->check(CLI::IsMember({"wiremock", "openapi"}));
  import_command->add_option("PATH", import_arguments.path, "The file; of wiremock a folder, too")
      ->required();
  import_command->add_option("-o,--out", import_arguments.out, "The mock file; stdout when absent");
  import_command->callback([&] { code = import_mock(import_arguments); });

  RecordArguments record_arguments;
  CLI::App* record_command = app.add_subcommand("record", "Write what a real API answers as a mock file");
  record_command->footer(kAboutRecord);
  record_command->add_option("URL", record_arguments.url, "Of the API, with its base path")->required();
  record_command->add_option("-o,--out", record_arguments.out, "The mock file")->required();
  record_command->add_option("--port", record_arguments.port, "To listen on; 0: any free one")
      ->check(CLI::Range(0, 65535))
      ->capture_default_str();
  record_command->add_option("--redact", record_arguments.redact,
                             "A further name whose values are secret; may be repeated");
  record_command->add_option("--ca-file", record_arguments.ca_file,
                             "Certificates to trust, PEM; what the system trusts when absent");
  record_command->add_option("--ready-file", record_arguments.ready_file,
                             "Written when everything listens: JSON with the url; gone when it stops");
  record_command->callback([&] { code = record(record_arguments); });

  ProxyArguments proxy_arguments;
  CLI::App* proxy_command =
      app.add_subcommand("proxy", "Stand in front of real servers and break connections");
  proxy_command->footer(kAboutProxy);
  proxy_command->add_option("--config", proxy_arguments.config,
                            "Proxies to begin with: Toxiproxy's list, in YAML or JSON");
  proxy_command->add_option("--listen", proxy_arguments.listen, "HOST:PORT of the API; port 0: any free one")
      ->envname("RELAYRIG_PROXY_LISTEN")
      ->capture_default_str();
  proxy_command->add_option("--seed", proxy_arguments.seed, "Of all luck: jitter, slices, toxicity")
      ->envname("RELAYRIG_SEED")
      ->check(CLI::Range(std::int64_t{0}, std::numeric_limits<std::int64_t>::max()))
      ->capture_default_str();
  proxy_command->add_option("--ready-file", proxy_arguments.ready_file,
                            "Written when everything listens: JSON with the url; gone when the proxy stops");
  proxy_command->callback([&] { code = proxy(proxy_arguments); });

  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& asked) {  // --help, --version
    return app.exit(asked);
  } catch (const CLI::ParseError& error) {
    return usage_error(app, error, argc, argv);
  }
  return code;
}
