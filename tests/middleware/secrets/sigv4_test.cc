#include "middleware/secrets/sigv4.h"

#include <gtest/gtest.h>

#include "middleware/kernel/hmac.h"

namespace {

using namespace std::chrono_literals;

constexpr const char* kSecret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const secrets::SigningKeys kKeys{.access_key_id = "AKIDEXAMPLE", .secret_access_key = kSecret};
const kernel::WallTime kNow =
    std::chrono::sys_days{std::chrono::year{2015} / 8 / 30} + std::chrono::hours{12} + 36min;

kernel::HttpRequest vanilla(std::string method, std::string target) {
  return {.method = std::move(method),
          .host = "example",
          .target = std::move(target),
          .headers = {{"Host", "example.amazonaws.com"}}};
}

TEST(SigV4, SignsAsThePublishedExamplesDo) {
  struct Case {
    const char* name;
    kernel::HttpRequest request;
    secrets::SigningScope scope;
    const char* signature;
  };
  kernel::HttpRequest users{
      .method = "GET",
      .target = "/?Action=ListUsers&Version=2010-05-08",
      .headers = {{"Host", "iam.amazonaws.com"},
                  {"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"}}};
  const Case cases[] = {
      {"get-vanilla",
       vanilla("GET", "/"),
       {"us-east-1", "service"},
       "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
      {"post-vanilla",
       vanilla("POST", "/"),
       {"us-east-1", "service"},
       "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"},
      {"ListUsers of IAM",
       users,
       {"us-east-1", "iam"},
       "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    kernel::HttpRequest request = c.request;
    secrets::sign(request, kKeys, c.scope, kNow);
    const auto claim = secrets::read_claim(request.headers.get("Authorization"));
    ASSERT_TRUE(claim) << request.headers.get("Authorization");
    EXPECT_EQ(claim->signature, c.signature);
    EXPECT_EQ(claim->access_key_id, "AKIDEXAMPLE");
    EXPECT_EQ(request.headers.get("X-Amz-Date"), "20150830T123600Z");
  }
}

TEST(SigV4, KnowsItsOwnSignatureAndNoOther) {
  kernel::HttpRequest good = vanilla("POST", "/events?b=2&a=x%20y");
  good.headers.add("ce-id", "  an   event ");
  good.body = "{}";
  secrets::sign(good, kKeys, {"eu-central-1", "relayrig"}, kNow);
  const auto changed = [&good](const std::function<void(kernel::HttpRequest&)>& change) {
    kernel::HttpRequest request = good;
    change(request);
    return request;
  };
  struct Case {
    const char* name;
    kernel::HttpRequest request;
    const char* secret;
    bool is_right;
  };
  const Case cases[] = {
      {"as sent", good, kSecret, true},
      {"the order of the query says nothing", changed([](auto& r) { r.target = "/events?a=x%20y&b=2"; }),
       kSecret, true},
      {"a header that is not signed", changed([](auto& r) { r.headers.add("X-Other", "1"); }), kSecret, true},
      {"another secret", good, "wJalrXUtnFEMI", false},
      {"another body", changed([](auto& r) { r.body = "[]"; }), kSecret, false},
      {"another path", changed([](auto& r) { r.target = "/admin?b=2&a=x%20y"; }), kSecret, false},
      {"another method", changed([](auto& r) { r.method = "PUT"; }), kSecret, false},
      {"another event", changed([](auto& r) { r.headers.set("ce-id", "other"); }), kSecret, false},
      {"another date", changed([](auto& r) { r.headers.set("X-Amz-Date", "20150831T123600Z"); }), kSecret,
       false},
  };
  const auto claim = secrets::read_claim(good.headers.get("Authorization"));
  ASSERT_TRUE(claim);
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(secrets::is_signature_right(c.request, *claim, c.secret), c.is_right);
  }
  auto bare = *claim;
  bare.signed_headers = {"x-amz-date"};
  EXPECT_FALSE(secrets::is_signature_right(good, bare, kSecret)) << "host has to be signed";
}

TEST(SigV4, ReadsWhenARequestWasSigned) {
  kernel::HttpRequest request = vanilla("GET", "/");
  secrets::sign(request, kKeys, {"us-east-1", "service"}, kNow);
  EXPECT_EQ(secrets::signed_at(request), kNow);
  for (const char* wrong : {"", "2015-08-30", "20150830X123600Z", "20159930T123600Z"}) {
    request.headers.set("X-Amz-Date", wrong);
    EXPECT_FALSE(secrets::signed_at(request)) << wrong;
  }
}

TEST(SigV4, RefusesClaimsThatAreNotWholeAndDoesNotQuoteThem) {
  for (const char* text :
       {"", "Bearer s3cr3t-token", "AWS4-HMAC-SHA256 ",
        "AWS4-HMAC-SHA256 Credential=s3cr3t-id/20150830/us-east-1",
        "AWS4-HMAC-SHA256 Credential=A/20150830/us-east-1/s/aws4_request, SignedHeaders=host"}) {
    SCOPED_TRACE(text);
    const auto claim = secrets::read_claim(text);
    ASSERT_FALSE(claim);
    EXPECT_EQ(claim.error().text().find("s3cr3t"), std::string::npos);
  }
}

TEST(ConstantTime, ComparesLikeAnyOther) {
  EXPECT_TRUE(kernel::equal_in_constant_time("", ""));
  EXPECT_TRUE(kernel::equal_in_constant_time("token", "token"));
  EXPECT_FALSE(kernel::equal_in_constant_time("token", "tokem"));
  EXPECT_FALSE(kernel::equal_in_constant_time("token", "token "));
  EXPECT_FALSE(kernel::equal_in_constant_time("token", ""));
}

}  // namespace
