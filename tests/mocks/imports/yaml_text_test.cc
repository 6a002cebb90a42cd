#include "mocks/imports/yaml_text.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "middleware/config/reader.h"

namespace mocks::imports {
namespace {

TEST(YamlText, ReadsBackAsTheSameValue) {
  const char* const cases[] = {
      R"({"a":{"b":[1,2.5,-3,true,null,"x"],"c":{},"d":[]}})",
      R"({"yes":"yes","no":"NO","n":"n","null":"null","empty":"","number":"12","time":"2026-01-05","tilde":"~"})",
      R"({"a: b":"a: b","# c":"x # y","- d":"- e","&f":"*g","!h":"%i","{j}":"[k]","l,m":"n, o","'p'":"\"q\"","@r":"`s"})",
      R"({"lines":"a\nb\n","tab":"a\tb","control":"\u0001\u007f","unicode":"Straße ✓","space":" x "})",
      R"([[1,[2,[3]]],{"a":[{"b":1},{"c":[{"d":2}]}]}])",
      R"({"large":18446744073709551615,"small":-9223372036854775808,"float":1e+30,"whole":1.0})",
      R"({"long":["aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb","c",[],{},[["dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd"]]]})",
      R"({"deep":{"deeper":{"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa":"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb","e":{"f":1}}}})",
  };
  for (const char* json : cases) {
    const kernel::Json value = *kernel::parse_json(json);
    const std::string text = yaml_text(value);
    SCOPED_TRACE(text);
    const auto read = config::read_text(text, "x.yaml", config::json());
    ASSERT_TRUE(read.has_value()) << read.error().text();
    EXPECT_EQ(read->dump(), value.dump());
  }
}

}  // namespace
}  // namespace mocks::imports
