// Reads the documents and holds them to the programs: every command runs, every key and default is the
// schema's, every link and scenario is there.
//
// How a document is read:
//   ```sh            lines that begin with `relayrig` or `./build/relayrig` are run, in order, in a copy of
//   scenarios/ and
//                    mocks/; 0 is expected, or what a comment at the end says: `# exits 1`. Targets of `make`
//                    must exist
//   ```sh no-test    not run (no end of its own, or it installs); the command's name is still checked
//   ```yaml          is a file when its first line says so: `# file: scenarios/mine.yaml`
//   ```sql           statements that are asked of a run file
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;

const fs::path kRoot = RELAYRIG_SOURCE_DIR;
const fs::path kProgram = fs::path(RELAYRIG_BINARY_DIR) / "relayrig";

std::string text_of(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

struct Block {
  std::string kind;  // what stands behind the opening fence
  std::vector<std::string> lines;
};

std::vector<Block> blocks_of(const std::string& document) {
  std::vector<Block> blocks;
  bool is_open = false;
  for (const std::string& line : lines_of(text_of(kRoot / document))) {
    if (line.starts_with("```")) {
      is_open = !is_open;
      if (is_open) blocks.push_back({.kind = line.substr(3), .lines = {}});
    } else if (is_open) {
      blocks.back().lines.push_back(line);
    }
  }
  EXPECT_FALSE(is_open) << document << ": a fence is not closed";
  return blocks;
}

/// What follows the program's name, or nothing when the line runs something else.
std::optional<std::string> arguments_of(const std::string& line) {
  for (const std::string program : {"relayrig ", "./build/relayrig "}) {
    if (line.starts_with(program)) return line.substr(program.size());
  }
  return std::nullopt;
}

int code_said(const std::string& line) {
  static const std::regex kSaid(R"(# exits ([0-9]+)$)");
  std::smatch match;
  return std::regex_search(line, match, kSaid) ? std::stoi(match[1]) : 0;
}

std::string quoted(const std::string& text) {
  std::string result = "'";
  for (const char c : text) result += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return result + "'";
}

/// A project of its own: copies of the scenarios and mocks, no settings from outside.
class Project {
 public:
  Project() {
    std::string name = (fs::temp_directory_path() / "relayrig_documents.XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) std::abort();
    folder_ = name;
    for (const char* part : {"scenarios", "mocks/apis"}) {
      fs::create_directories(folder_ / part);
      fs::copy(kRoot / part, folder_ / part, fs::copy_options::recursive);
    }
  }
  Project(const Project&) = delete;
  Project& operator=(const Project&) = delete;
  ~Project() {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }

  struct Ended {
    int code;
    std::string out;
    std::string err;
  };
  Ended run(const std::string& arguments) const {
    std::string command = "cd " + quoted(folder_.string()) + " && env";
    for (const char* name : {"CLOCK", "COLOR", "FORMAT", "JOBS", "RUNS", "SEED"})
      command += std::string(" -u RELAYRIG_") + name;
    command +=
        " sh -c " + quoted(quoted(kProgram.string()) + " " + arguments) + " >out.txt 2>err.txt </dev/null";
    const int status = std::system(command.c_str());
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, text_of(folder_ / "out.txt"),
            text_of(folder_ / "err.txt")};
  }

  void write(const std::string& name, const std::vector<std::string>& lines) const {
    std::ofstream out(folder_ / name);
    for (const std::string& line : lines) out << line << '\n';
  }

 private:
  fs::path folder_;
};

std::vector<std::string> documents() {
  std::vector<std::string> names = {"README.md",           "ARCHITECTURE.md",
                                    "scenarios/README.md", "middleware/DESIGN.md",
                                    "mocks/DESIGN.md",     "mocks/proxy/DESIGN.md"};
  for (const auto& entry : fs::directory_iterator(kRoot / "emulator")) {
    if (fs::exists(entry.path() / "DESIGN.md"))
      names.push_back((entry.path() / "DESIGN.md").lexically_relative(kRoot).string());
  }
  std::ranges::sort(names);
  return names;
}

std::set<std::string> make_targets() {
  std::set<std::string> targets;
  static const std::regex kTarget(R"(^([a-z-]+):)");
  for (const std::string& line : lines_of(text_of(kRoot / "Makefile"))) {
    std::smatch match;
    if (std::regex_search(line, match, kTarget)) targets.insert(match[1]);
  }
  return targets;
}

void check_make(const std::string& line) {
  std::istringstream words(line.substr(0, line.find('#')));
  std::string word;
  words >> word;
  while (words >> word) {
    if (word.find('=') != std::string::npos) continue;
    EXPECT_TRUE(make_targets().contains(word)) << line << ": the Makefile has no target " << word;
  }
}

class Document : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override { ASSERT_TRUE(fs::exists(kProgram)) << "build relayrig first: `make test` does"; }
};

TEST_P(Document, CommandsDoWhatTheySay) {
  const Project project;
  for (const Block& block : blocks_of(GetParam())) {
    if (block.kind == "yaml" && !block.lines.empty() && block.lines.front().starts_with("# file: ")) {
      project.write(block.lines.front().substr(8), block.lines);
    }
    if (block.kind != "sh" && block.kind != "sh no-test") continue;
    for (const std::string& line : block.lines) {
      if (line.starts_with("make ")) check_make(line);
      const auto arguments = arguments_of(line);
      if (!arguments) continue;
      const bool is_run = block.kind == "sh";
      const std::string command = arguments->substr(0, arguments->find(' '));
      const Project::Ended ended = project.run(is_run ? *arguments : command + " --help");
      EXPECT_EQ(ended.code, is_run ? code_said(line) : 0) << line << '\n' << ended.out << ended.err;
    }
  }
}

TEST_P(Document, StatementsAreAnswered) {
  std::string sql;
  for (const Block& block : blocks_of(GetParam())) {
    if (block.kind != "sql") continue;
    for (const std::string& line : block.lines) sql += line.substr(0, line.find("--")) + "\n";
  }
  if (sql.empty()) return;
  const Project project;
  ASSERT_EQ(project.run("run scenarios/an_answer_lost_after_the_charge_charges_once.yaml").code, 0);
  for (std::size_t begin = 0, end = sql.find(';'); end != std::string::npos;
       begin = end + 1, end = sql.find(';', begin)) {
    const std::string statement = sql.substr(begin, end - begin);
    const auto ended =
        project.run("query runs/an_answer_lost_after_the_charge_charges_once.7.rrun.db " + quoted(statement));
    EXPECT_EQ(ended.code, 0) << statement << '\n' << ended.err;
  }
}

TEST_P(Document, LinksLeadSomewhere) {
  static const std::regex kLink(R"(\]\(([^)#:]+)\))");
  const std::string text = text_of(kRoot / GetParam());
  const fs::path folder = (kRoot / GetParam()).parent_path();
  for (auto link = std::sregex_iterator(text.begin(), text.end(), kLink); link != std::sregex_iterator();
       ++link) {
    EXPECT_TRUE(fs::exists(folder / (*link)[1].str())) << (*link)[1];
  }
}

INSTANTIATE_TEST_SUITE_P(All, Document, testing::ValuesIn(documents()), [](const auto& document) {
  std::string name = document.param;
  std::ranges::replace_if(name, [](char c) { return std::isalnum(static_cast<unsigned char>(c)) == 0; }, '_');
  return name;
});

TEST(Documents, ShowCommandsThatRun) {
  int untested = 0;
  for (const std::string name : {"README.md", "scenarios/README.md"}) {
    int tested = 0;
    for (const Block& block : blocks_of(name)) {
      for (const std::string& line : block.lines) {
        if (!arguments_of(line)) continue;
        if (block.kind == "sh") ++tested;
        if (block.kind == "sh no-test") ++untested;
      }
    }
    EXPECT_GE(tested, 3) << name;
  }
  EXPECT_LE(untested, 12);  // they need a rig that runs, or a terminal
}

using Json = nlohmann::json;

/// Every key that a schema knows, with the defaults that it has here and there.
void collect(const Json& schema, std::map<std::string, std::set<std::string>>& keys) {
  if (schema.is_array()) {
    for (const Json& item : schema) collect(item, keys);
  }
  if (!schema.is_object()) return;
  for (const auto& [word, value] : schema.items()) {
    if (word == "properties" && value.is_object()) {
      for (const auto& [key, of_key] : value.items()) {
        auto& defaults = keys[key];
        if (!of_key.contains("default")) continue;
        const Json& shown = of_key["default"];
        defaults.insert(shown.is_string() ? shown.get<std::string>() : shown.dump());
      }
    }
    collect(value, keys);
  }
}

TEST(ScenariosReadme, HasEveryKeyAndDefaultOfTheSchemas) {
  ASSERT_TRUE(fs::exists(kProgram)) << "build relayrig first: `make test` does";
  const std::string readme = text_of(kRoot / "scenarios" / "README.md");
  const std::vector<std::string> lines = lines_of(readme);
  const Project project;
  std::map<std::string, std::set<std::string>> keys;
  for (const std::string what : {"scenario", "middleware"}) {
    const auto printed = project.run("schema " + what);
    ASSERT_EQ(printed.code, 0) << printed.err;
    collect(Json::parse(printed.out), keys);
  }
  EXPECT_GE(keys.size(), 150U);
  for (const auto& [key, defaults] : keys) {
    EXPECT_NE(readme.find("`" + key + "`"), std::string::npos) << key << " is not in scenarios/README.md";
    for (const std::string& value : defaults) {
      const bool is_said = std::ranges::any_of(lines, [&](const std::string& line) {
        return line.starts_with("| `" + key + "`") && line.find("| `" + value + "` |") != std::string::npos;
      });
      EXPECT_TRUE(is_said) << "no row of scenarios/README.md says that the default of " << key << " is "
                           << value;
    }
  }
}

/// A `Class::function` that a document names is defined as that somewhere, or within its class.
TEST(Architecture, NamesFunctionsThatExist) {
  std::vector<std::string> sources;
  for (const char* top : {"middleware", "emulator", "mocks"}) {
    for (const auto& entry : fs::recursive_directory_iterator(kRoot / top)) {
      if (entry.path().extension() == ".cc" || entry.path().extension() == ".h")
        sources.push_back(text_of(entry.path()));
    }
  }
  static const std::regex kFunction(R"(`([A-Z]\w+)::(\w+)`)");
  const std::string text = text_of(kRoot / "ARCHITECTURE.md");
  int count = 0;
  for (auto named = std::sregex_iterator(text.begin(), text.end(), kFunction);
       named != std::sregex_iterator(); ++named, ++count) {
    const std::string type = (*named)[1];
    const std::string function = (*named)[2];
    const bool exists = std::ranges::any_of(sources, [&](const std::string& source) {
      if (source.find(type + "::" + function + "(") != std::string::npos) return true;
      const bool declares = source.find("class " + type + " ") != std::string::npos ||
                            source.find("::" + type + " final") != std::string::npos;
      return declares && source.find(" " + function + "(") != std::string::npos;
    });
    EXPECT_TRUE(exists) << (*named)[0];
  }
  EXPECT_GE(count, 20);
}

TEST(ScenariosReadme, ListsTheScenariosThatExist) {
  std::set<std::string> listed;
  static const std::regex kRow(R"(^\| `([a-z0-9_]+)` \|)");
  bool is_list = false;
  for (const std::string& line : lines_of(text_of(kRoot / "scenarios" / "README.md"))) {
    if (line.starts_with("## ")) is_list = line == "## The scenarios";
    std::smatch match;
    if (is_list && std::regex_search(line, match, kRow)) listed.insert(match[1]);
  }
  std::set<std::string> existing;
  for (const auto& entry : fs::directory_iterator(kRoot / "scenarios")) {
    if (entry.path().extension() == ".yaml") existing.insert(entry.path().stem().string());
  }
  EXPECT_EQ(listed, existing);
}

}  // namespace
