#include "middleware/config/auth_shape.h"

#include <gtest/gtest.h>

#include "middleware/config/middleware_file.h"

namespace config {
namespace {

std::string with_auth(const std::string& auth) {
  return "apis:\n  erp: {auth: " + auth +
         "}\nflows:\n  - {event: E__e, steps: [{name: s, api: erp, path: /}]}\n";
}

/// "" when it is good.
std::string problems(const std::string& auth) {
  const auto tree = read_tree(with_auth(auth), "m.yaml");
  const auto file = read_middleware(*tree);
  return file ? "" : file.error().error().text();
}

struct Bad {
  const char* auth;
  const char* says;
};

TEST(AuthShape, NamesWhatIsWrong) {
  const Bad rows[] = {
      {"{}", "m.yaml:2:15: auth needs one of the keys 'bearer', 'header', 'basic' or 'oauth'"},
      {"{bearer: 'env:A', basic: {user: 'env:U', password: 'env:P'}}",
       "m.yaml:2:33: 'basic' cannot stand next to 'bearer' in auth"},
      {"{bearer: hunter2}", "m.yaml:2:24: 'bearer': a secret is named by a reference"},
      {"{bearer: 'env:'}", "a reference names nothing behind 'env:'"},
      {"{oauth: {client_id: 'env:I'}}", "m.yaml:2:23: OAuth needs the key 'client_secret'"},
      {"{oauth: {client_id: 'env:I', client_secret: 'env:S', token_api: erb}}",
       "m.yaml:2:8: api 'erp' takes its tokens from the unknown api 'erb'; did you mean 'erp'?"},
  };
  for (const Bad& row : rows) {
    const std::string found = problems(row.auth);
    EXPECT_NE(found.find(row.says), std::string::npos) << row.auth << "\n" << found;
    EXPECT_EQ(found.find("hunter2"), std::string::npos) << "it may be the secret itself";
  }
}

TEST(AuthShape, ReadsEveryKind) {
  const auto references = [](const std::string& auth) {
    const auto file = read_middleware(*read_tree(with_auth(auth), "m.yaml"));
    return service::references_of(*file->service.apis.at(0).auth);
  };
  using Texts = std::vector<std::string>;
  EXPECT_EQ(references("{bearer: 'file:/run/token'}"), Texts{"file:/run/token"});
  EXPECT_EQ(references("{header: {name: X-Key, value: 'ssm:/key'}}"), Texts{"ssm:/key"});
  EXPECT_EQ(references("{basic: {user: 'env:U', password: 'secretsmanager:p#/password'}}"),
            (Texts{"env:U", "secretsmanager:p#/password"}));
  EXPECT_EQ(references("{oauth: {client_id: 'env:I', client_secret: 'env:S', token_api: erp}}"),
            (Texts{"env:I", "env:S"}));
}

}  // namespace
}  // namespace config
