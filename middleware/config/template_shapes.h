#pragma once
// The shapes of texts with `${...}`, of JSON made of them, and of expressions. An unknown function gets a
// suggestion; in JSON the place is that of the text that is wrong. For the sources of this folder.
#include "middleware/config/reader.h"
#include "middleware/kernel/templates.h"

namespace config {

Shape<kernel::TextTemplate> text_template();
Shape<kernel::JsonTemplate> json_template();
/// `description` goes to the schema.
Shape<kernel::Expression> expression(std::string description);

/// Of a request.
Shape<std::string> method_shape();

}  // namespace config
