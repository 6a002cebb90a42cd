#include "emulator/runner/process_instances.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace emulator::runner {
namespace {

TEST(DeploymentText, PutsAddressesAndAStoreOfItsOwnIntoTheFile) {
  struct Case {
    const char* name;
    const char* file;
    const char* deployed;
  };
  const Case cases[] = {
      {"an API that is served here", R"({"apis":{"erp":{"timeout":"5s"}}})",
       R"({"apis":{"erp":{"timeout":"5s","url":"http://127.0.0.1:1"}}})"},
      {"an API that says nothing of itself", R"({"apis":{"erp":null}})",
       R"({"apis":{"erp":{"url":"http://127.0.0.1:1"}}})"},
      {"what the file says is for the cloud", R"({"apis":{"erp":{"url":"https://erp.example"}}})",
       R"({"apis":{"erp":{"url":"http://127.0.0.1:1"}}})"},
      {"an API that is not served here", R"({"apis":{"crm":{"url":"https://crm.example"}}})",
       R"({"apis":{"crm":{"url":"https://crm.example"}}})"},
      {"a store on disk", R"({"inbox":{"answer":"accepted","store":{"sqlite":"events.db"}}})",
       R"({"inbox":{"answer":"accepted","store":{"sqlite":"/tmp/middleware-2.db"}}})"},
      {"a store in memory", R"({"inbox":{"store":"memory"}})", R"({"inbox":{"store":"memory"}})"},
      {"a shared store", R"({"inbox":{"store":{"postgres":"env:DATABASE_URL"}}})",
       R"({"inbox":{"store":{"postgres":"env:DATABASE_URL"}}})"},
      {"nothing to change", R"({"name":"orders"})", R"({"name":"orders"})"},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(
        kernel::Json::parse(deployment_text(c.file, {{"erp", "http://127.0.0.1:1"}}, "/tmp/middleware-2.db")),
        kernel::Json::parse(c.deployed))
        << c.name;
  }
}

}  // namespace
}  // namespace emulator::runner
