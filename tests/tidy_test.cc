// Reads the tree and holds it to the house's rules: who may include whom, what nobody may call, what must be
// documented.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;

const fs::path kRoot = RELAYRIG_SOURCE_DIR;

std::string text_of(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

struct Source {
  std::string path;    // "emulator/bus/bus.cc"
  std::string folder;  // "emulator/bus"
  std::vector<std::string> lines;
};

std::vector<Source> sources(const std::vector<std::string>& tops) {
  std::vector<Source> all;
  for (const std::string& top : tops) {
    for (const auto& entry : fs::recursive_directory_iterator(kRoot / top)) {
      const std::string ending = entry.path().extension().string();
      if (ending != ".cc" && ending != ".h") continue;
      Source source{.path = entry.path().lexically_relative(kRoot).string(), .folder = {}, .lines = {}};
      source.folder = fs::path(source.path).parent_path().string();
      std::istringstream lines(text_of(entry.path()));
      for (std::string line; std::getline(lines, line);) source.lines.push_back(line);
      all.push_back(std::move(source));
    }
  }
  std::ranges::sort(all, {}, &Source::path);
  return all;
}

std::vector<Source> product_and_rig() { return sources({"middleware", "emulator", "mocks"}); }

bool is_main(const Source& source) { return source.path.ends_with("main.cc"); }

/// What a folder may include of the project, beside itself: folders, or single files.
const std::map<std::string, std::vector<std::string>> kMayInclude = {
    {"middleware/kernel", {}},
    {"middleware/core", {"middleware/kernel"}},
    {"middleware/store", {"middleware/kernel"}},
    {"middleware/inbox", {"middleware/kernel", "middleware/store/store.h"}},
    {"middleware/secrets", {"middleware/kernel"}},
    {"middleware/ingest", {"middleware/kernel", "middleware/core", "middleware/secrets/provider.h"}},
    {"middleware/service",
     {"middleware/kernel", "middleware/core", "middleware/store/store.h", "middleware/store/outbox.h",
      "middleware/inbox", "middleware/secrets"}},
    {"middleware/sns", {"middleware/kernel", "middleware/ingest", "middleware/secrets/provider.h"}},
    {"middleware/config",
     {"middleware/kernel", "middleware/core", "middleware/service", "middleware/inbox", "middleware/ingest",
      "middleware/sns", "middleware/secrets/reference.h"}},
    {"middleware/live", {"middleware/kernel"}},
    // Puts the deployed service together.
    {"middleware/program",
     {"middleware/kernel", "middleware/core", "middleware/store", "middleware/secrets", "middleware/service",
      "middleware/sns", "middleware/ingest", "middleware/config", "middleware/live"}},
    {"emulator/sim", {"middleware/kernel"}},
    {"emulator/salesforce", {"middleware/kernel", "emulator/relay/ports.h"}},
    {"emulator/relay", {"middleware/kernel", "emulator/bus/ports.h", "emulator/bus/partner_ports.h"}},
    // A language that several boxes share; it has no box of its own to know.
    {"emulator/patterns", {"middleware/kernel"}},
    {"emulator/arn", {}},
    {"emulator/bus",
     {"middleware/kernel", "emulator/arn", "emulator/patterns", "emulator/lambda/ports.h",
      "emulator/queues/ports.h", "emulator/topics/ports.h"}},
    {"emulator/lambda",
     {"middleware/kernel", "emulator/arn", "emulator/queues/ports.h", "emulator/topics/ports.h",
      "emulator/bus/ports.h", "emulator/platform/logs/ports.h"}},
    {"emulator/runtime",
     {"middleware/kernel", "emulator/lambda/ports.h", "emulator/platform/logs/ports.h"}},
    {"emulator/topics",
     {"middleware/kernel", "emulator/arn", "emulator/patterns", "emulator/lambda/ports.h",
      "emulator/queues/ports.h"}},
    {"emulator/queues", {"middleware/kernel", "emulator/arn"}},
    {"emulator/compute", {"middleware/kernel"}},
    // What stands before each platform service, and how they refuse: no box of its own.
    {"emulator/platform/access", {"middleware/kernel", "emulator/arn"}},
    {"emulator/platform/secrets",
     {"middleware/kernel", "emulator/arn", "emulator/platform/access", "emulator/lambda/ports.h"}},
    {"emulator/platform/parameters", {"middleware/kernel", "emulator/arn", "emulator/platform/access"}},
    {"emulator/platform/services",
     {"middleware/kernel", "emulator/arn", "emulator/platform/access", "emulator/compute/health.h",
      "emulator/compute/ports.h"}},
    {"emulator/platform/logs",
     {"middleware/kernel", "emulator/arn", "emulator/platform/access", "emulator/platform/metrics/ports.h"}},
    {"emulator/platform/metrics",
     {"middleware/kernel", "emulator/arn", "emulator/lambda/invocation_observer.h", "emulator/lambda/ports.h",
      "emulator/topics/ports.h", "emulator/compute/scaled_service.h"}},
    {"emulator/platform/scaling",
     {"middleware/kernel", "emulator/arn", "emulator/platform/metrics/alarm_ports.h",
      "emulator/platform/metrics/ports.h"}},
    {"emulator/edge",
     {"middleware/kernel", "emulator/arn", "emulator/patterns", "emulator/bus/archive_ports.h",
      "emulator/lambda/ports.h", "emulator/lambda/function_admin.h", "emulator/lambda/mapping.h",
      "emulator/queues/ports.h", "emulator/topics/topics_api.h", "emulator/platform/access/ports.h",
      "emulator/platform/secrets/ports.h", "emulator/platform/parameters/ports.h",
      "emulator/platform/services/ports.h", "emulator/compute/health.h", "emulator/compute/ports.h",
      "emulator/platform/logs/ports.h", "emulator/platform/metrics/alarm_ports.h", "emulator/platform/metrics/query_ports.h",
      "emulator/platform/scaling/ports.h", "emulator/compute/ecs_api.h"}},
    {"emulator/salesforce_edge",
     {"middleware/kernel", "emulator/relay/ports.h", "emulator/salesforce/ports.h",
      "emulator/salesforce/access_ports.h", "emulator/salesforce/like.h",
      "emulator/salesforce/schema_ports.h", "emulator/salesforce/setup_ports.h",
      "emulator/salesforce/stream_ports.h"}},
    {"emulator/subscriber", {"middleware/kernel"}},
    {"emulator/hoplog", {"middleware/kernel"}},
    {"emulator/report", {"middleware/kernel", "emulator/hoplog"}},
    {"emulator/campaign", {"middleware/kernel", "emulator/hoplog"}},
    {"emulator/runner/judge", {"middleware/kernel", "emulator/hoplog"}},
    {"mocks/faults", {"middleware/kernel"}},
    {"mocks/jsonpath", {"middleware/kernel"}},
    {"mocks/match", {"middleware/kernel", "middleware/ingest/schema.h", "mocks/jsonpath"}},
    {"mocks/render", {"middleware/kernel", "mocks/jsonpath"}},
    {"mocks/stubs",
     {"middleware/kernel", "middleware/ingest/schema.h", "mocks/faults", "mocks/jsonpath", "mocks/match",
      "mocks/render"}},
    {"mocks/imports",
     {"middleware/kernel", "middleware/ingest/schema.h", "mocks/jsonpath", "mocks/match", "mocks/render"}},
    {"mocks", {"middleware/kernel", "mocks/faults"}},
    {"mocks/proxy", {"middleware/kernel"}},
    {"mocks/proxy/live", {"middleware/kernel", "middleware/live", "mocks/proxy"}},
};
/// These wire the others together.
const std::set<std::string> kMayIncludeAll = {"emulator/runner", "emulator/cli"};

/// Libraries that only some folders may see: prefix of the include, folders or files.
const std::map<std::string, std::vector<std::string>> kLibraries = {
    {"httplib", {"middleware/live"}},
    {"boost/", {"middleware/live", "mocks/proxy/live"}},
    {"openssl/",
     {"middleware/live", "middleware/kernel/digest.cc", "emulator/topics/test_key_signer.cc",
      "emulator/salesforce_edge/jwt_signature.cc"}},
    {"zlib", {"emulator/edge/gzip.cc"}},
    {"sqlite3", {"emulator/hoplog", "middleware/store"}},
    {"libpq", {"middleware/store"}},
    {"yaml-cpp/", {"middleware/config"}},
    {"valijson/", {"middleware/ingest/schema.cc"}},
    {"re2/", {"middleware/ingest/text_rules.cc", "mocks/jsonpath", "emulator/platform/logs/regex.cc"}},
    {"CLI/", {"emulator/main.cc", "middleware/main.cc"}},
    {"fmt/",
     {"emulator/hoplog", "emulator/report", "emulator/cli", "emulator/runner", "middleware/live",
      "middleware/main.cc"}},
};

bool allowed(const std::string& included, const std::vector<std::string>& list) {
  return std::ranges::any_of(list, [&](const std::string& entry) {
    return included == entry || (included.starts_with(entry + "/") && !entry.ends_with(".h"));
  });
}

TEST(House, FoldersIncludeOnlyWhatTheyMay) {
  const std::regex include(R"rx(^\s*#include "((?:middleware|emulator|mocks)/[^"]+)")rx");
  for (const Source& source : product_and_rig()) {
    if (is_main(source) || kMayIncludeAll.contains(source.folder)) continue;
    const auto rule = kMayInclude.find(source.folder);
    ASSERT_NE(rule, kMayInclude.end()) << source.path << ": the folder has no line in kMayInclude";
    for (const std::string& line : source.lines) {
      std::smatch match;
      if (!std::regex_search(line, match, include)) continue;
      const std::string included = match[1];
      const bool own = fs::path(included).parent_path() == source.folder;
      EXPECT_TRUE(own || allowed(included, rule->second)) << source.path << " includes " << included;
    }
  }
}

TEST(House, TheProductKnowsNothingOfTheRig) {
  for (const Source& source : sources({"middleware"})) {
    for (const std::string& line : source.lines) {
      EXPECT_EQ(line.find("#include \"emulator/"), std::string::npos) << source.path;
      EXPECT_EQ(line.find("#include \"mocks/"), std::string::npos) << source.path;
    }
  }
}

TEST(House, LibrariesStayWhereTheyBelong) {
  const std::regex include(R"rx(^\s*#include [<"]([^>"]+)[>"])rx");
  for (const Source& source : product_and_rig()) {
    for (const std::string& line : source.lines) {
      std::smatch match;
      if (!std::regex_search(line, match, include)) continue;
      const std::string included = match[1];
      for (const auto& [library, places] : kLibraries) {
        if (!included.starts_with(library)) continue;
        const bool fits = std::ranges::any_of(
            places, [&](const std::string& place) { return source.path == place || source.folder == place; });
        EXPECT_TRUE(fits) << source.path << " includes " << included;
        EXPECT_TRUE(source.path.ends_with(".cc")) << source.path << ": " << included << " in a header";
      }
    }
  }
}

/// Records and their changes hold values; nothing but sources may include such a header.
const std::set<std::string> kHoldJson = {"emulator/salesforce/change_events.h",
                                         "emulator/salesforce/records.h", "emulator/salesforce/setup.h",
                                         "middleware/kernel/value.h"};

TEST(House, TheJsonLibraryStaysOutOfHeaders) {
  for (const Source& source : product_and_rig()) {
    if (!source.path.ends_with(".h")) continue;
    for (const std::string& line : source.lines) {
      if (!kHoldJson.contains(source.path)) {
        EXPECT_EQ(line.find("#include <nlohmann/json.hpp>"), std::string::npos)
            << source.path << ": include middleware/kernel/json.h, which declares it";
      }
      for (const std::string& heavy : kHoldJson) {
        EXPECT_EQ(line.find("#include \"" + heavy + "\""), std::string::npos)
            << source.path << ": only sources include " << heavy;
      }
    }
  }
}

TEST(House, NobodyTouchesTheSystemsTimeLuckOrThreads) {
  struct Ban {
    const char* word;
    const char* instead;
  };
  const Ban bans[] = {{"system_clock::now", "Scheduler::wall_now"},
                      {"steady_clock::now", "Scheduler::now"},
                      {"sleep_for(", "kernel::sleep_until"},
                      {"std::thread", "a Task, or middleware/live"},
                      {"std::mutex", "the loop: one thread decides"},
                      {"std::atomic", "the loop: one thread decides"},
                      {"random_device", "kernel::Random"},
                      {"mt19937", "kernel::Random"},
                      {"_distribution", "kernel/random.h"},
                      {" rand(", "kernel::Random"},
                      {"getenv", "an argument, read in main"},
                      {"unordered_", "kernel::Lookup, vector or map"},
                      {"FIXME", "TODO(perf|test|cleanup) or an issue"}};
  for (const Source& source : product_and_rig()) {
    if (source.folder == "middleware/live" || source.folder == "mocks/proxy/live" || is_main(source))
      continue;
    for (std::size_t i = 0; i < source.lines.size(); ++i) {
      const std::string& line = source.lines[i];
      const std::string code = line.substr(0, line.find("//"));
      for (const Ban& ban : bans) {
        const bool is_kernel_table =
            std::string(ban.word) == "unordered_" && source.folder == "middleware/kernel";
        if (is_kernel_table) continue;
        EXPECT_EQ(code.find(ban.word), std::string::npos)
            << source.path << ':' << i + 1 << ": use " << ban.instead << " instead of " << ban.word;
      }
    }
  }
}

TEST(House, SourcesHaveOneNoun) {
  for (const Source& source : product_and_rig()) {
    EXPECT_LE(source.lines.size(), 350U) << source.path << ": look for the second noun";
  }
}

TEST(House, HeadersSayWhatTheyAreFor) {
  for (const Source& source : product_and_rig()) {
    if (!source.path.ends_with(".h")) continue;
    ASSERT_FALSE(source.lines.empty()) << source.path;
    EXPECT_EQ(source.lines.front(), "#pragma once") << source.path;
    const bool described = source.lines.size() > 1 && source.lines[1].starts_with("// ");
    EXPECT_TRUE(described) << source.path << ": the second line begins to say what the header is for";
  }
}

TEST(House, EachBoxHasADesign) {
  for (const char* box : {"emulator/salesforce",
                          "emulator/relay",
                          "emulator/bus",
                          "emulator/patterns",
                          "emulator/queues",
                          "emulator/topics",
                          "emulator/lambda",
                          "emulator/runtime",
                          "emulator/compute",
                          "emulator/platform/access",
                          "emulator/platform/secrets",
                          "emulator/platform/parameters",
                          "emulator/platform/services",
                          "emulator/platform/metrics",
                          "emulator/edge",
                          "emulator/salesforce_edge",
                          "emulator/hoplog",
                          "emulator/subscriber",
                          "mocks",
                          "mocks/proxy",
                          "mocks/jsonpath",
                          "mocks/match",
                          "mocks/render",
                          "mocks/stubs",
                          "middleware"}) {
    EXPECT_TRUE(fs::exists(kRoot / box / "DESIGN.md")) << box;
  }
}

TEST(House, EachScenarioIsListed) {
  const std::string readme = text_of(kRoot / "scenarios" / "README.md");
  std::size_t count = 0;
  for (const auto& entry : fs::directory_iterator(kRoot / "scenarios")) {
    if (entry.path().extension() != ".yaml") continue;
    ++count;
    const std::string name = entry.path().stem().string();
    EXPECT_NE(readme.find(name), std::string::npos) << name << " is not in scenarios/README.md";
    EXPECT_NE(text_of(entry.path()).find("name: " + name + "\n"), std::string::npos)
        << name << ": file and name differ";
  }
  EXPECT_GE(count, 8U);
}

TEST(House, DoubtsAreMarkedOneWay) {
  const std::regex todo(R"(TODO(?!\((perf|test|cleanup)\):))");
  for (const Source& source : product_and_rig()) {
    for (const std::string& line : source.lines) {
      EXPECT_FALSE(std::regex_search(line, todo)) << source.path << ": " << line;
    }
  }
}

}  // namespace
