#include "middleware/config/template_shapes.h"

#include <nlohmann/json.hpp>

#include "middleware/config/leaf.h"
#include "middleware/config/suggest.h"

namespace config {
namespace {

using kernel::Expression;
using kernel::JsonTemplate;
using kernel::Language;
using kernel::TextTemplate;

/// NotFound: the place is the name of a function that nobody knows.
kernel::Error with_suggestion(const kernel::Error& error) {
  if (error.code != kernel::ErrorCode::NotFound) return error;
  return {.message = error.message + did_you_mean_text(error.place, kernel::function_names())};
}

template <class T>
kernel::Result<T> suggesting(kernel::Result<T> result) {
  if (!result) return std::unexpected(with_suggestion(result.error()));
  return result;
}

class JsonTemplateShape : public ShapeOf<JsonTemplate> {
 public:
  void read(const Tree& tree, JsonTemplate& out, Problems& problems) const override {
    const std::size_t before = problems.count();
    kernel::Json value;
    json_->read(tree, value, problems);
    read_texts(tree, problems);
    if (problems.count() != before) return;
    out = JsonTemplate::compile(value, Language::Expressions).value();
  }
  JsonPtr schema(Definitions&) const override {
    return json_ptr({{"description",
                      "JSON in whose strings ${...} reads the event and earlier answers; alone it keeps "
                      "its type."}});
  }
  std::string wants() const override { return "any value"; }

 private:
  static void read_texts(const Tree& tree, Problems& problems) {
    for (const Tree& item : tree.items) read_texts(item, problems);
    for (const Tree::Entry& entry : tree.entries) read_texts(entry.value, problems);
    const std::string* text = text_of(tree);
    if (tree.kind != Tree::Kind::Scalar || text == nullptr) return;
    const auto compiled = TextTemplate::compile(*text, Language::Expressions);
    if (!compiled) detail::add_refused(tree, with_suggestion(compiled.error()).message, problems);
  }

  Shape<kernel::Json> json_ = json();
};

}  // namespace

Shape<TextTemplate> text_template() {
  return mapped<TextTemplate>(
      text(),
      [](const std::string& value) {
        return suggesting(TextTemplate::compile(value, Language::Expressions));
      },
      {.description =
           "Text in which ${/Field__c} reads the event, ${step/field} an answer, and ${upper(/Field__c)} "
           "is a function of it."});
}

Shape<JsonTemplate> json_template() { return std::make_shared<const JsonTemplateShape>(); }

Shape<Expression> expression(std::string description) {
  return mapped<Expression>(non_empty_text(),
                            [](const std::string& value) { return suggesting(Expression::compile(value)); },
                            {.description = std::move(description)});
}

Shape<std::string> method_shape() {
  return choice<std::string>(
      {{"GET", "GET"}, {"POST", "POST"}, {"PUT", "PUT"}, {"PATCH", "PATCH"}, {"DELETE", "DELETE"}});
}

}  // namespace config
