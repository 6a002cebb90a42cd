#include "mocks/render/parser.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "middleware/kernel/json.h"

namespace mocks::render {
namespace {

constexpr int kDepthMax = 64;

bool ends_word(char c) {
  return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '(' || c == ')' || c == '}' || c == '=';
}

}  // namespace

bool Parser::take(std::string_view what) {
  if (!sees(what)) return false;
  at_ += what.size();
  return true;
}

void Parser::skip_blanks() {
  while (at_ < text_.size() &&
         (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\t' || text_[at_] == '\r'))
    ++at_;
}

std::vector<Node> Parser::parse() {
  bool saw_else = false;
  std::vector<Node> result = nodes("", saw_else);
  return result;
}

std::vector<Node> Parser::nodes(const std::string& name, bool& saw_else) {
  if (++depth_ > kDepthMax) refuse("too many blocks in each other");
  std::vector<Node> result;
  while (true) {
    const std::size_t open = std::min(text_.find("{{", at_), text_.size());
    if (open > at_)
      result.push_back({.kind = Node::Kind::Text, .text = std::string(text_.substr(at_, open - at_))});
    at_ = open;
    if (at_ == text_.size()) {
      if (!name.empty()) refuse("{{/" + name + "}} is missing");
      --depth_;
      return result;
    }
    const std::size_t column = at_ + 1;
    if (take("{{{")) {
      result.push_back(output(true));
      continue;
    }
    at_ += 2;
    if (sees("!")) {
      comment();
    } else if (take("#")) {
      result.push_back(block(column));
    } else if (take("/")) {
      const std::string closed = word();
      if (closed != name) refuse("{{/" + closed + "}} closes nothing");
      end_tag("}}");
      --depth_;
      return result;
    } else if (take("else}}")) {
      if (name.empty() || saw_else) refuse("{{else}} stands in no block");
      saw_else = true;
      --depth_;
      return result;
    } else {
      result.push_back(output(false));
    }
  }
}

void Parser::comment() {
  const std::size_t end = text_.find("}}", at_);
  if (end == std::string_view::npos) refuse("}} is missing");
  at_ = end + 2;
}

void Parser::end_tag(std::string_view closing) {
  skip_blanks();
  if (!take(closing)) refuse(std::string(closing) + " is missing");
}

Node Parser::output(bool is_raw) {
  skip_blanks();
  Node node{.kind = Node::Kind::Output, .expression = call_or_path(at_ + 1), .is_raw = is_raw};
  end_tag(is_raw ? "}}}" : "}}");
  return node;
}

Node Parser::block(std::size_t column) {
  constexpr std::pair<std::string_view, Node::Kind> kBlocks[] = {{"if", Node::Kind::If},
                                                                 {"unless", Node::Kind::Unless},
                                                                 {"each", Node::Kind::Each},
                                                                 {"with", Node::Kind::With}};
  const std::string name = word();
  const auto found = std::ranges::find(kBlocks, name, &std::pair<std::string_view, Node::Kind>::first);
  if (found == std::end(kBlocks)) throw Wrong{column, "there is no block '" + name + "'"};
  Node node{.kind = found->second};
  skip_blanks();
  node.expression = argument();
  end_tag("}}");
  bool saw_else = false;
  node.body = nodes(name, saw_else);
  if (saw_else) {
    bool again = true;
    node.otherwise = nodes(name, again);
  }
  return node;
}

Expression Parser::call_or_path(std::size_t column) {
  if (at_ >= text_.size()) refuse("an expression is missing");
  const std::size_t start = at_;
  std::string name = word();
  if (!is_helper(name)) {
    at_ = start;
    return argument();
  }
  Expression call{.kind = Expression::Kind::Call, .column = column, .helper = std::move(name)};
  while (true) {
    skip_blanks();
    if (at_ >= text_.size()) refuse("}} is missing");
    if (sees("}}") || sees(")")) return call;
    const std::size_t before = at_;
    std::string key = word();
    const bool is_quoted = key.starts_with('\'') || key.starts_with('"');  // 'a=b' is a value
    if (!key.empty() && !is_quoted && take("=")) {
      call.named.emplace_back(std::move(key), argument());
      continue;
    }
    at_ = before;
    call.arguments.push_back(argument());
  }
}

Expression Parser::argument() {
  if (++depth_ > kDepthMax) refuse("too deep");
  const std::size_t column = at_ + 1;
  Expression result{.column = column};
  if (take("(")) {
    skip_blanks();
    result = call_or_path(column);
    skip_blanks();
    if (!take(")")) refuse("')' is missing");
  } else if (sees("'") || sees("\"")) {
    result.literal = std::make_shared<const kernel::Json>(quoted());
  } else {
    result = path_at(column, word());
  }
  --depth_;
  return result;
}

Expression Parser::path_at(std::size_t column, std::string word) {
  if (word.empty()) refuse("an expression is missing");
  const bool is_number =
      std::isdigit(static_cast<unsigned char>(word[0])) != 0 || (word.size() > 1 && word[0] == '-');
  if (is_number || word == "true" || word == "false" || word == "null") {
    auto value = kernel::parse_json(word);
    if (!value) throw Wrong{column, "'" + word + "' is no value"};
    return {.kind = Expression::Kind::Literal,
            .column = column,
            .literal = std::make_shared<const kernel::Json>(std::move(*value))};
  }
  Expression path{.kind = Expression::Kind::Path, .column = column};
  std::string segment;
  for (const char c : word + ".") {
    if (c != '.' && c != '[' && c != ']') {
      segment += c;
    } else if (!segment.empty()) {
      path.path.push_back(std::exchange(segment, {}));
    }
  }
  if (path.path.empty()) throw Wrong{column, "'" + word + "' is no path"};
  return path;
}

std::string Parser::word() {
  const std::size_t start = at_;
  while (at_ < text_.size() && !ends_word(text_[at_])) ++at_;
  return std::string(text_.substr(start, at_ - start));
}

std::string Parser::quoted() {
  const char quote = text_[at_++];
  std::string value;
  while (at_ < text_.size() && text_[at_] != quote) {
    if (text_[at_] == '\\' && at_ + 1 < text_.size() && (text_[at_ + 1] == quote || text_[at_ + 1] == '\\'))
      ++at_;
    value += text_[at_++];
  }
  if (at_ == text_.size()) refuse("a text has no end");
  ++at_;
  return value;
}

}  // namespace mocks::render
