#include "middleware/config/tree.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <array>
#include <optional>
#include <sstream>
#include <utility>

#include "middleware/kernel/check.h"

namespace config {
namespace {

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

/// The bytes of the UTF-8 character at `at`, or 0 when it is not one that YAML allows in a file.
std::size_t character_length(std::string_view text, std::size_t at) {
  const auto first = static_cast<unsigned char>(text[at]);
  if (first < 0x80)
    return (first >= 0x20 && first != 0x7F) || first == '\t' || first == '\n' || first == '\r' ? 1 : 0;
  const std::size_t length = first >= 0xF5   ? 0
                             : first >= 0xF0 ? 4
                             : first >= 0xE0 ? 3
                             : first >= 0xC2 ? 2
                                             : 0;
  if (length == 0 || at + length > text.size()) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if (!is_continuation(text[at + i])) return 0;
  }
  const auto second = static_cast<unsigned char>(text[at + 1]);
  const bool is_overlong = (first == 0xE0 && second < 0xA0) || (first == 0xF0 && second < 0x90);
  const bool is_surrogate = first == 0xED && second >= 0xA0;
  const bool is_past_the_end = first == 0xF4 && second >= 0x90;
  return is_overlong || is_surrogate || is_past_the_end ? 0 : length;
}

/// A text with the places of its bytes.
class Source {
 public:
  Source(std::string_view text, const std::string& file) : text_(text), file_(file) {}

  Place place(std::size_t at) const {
    const std::string_view before = text_.substr(0, std::min(at, text_.size()));
    const std::size_t line_start = before.rfind('\n') + 1;  // npos + 1 is 0
    return place(1 + static_cast<int>(std::count(before.begin(), before.end(), '\n')),
                 before.substr(line_start));
  }
  /// Of what yaml-cpp points at. It counts from 0, columns in bytes.
  Place place(const YAML::Mark& mark) const {
    if (mark.is_null()) return {file_, 0, 0};
    const std::size_t at = std::min(position(mark), text_.size());
    const auto bytes = std::min(static_cast<std::size_t>(mark.column), at);
    return place(mark.line + 1, text_.substr(at - bytes, bytes));
  }
  /// The character that yaml-cpp points at; a newline past the end.
  char at(const YAML::Mark& mark) const {
    return position(mark) < text_.size() ? text_[position(mark)] : '\n';
  }
  std::string_view from(const YAML::Mark& mark) const {
    return text_.substr(std::min(position(mark), text_.size()));
  }
  /// The first tab in the indentation of the line that yaml-cpp points at.
  std::optional<std::size_t> tab_before(const YAML::Mark& mark) const {
    const std::size_t start = text_.substr(0, position(mark)).rfind('\n') + 1;
    const std::size_t tab = text_.find_first_not_of(' ', start);
    return tab < text_.size() && text_[tab] == '\t' ? std::optional(tab) : std::nullopt;
  }

 private:
  static std::size_t position(const YAML::Mark& mark) {
    return static_cast<std::size_t>(std::max(mark.pos, 0));
  }
  Place place(int line, std::string_view line_before) const {
    const auto characters =
        std::count_if(line_before.begin(), line_before.end(), [](char c) { return !is_continuation(c); });
    return {file_, line, 1 + static_cast<int>(characters)};
  }

  std::string_view text_;
  const std::string& file_;
};

/// yaml-cpp does not notice a quote that stays open until the end of the file.
bool is_closed(std::string_view quoted) {
  const char quote = quoted.front();
  for (std::size_t i = 1; i < quoted.size(); ++i) {
    if (quote == '"' && quoted[i] == '\\') {
      ++i;
    } else if (quoted[i] == quote) {
      if (quote == '"' || i + 1 == quoted.size() || quoted[i + 1] != quote) return true;
      ++i;
    }
  }
  return false;
}

bool is_null_word(std::string_view text) {
  for (const std::string_view word : {"~", "null", "Null", "NULL"}) {
    if (!text.starts_with(word)) continue;
    return text.size() == word.size() || std::string_view(" \t\r\n,]}:").contains(text[word.size()]);
  }
  return false;
}

/// Builds the tree from yaml-cpp's events. The first thing that is wrong is kept, the rest of the events is
/// only followed.
class TreeBuilder : public YAML::EventHandler {
 public:
  explicit TreeBuilder(const Source& source) : source_(source) {}

  Tree take_root() { return std::move(root_); }
  bool has_root() const { return has_root_; }
  const std::optional<kernel::Error>& error() const { return error_; }
  /// Only counts when the rest of the file was YAML: a list that stays open looks like a missing colon, too.
  const std::optional<kernel::Error>& weak_error() const { return weak_error_; }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (++documents_ == 1) return;
    if (source_.from(mark).starts_with("---"))
      return fail(mark, "a second document begins here; a file holds one");
    fail(mark, "this does not belong to what is above; is the indentation right?");
  }
  void OnDocumentEnd() override {}

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t /*anchor*/) override {
    fail(mark, "aliases (*name) are not read; write the value out");
    add(tree_at(mark, Tree::Kind::Null), mark, true);
  }
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    refuse_properties(mark, "?", anchor);
    if (!frames_.empty() && frames_.back().tree.kind == Tree::Kind::List && source_.at(mark) == ',') {
      fail(mark, "there is nothing before this comma");
    }
    add(tree_at(mark, Tree::Kind::Null), mark, is_null_word(source_.from(mark)));
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& text) override {
    const char first = source_.at(mark);
    const bool is_quoted = tag == "!" && (first == '"' || first == '\'' || first == '|' || first == '>');
    refuse_properties(mark, is_quoted ? "?" : tag, anchor);
    if (is_quoted && (first == '"' || first == '\'') && !is_closed(source_.from(mark))) {
      fail(mark, "this quote is never closed");
    }
    check_indent(mark);
    Tree tree = tree_at(mark, Tree::Kind::Scalar);
    tree.scalar = text;
    tree.quoted = is_quoted;
    add(std::move(tree), mark, true);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value style) override {
    start(Tree::Kind::List, mark, tag, anchor, style);
  }
  void OnSequenceEnd() override { end(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value style) override {
    start(Tree::Kind::Map, mark, tag, anchor, style);
  }
  void OnMapEnd() override { end(); }

 private:
  struct Frame {
    Tree tree;
    YAML::Mark mark;
    bool is_block;
    std::optional<Tree> key{};  ///< Of a map: read, its value not yet.
    YAML::Mark key_mark{};
  };

  void fail(const YAML::Mark& mark, std::string message) {
    if (!error_)
      error_ = kernel::Error{kernel::ErrorCode::Invalid, std::move(message), source_.place(mark).text()};
  }

  Tree tree_at(const YAML::Mark& mark, Tree::Kind kind) const {
    Tree tree;
    tree.place = source_.place(mark);
    tree.kind = kind;
    return tree;
  }

  void refuse_properties(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
    if (anchor != 0) fail(mark, "anchors (&name) are not read; write the value out where it is used");
    if (!tag.empty() && tag != "?") fail(mark, "tags (!name) are not read");
  }

  void start(Tree::Kind kind, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
             YAML::EmitterStyle::value style) {
    refuse_properties(mark, tag, anchor);
    const bool is_block = style == YAML::EmitterStyle::Block;
    if (!is_block) check_indent(mark);
    frames_.push_back({tree_at(mark, kind), mark, is_block});
  }
  void end() {
    CHECK(!frames_.empty());
    Frame frame = std::move(frames_.back());
    frames_.pop_back();
    add(std::move(frame.tree), frame.mark, true);
  }

  /// A value that is not written is the nothing after "key:" or "-".
  void add(Tree tree, const YAML::Mark& mark, bool is_written) {
    if (frames_.empty()) {
      if (documents_ == 1) root_ = std::move(tree);
      has_root_ = has_root_ || is_written;
      return;
    }
    Frame& frame = frames_.back();
    if (frame.tree.kind == Tree::Kind::List) {
      frame.tree.items.push_back(std::move(tree));
    } else if (!frame.key) {
      check_key(frame, tree, mark);
      frame.key = std::move(tree);
      frame.key_mark = mark;
    } else {
      if (!is_written || mark.pos == frame.key_mark.pos) {
        check_colon(frame, mark);
        tree.place = frame.key->place;
      }
      frame.tree.entries.push_back(
          {std::move(frame.key->scalar), std::move(frame.key->place), std::move(tree)});
      frame.key.reset();
    }
  }

  void check_key(const Frame& frame, const Tree& key, const YAML::Mark& mark) {
    if (key.kind != Tree::Kind::Scalar) return fail(mark, "a key has to be plain text");
    if (key.scalar == "<<" && !key.quoted)
      return fail(mark, "merge keys (<<) are not read; write the keys out");
    for (const Tree::Entry& entry : frame.tree.entries) {
      if (entry.key != key.scalar) continue;
      return fail(mark, "duplicate key '" + key.scalar + "'; the first is at " + entry.key_place.text());
    }
  }

  /// yaml-cpp takes a scalar on the next line as the value of a key however far to the left it stands.
  void check_indent(const YAML::Mark& mark) {
    if (frames_.empty() || !frames_.back().is_block || !frames_.back().key) return;
    const Frame& frame = frames_.back();
    if (mark.line == frame.key_mark.line || mark.column > frame.mark.column) return;
    fail(mark, "the value of '" + frame.key->scalar + "' has to be indented further than the key");
  }

  /// "key" or "key:5" alone on its line: yaml-cpp reads both as a key without a value.
  void check_colon(const Frame& frame, const YAML::Mark& mark) {
    const bool is_joined = !frame.key->quoted && frame.key->scalar.find(':') != std::string::npos;
    if (weak_error_ || (mark.pos != frame.key_mark.pos && !is_joined)) return;
    const std::string missing =
        is_joined ? "a space is missing after the colon of '" : "a colon is missing after '";
    weak_error_ =
        kernel::Error{kernel::ErrorCode::Invalid, missing + frame.key->scalar + "'", frame.key->place.text()};
  }

  const Source& source_;
  std::vector<Frame> frames_;
  Tree root_;
  bool has_root_ = false;
  int documents_ = 0;
  std::optional<kernel::Error> error_;
  std::optional<kernel::Error> weak_error_;
};

/// yaml-cpp's words where they do not help, and ours.
struct Wording {
  std::string_view theirs;
  std::string_view ours;
};
constexpr std::string_view kTabWords = "a tab in the indentation; YAML wants spaces";
constexpr std::array<Wording, 16> kWordings = {{
    {"illegal tab when looking for indentation", kTabWords},
    {"end of map not found",
     "this does not fit into the map above; is the indentation right, or a quote missing?"},
    {"end of sequence not found", "this does not fit into the list above; is the indentation right?"},
    {"end of map flow not found", "a comma or the closing } is missing before this"},
    {"end of sequence flow not found", "a comma or the closing ] is missing before this"},
    {"illegal map value", "a colon does not fit here; text with ': ' in it needs quotes"},
    {"illegal block entry", "a list item does not fit here; begin the list on a line of its own"},
    {"illegal flow end", "this bracket closes nothing"},
    {"unknown token", "text must not begin with this character; put it in quotes"},
    {"alias not found after *", "text must not begin with a star; put it in quotes"},
    {"anchor not found after &", "text must not begin with an ampersand; put it in quotes"},
    {"unknown escape character",
     "an escape that YAML does not know; a backslash is written \\\\ between double quotes"},
    {"invalid unicode", "an escape that is no character; write the character itself"},
    {"illegal EOF in scalar", "the file ends within quotes"},
    {"bad file", "too many lists and maps inside each other"},
    {"the referenced anchor is not defined", "aliases (*name) are not read; write the value out"},
}};

kernel::Error yaml_error(const YAML::Exception& error, const Source& source) {
  if (error.msg.starts_with("illegal map value") || error.msg.starts_with("illegal block entry")) {
    if (const auto tab = source.tab_before(error.mark)) {
      return {kernel::ErrorCode::Invalid, std::string(kTabWords), source.place(*tab).text()};
    }
  }
  std::string message = "not valid YAML: " + error.msg;
  for (const Wording& wording : kWordings) {
    if (error.msg.starts_with(wording.theirs)) message = wording.ours;
  }
  return {kernel::ErrorCode::Invalid, std::move(message), source.place(error.mark).text()};
}

}  // namespace

std::string Place::text() const {
  return line == 0 ? file : file + ":" + std::to_string(line) + ":" + std::to_string(column);
}

const Tree* Tree::find(std::string_view key) const {
  for (const Entry& entry : entries) {
    if (entry.key == key) return &entry.value;
  }
  return nullptr;
}

kernel::Result<Tree> read_tree(std::string_view text, const std::string& file_name) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  const Source source(text, file_name);
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = character_length(text, at);
    if (length == 0) return kernel::invalid("a byte that is not UTF-8 text", source.place(at).text());
    // yaml-cpp skips every line that looks like a directive, content included.
    if (text[at] == '%' && (at == 0 || text[at - 1] == '\n')) {
      return kernel::invalid("directives (%) are not read; a line must not begin with %",
                             source.place(at).text());
    }
    at += length;
  }
  TreeBuilder builder(source);
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    // Without the first condition yaml-cpp would find the same second document for ever in ": 1".
    while (!builder.error() && parser.HandleNextDocument(builder)) {
    }
  } catch (const YAML::Exception& error) {
    return std::unexpected(builder.error().value_or(yaml_error(error, source)));
  }
  if (builder.error()) return std::unexpected(*builder.error());
  if (builder.weak_error()) return std::unexpected(*builder.weak_error());
  if (!builder.has_root()) return kernel::invalid("the file is empty", file_name);
  return builder.take_root();
}

}  // namespace config
