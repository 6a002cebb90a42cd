// JUnit XML in the dialect that Jenkins, GitLab and GitHub's reporters agree on (testmoapp/junitxml).
#include <fmt/format.h>

#include "emulator/report/formats.h"
#include "emulator/report/text.h"

namespace emulator::report {
namespace {

/// Control characters have no form in XML 1.0 at all.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : clean_utf8(text)) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\n':
        out += "&#10;";
        break;
      case '\t':
        out += "&#9;";
        break;
      default:
        out += static_cast<unsigned char>(c) < 0x20 ? std::string("\uFFFD") : std::string(1, c);
    }
  }
  return out;
}

std::string attribute(std::string_view name, std::string_view value) {
  return fmt::format(" {}=\"{}\"", name, escaped(value));
}

struct Count {
  int tests = 0;
  int failures = 0;
  int errors = 0;
  int skipped = 0;
  double seconds = 0;

  void add(const Count& other) {
    tests += other.tests;
    failures += other.failures;
    errors += other.errors;
    skipped += other.skipped;
    seconds += other.seconds;
  }
  std::string attributes() const {
    return fmt::format(" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\" time=\"{:.3f}\"", tests,
                       failures, errors, skipped, seconds);
  }
};

std::string test_case(const RunReport& run, std::string_view name, std::string_view place,
                      std::string_view inside) {
  const Place at = parse_place(place);
  std::string text = "    <testcase" + attribute("classname", run.scenario) + attribute("name", name);
  if (!at.file.empty()) text += attribute("file", at.file);
  if (at.line > 0) text += attribute("line", std::to_string(at.line));
  return text + " time=\"0\"" + (inside.empty() ? "/>\n" : fmt::format(">\n{}    </testcase>\n", inside));
}

std::string broken_body(const RunReport& run, const Check& check) {
  std::string text = fmt::format("expected  {}\nfound     {}\n", check.expected, check.found);
  if (!check.example_event.empty()) text += "event     " + check.example_event + "\n";
  if (check.example_hop != 0) text += fmt::format("hop       {}\n", check.example_hop);
  return text + "reproduce " + reproduce_command(run) + "\n";
}

std::string check_case(const RunReport& run, const Check& check, Count& count) {
  ++count.tests;
  std::string inside;
  if (check.verdict == "off") {
    ++count.skipped;
    inside = "      <skipped" + attribute("message", check.expected) + "/>\n";
  } else if (check.is_broken()) {
    const bool is_error = check.verdict == "error";
    ++(is_error ? count.errors : count.failures);
    const std::string_view tag = is_error ? "error" : "failure";
    inside = fmt::format("      <{}{}{}>{}</{}>\n", tag,
                         attribute("message", "expected " + check.expected + ", found " + check.found),
                         attribute("type", check.kind), escaped(broken_body(run, check)), tag);
  }
  return test_case(run, check.kind + " " + check.name, check.place, inside);
}

std::string suite(const RunReport& run, Count& total) {
  Count count{.seconds = static_cast<double>(run.real_ms) / 1000};
  std::string cases;
  for (const Check& check : run.checks) cases += check_case(run, check, count);
  if (run.checks.empty() || (!run.has_passed() && run.first_broken() == nullptr)) {
    ++count.tests;
    count.errors += run.has_passed() ? 0 : 1;
    const std::string body = "      <error" + attribute("message", "the run is " + run.verdict) +
                             attribute("type", "run") + ">" + escaped("reproduce " + reproduce_command(run)) +
                             "</error>\n";
    cases += test_case(run, "run", run.file, run.has_passed() ? "" : body);
  }
  total.add(count);
  std::string text = "  <testsuite" + attribute("name", run.scenario) + count.attributes();
  if (!run.file.empty()) text += attribute("file", run.file);
  text += ">\n    <properties>\n";
  const std::pair<std::string_view, std::string> properties[] = {{"seed", std::to_string(run.seed)},
                                                                 {"clock", run.clock},
                                                                 {"digest", run.digest},
                                                                 {"version", run.version},
                                                                 {"run_file", run.path}};
  for (const auto& [name, value] : properties) {
    text += "      <property" + attribute("name", name) + attribute("value", value) + "/>\n";
  }
  return text + "    </properties>\n" + cases + "  </testsuite>\n";
}

}  // namespace

std::string junit_text(std::span<const RunReport> runs) {
  Count total;
  std::string suites;
  for (const RunReport& run : runs) suites += suite(run, total);
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"relayrig\"" + total.attributes() +
         ">\n" + suites + "</testsuites>\n";
}

}  // namespace emulator::report
