#include "middleware/config/tree.h"

#include <gtest/gtest.h>

namespace config {
namespace {

/// One line a value: its path of keys, place, and text; quoted scalars in quotes.
void write(const Tree& tree, const std::string& path, std::string& out) {
  out += path + " " + std::to_string(tree.place.line) + ":" + std::to_string(tree.place.column);
  switch (tree.kind) {
    case Tree::Kind::Null:
      out += " null\n";
      break;
    case Tree::Kind::Scalar:
      out += tree.quoted ? " \"" + tree.scalar + "\"\n" : " " + tree.scalar + "\n";
      break;
    case Tree::Kind::List: {
      out += " list\n";
      for (std::size_t i = 0; i < tree.items.size(); ++i)
        write(tree.items[i], path + "/" + std::to_string(i), out);
      break;
    }
    case Tree::Kind::Map:
      out += " map\n";
      for (const Tree::Entry& entry : tree.entries) write(entry.value, path + "/" + entry.key, out);
      break;
  }
}

std::string written(std::string_view text) {
  const kernel::Result<Tree> tree = read_tree(text, "f");
  if (!tree) return tree.error().text();
  std::string out;
  write(*tree, "", out);
  return out;
}

TEST(ReadTree, KeepsPlacesOrderAndQuotes) {
  const char* text = R"(# a scenario
name: orders
tags: [chaos, 'breaker', "5"]
nothing:
tilde: ~
given:
  rules:
    - {pattern: {a: [1]}, target: x}
    -
      target: |
        two
        lines
)";
  EXPECT_EQ(written(text), R"( 2:1 map
/name 2:7 orders
/tags 3:7 list
/tags/0 3:8 chaos
/tags/1 3:15 "breaker"
/tags/2 3:26 "5"
/nothing 4:1 null
/tilde 5:8 null
/given 7:3 map
/given/rules 8:5 list
/given/rules/0 8:7 map
/given/rules/0/pattern 8:17 map
/given/rules/0/pattern/a 8:21 list
/given/rules/0/pattern/a/0 8:22 1
/given/rules/0/target 8:35 x
/given/rules/1 10:7 map
/given/rules/1/target 10:15 "two
lines
"
)");
}

TEST(ReadTree, ReadsJson) {
  EXPECT_EQ(written("{\n\t\"a\": 1,\n\t\"b\":[true,null,\"x\\/\\u00e9\"]\n}\n"),
            " 1:1 map\n/a 2:7 1\n/b 3:6 list\n/b/0 3:7 true\n/b/1 3:12 null\n/b/2 3:17 \"x/é\"\n");
}

TEST(ReadTree, CountsColumnsInCharacters) {
  EXPECT_EQ(written("{é: ä, b: 1}"), " 1:1 map\n/é 1:5 ä\n/b 1:11 1\n");
  EXPECT_EQ(written("\xEF\xBB\xBF"
                    "a: 1\r\nb: 2\r\n"),
            " 1:1 map\n/a 1:4 1\n/b 2:4 2\n");
}

TEST(ReadTree, ListsMayStandUnderTheirKey) {
  EXPECT_EQ(written("a:\n- 1\nb:\n  c\n? d\n: e\n"),
            " 1:1 map\n/a 2:1 list\n/a/0 2:3 1\n/b 4:3 c\n/d 6:3 e\n");
}

TEST(ReadTree, SaysWhereAFileIsNotStrictYaml) {
  struct Case {
    const char* text;
    const char* error;
  };
  const Case cases[] = {
      {"", "f: the file is empty"},
      {"# only a comment\n", "f: the file is empty"},
      {"---\n", "f: the file is empty"},
      {"a: 1\nb: 2\na: 3\n", "f:3:1: duplicate key 'a'; the first is at f:1:1"},
      {"x:\n  - {b: 1, \"b\": 2}\n", "f:2:12: duplicate key 'b'; the first is at f:2:6"},
      {"a: {x: 1}\nb:\n  <<: {y: 2}\n", "f:3:3: merge keys (<<) are not read; write the keys out"},
      {"a: &one 1\n", "f:1:4: anchors (&name) are not read; write the value out where it is used"},
      {"a: &one {x: 1}\n", "f:1:4: anchors (&name) are not read; write the value out where it is used"},
      {"a: &one\nb: 1\n", "f:1:4: anchors (&name) are not read; write the value out where it is used"},
      {"a: 1\nb: *one\n", "f:2:4: aliases (*name) are not read; write the value out"},
      {"a: *\n", "f:1:5: text must not begin with a star; put it in quotes"},
      {"a: !!str 5\n", "f:1:4: tags (!name) are not read"},
      {"a: ! 5\n", "f:1:4: tags (!name) are not read"},
      {"a: !thing {b: 1}\n", "f:1:4: tags (!name) are not read"},
      {"a: !thing \"b\"\n", "f:1:4: tags (!name) are not read"},
      {"a: 1\n---\nb: 2\n", "f:2:1: a second document begins here; a file holds one"},
      {"  a: 1\nb: 2\n", "f:2:1: this does not belong to what is above; is the indentation right?"},
      {"{\"a\": 1} x\n", "f:1:10: this does not belong to what is above; is the indentation right?"},
      {"[a, b]: 1\n", "f:1:1: a key has to be plain text"},
      {"? {a: 1}\n: 2\n", "f:1:3: a key has to be plain text"},
      {"null: 1\n", "f:1:1: a key has to be plain text"},
      {"a: 1\n\tb: 2\n", "f:2:1: a tab in the indentation; YAML wants spaces"},
      {"a:\n\tb: 2\n", "f:2:1: a tab in the indentation; YAML wants spaces"},
      {"a:\n  \t- 2\n", "f:2:3: a tab in the indentation; YAML wants spaces"},
      {"%YAML 1.2\n---\na: 1\n", "f:1:1: directives (%) are not read; a line must not begin with %"},
      {"a: 1\n%b: 2\n", "f:2:1: directives (%) are not read; a line must not begin with %"},
      {"a:\nb\n", "f:2:1: a colon is missing after 'b'"},
      {"a:\n'b'\n", "f:2:1: the value of 'a' has to be indented further than the key"},
      {"a: \"b", "f:1:6: the file ends within quotes"},
      {"- a:\n  [b]\n", "f:2:3: the value of 'a' has to be indented further than the key"},
      {"a: 1\nnull b\n", "f:2:1: a colon is missing after 'null b'"},
      {": 1\n", "f:1:1: a key has to be plain text"},
      {"a: 1\nb\n", "f:2:1: a colon is missing after 'b'"},
      {"a: 1\nb:2\n", "f:2:1: a space is missing after the colon of 'b:2'"},
      {"{a:1}\n", "f:1:2: a space is missing after the colon of 'a:1'"},
      {"a: b: c\n", "f:1:5: a colon does not fit here; text with ': ' in it needs quotes"},
      {"a: [1, 2\n", "f:2:1: a comma or the closing ] is missing before this"},
      {"a: {x: 1\n", "f:2:1: a comma or the closing } is missing before this"},
      {"a: [1,,2]\n", "f:1:7: there is nothing before this comma"},
      {"a: ]\n", "f:1:4: this bracket closes nothing"},
      {"a: \"x\n", "f:1:4: this quote is never closed"},
      {"a: 'it''s\n", "f:1:4: this quote is never closed"},
      {"a: 'x' y\n",
       "f:1:8: this does not fit into the map above; is the indentation right, or a quote missing?"},
      {"a: 1 # c\n  b: 2\n",
       "f:2:3: this does not fit into the map above; is the indentation right, or a quote missing?"},
      {"a: @x\n", "f:1:4: text must not begin with this character; put it in quotes"},
      {"a: - x\n", "f:1:4: a list item does not fit here; begin the list on a line of its own"},
      {"a: \"\\q\"\n",
       "f:1:7: an escape that YAML does not know; a backslash is written \\\\ between double quotes"},
      {"a: \"\\ud83d\\ude00\"\n", "f:1:11: an escape that is no character; write the character itself"},
      {"a: \xC3\xA9\nb: \xFF\n", "f:2:4: a byte that is not UTF-8 text"},
      {"a: \xED\xA0\x80\n", "f:1:4: a byte that is not UTF-8 text"},
      {"a: \x04\n", "f:1:4: a byte that is not UTF-8 text"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.text);
    EXPECT_EQ(written(c.text), c.error);
  }
}

TEST(ReadTree, EndsWhateverItIsGiven) {
  EXPECT_FALSE(read_tree(std::string(100'000, '['), "f").has_value());
  EXPECT_FALSE(read_tree(std::string(100'000, '{'), "f").has_value());
  const std::string good = "a: [1, {b: \"c\\n\", 'd''e': |\n }]\nf:\n  - &x *y !z <<: 1\n  - ? g\n";
  for (std::size_t from = 0; from < good.size(); ++from) {
    for (std::size_t length = 0; from + length <= good.size(); ++length) {
      const std::string piece = good.substr(from, length);
      const kernel::Result<Tree> tree = read_tree(piece, "f");
      if (!tree) {
        EXPECT_FALSE(tree.error().message.empty()) << piece;
      }
    }
  }
}

TEST(ReadTree, FindsKeys) {
  const kernel::Result<Tree> tree = read_tree("a: 1\nb: 2\n", "f");
  ASSERT_TRUE(tree.has_value());
  ASSERT_NE(tree->find("b"), nullptr);
  EXPECT_EQ(tree->find("b")->scalar, "2");
  EXPECT_EQ(tree->find("c"), nullptr);
  EXPECT_EQ(tree->find("b")->place.text(), "f:2:4");
}

}  // namespace
}  // namespace config
