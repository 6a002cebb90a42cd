// parse @message "user=* took * ms" as user, took      parse @message /user=(?<user>\w+)/
#include "emulator/platform/logs/insights_commands.h"
#include "emulator/platform/logs/insights_expression.h"

namespace emulator::logs {
namespace {

/// What the stars stand for: each as little as it can, the last one, at the end, everything.
std::vector<std::string> globbed(std::string_view text, const std::vector<std::string>& pieces) {
  const std::size_t begin = text.find(pieces.front());
  if (begin == std::string_view::npos) return {};
  text.remove_prefix(begin + pieces.front().size());
  std::vector<std::string> found;
  for (std::size_t i = 1; i < pieces.size(); ++i) {
    const bool takes_all = pieces[i].empty() && i + 1 == pieces.size();
    const std::size_t end = takes_all ? text.size() : text.find(pieces[i]);
    if (end == std::string_view::npos) return {};
    found.emplace_back(text.substr(0, end));
    text.remove_prefix(end + pieces[i].size());
  }
  return found;
}

std::vector<std::string> pieces_of(std::string_view glob) {
  std::vector<std::string> pieces(1);
  for (const char c : glob) {
    if (c == '*') {
      pieces.emplace_back();
    } else {
      pieces.back() += c;
    }
  }
  return pieces;
}

class Parse final : public InsightsCommand {
 public:
  void apply(InsightsTable& table) const override {
    for (InsightsRow& row : table.rows) {
      const auto text = text_of(from.value_in(row));
      if (!text) continue;
      std::vector<std::string> found = regex ? regex->groups(*text) : globbed(*text, pieces);
      for (std::size_t i = 0; i < found.size(); ++i) row.set(names[i], std::move(found[i]));
    }
  }

  InsightsExpression from{.kind = InsightsExpression::Kind::Field, .name = "@message"};
  std::optional<Regex> regex{};
  std::vector<std::string> pieces{};
  std::vector<std::string> names{};
};

}  // namespace

ReadCommand read_parse(Scanner& in) {
  auto parse = std::make_shared<Parse>();
  in.skip_spaces();
  if (!is_at_text(in) && in.peek() != '/') {
    auto name = read_field_name(in);
    if (!name) return std::unexpected(name.error());
    parse->from.name = std::move(*name);
  }
  std::size_t holes = 0;
  if (is_at_text(in)) {
    auto glob = read_text(in);
    if (!glob) return std::unexpected(glob.error());
    parse->pieces = pieces_of(*glob);
    holes = parse->pieces.size() - 1;
  } else {
    auto regex = read_regex(in);
    if (!regex) return std::unexpected(regex.error());
    parse->regex = std::move(*regex);
    parse->names = parse->regex->group_names();
    holes = parse->names.size();
  }
  if (in.accept_word("as")) {
    parse->names.clear();
    do {
      auto name = read_field_name(in);
      if (!name) return std::unexpected(name.error());
      parse->names.push_back(std::move(*name));
    } while (in.accept(","));
  }
  bool is_complete = holes > 0 && parse->names.size() == holes;
  for (const std::string& name : parse->names) is_complete = is_complete && !name.empty();
  if (!is_complete)
    return in.failed("parse wants a name for each of the " + std::to_string(holes) + " parts");
  return parse;
}

}  // namespace emulator::logs
