// The shape of a stub's contract, and of JSON Schemas in mock files.
#include <nlohmann/json.hpp>

#include "emulator/runner/mock_shapes.h"
#include "mocks/stubs/contract.h"

namespace emulator::runner {
namespace {

using config::boolean;
using config::choice;
using config::integer;
using config::list_of;
using config::mapped;
using config::non_empty_text;
using config::object;
using config::Shape;
using mocks::stubs::BodyRule;
using mocks::stubs::ContractSpec;
using mocks::stubs::ParameterPlace;
using mocks::stubs::ParameterRule;

Shape<ParameterRule> parameter_shape() {
  return object<ParameterRule>("a parameter", "What a value of the request must be.")
      .required("in", &ParameterRule::place,
                choice<ParameterPlace>({{"path", ParameterPlace::Path},
                                        {"query", ParameterPlace::Query},
                                        {"header", ParameterPlace::Header},
                                        {"cookie", ParameterPlace::Cookie}}),
                "Where it stands.")
      .required("name", &ParameterRule::name, non_empty_text(), "Its name.")
      .optional("required", &ParameterRule::is_required, boolean(), "It has to be there.")
      .optional("list", &ParameterRule::is_list, boolean(), "Its values are the items of a list.")
      .optional("commas", &ParameterRule::has_commas, boolean(), "The items stand in one text, with commas.")
      .optional("schema", &ParameterRule::schema, schema_shape(),
                "JSON Schema of the text, or of the number or boolean that it is.")
      .requires_key("commas", {"list"})
      .done();
}

Shape<BodyRule> body_shape() {
  return object<BodyRule>("a body", "What the request's body must be.")
      .optional("required", &BodyRule::is_required, boolean(), "It has to be there.")
      .optional("content_types", &BodyRule::content_types, list_of(non_empty_text(), 1),
                "In small letters; another one is 415.")
      .optional("schema", &BodyRule::schema, schema_shape(), "JSON Schema of a JSON body.")
      .done();
}

}  // namespace

Shape<std::shared_ptr<const ingest::Schema>> schema_shape() {
  using Compiled = std::shared_ptr<const ingest::Schema>;
  return mapped<Compiled>(config::json(),
                          [](const kernel::Json& value) -> kernel::Result<Compiled> {
                            auto compiled = ingest::Schema::compile(value);
                            if (compiled) return std::move(*compiled);
                            const auto& [pointer, message] = compiled.error();
                            return kernel::invalid("the schema at '" + pointer + "': " + message);
                          },
                          {.wants = "a JSON Schema of draft 7"});
}

Shape<std::shared_ptr<const ContractSpec>> contract_shape() {
  using Shared = std::shared_ptr<const ContractSpec>;
  return mapped<Shared>(
      object<ContractSpec>("a contract",
                           "What a request has to keep, else it is refused before anything is done.")
          .optional("parameters", &ContractSpec::parameters, list_of(parameter_shape()),
                    "Checked in this order.")
          .optional("body", &ContractSpec::body, body_shape(), "Checked behind the parameters.")
          .optional("status", &ContractSpec::status, integer(400, 499),
                    "Of a refusal: a problem that says where.")
          .done(),
      [](const ContractSpec& spec) -> kernel::Result<Shared> {
        return std::make_shared<const ContractSpec>(spec);
      });
}

}  // namespace emulator::runner
