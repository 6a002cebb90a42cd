#include <openssl/evp.h>
#include <openssl/pem.h>

#include "emulator/salesforce_edge/jwt.h"
#include "middleware/kernel/base64.h"
#include "middleware/kernel/digest.h"
#include "middleware/kernel/hmac.h"
#include "tests/emulator/salesforce_edge/salesforce_edge_support.h"

namespace salesforce_edge_tests {
namespace {

TEST(Hmac, IsThatOfTheStandard) {
  // RFC 4231, test cases 2 and 6: a short key, and one that is longer than a block.
  const auto hex = [](const std::array<std::uint8_t, 32>& d) { return kernel::to_hex(d.data(), d.size()); };
  EXPECT_EQ(hex(kernel::hmac_sha256("Jefe", "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(hex(kernel::hmac_sha256(std::string(131, '\xaa'),
                                    "Test Using Larger Than Block-Size Key - Hash Key First")),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST(OAuth, APasswordGivesATokenThatWorks) {
  Rig rig;
  const Json login = rig.log_in();
  const std::string org = rig.org.org_id();
  const std::string id = login["id"];
  EXPECT_TRUE(id.starts_with(kBase + "/id/" + org + "/005")) << id;
  EXPECT_EQ(login["instance_url"], kBase);
  EXPECT_EQ(login["token_type"], "Bearer");
  EXPECT_EQ(login["issued_at"], "1767603600000");
  const std::string token = login["access_token"];
  EXPECT_TRUE(token.starts_with(org.substr(0, 15) + "!")) << token;
  const HttpResponse answer = rig.api(token, "GET", "");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(parsed(answer)["identity"], id);
}

TEST(OAuth, EveryFlowLogsIn) {
  Rig rig;
  const Json client = rig.log_in("grant_type=client_credentials&client_id=3MVG9&client_secret=hush");
  EXPECT_EQ(rig.api(client["access_token"], "GET", "").status, 200);
  EXPECT_FALSE(client.contains("refresh_token"));
  const std::string refresh = rig.log_in()["refresh_token"];
  const Json refreshed = rig.log_in("grant_type=refresh_token&client_id=3MVG9&refresh_token=" + refresh);
  EXPECT_EQ(rig.api(refreshed["access_token"], "GET", "").status, 200);
  const HttpResponse basic =
      rig.send({.method = "POST",
                .target = "/services/oauth2/token",
                .headers = {{"Authorization", "Basic " + kernel::base64("3MVG9:hush")}},
                .body = "grant_type=client_credentials"});
  EXPECT_EQ(basic.status, 200) << basic.body;
}

TEST(OAuth, RefusesInTheServicesWords) {
  struct Case {
    const char* body;
    const char* error;
  };
  const Case cases[] = {
      {"grant_type=password&username=ann%40example.com&password=secret&client_id=3MVG9&client_secret=hush",
       "invalid_grant"},
      {"grant_type=password&username=bob&password=secretTOKEN&client_id=3MVG9&client_secret=hush",
       "invalid_grant"},
      {"grant_type=password&username=gone%40example.com&password=secret&client_id=3MVG9&client_secret=hush",
       "inactive_user"},
      {"grant_type=password&username=ann%40example.com&password=secretTOKEN&client_id=nope",
       "invalid_client_id"},
      {"grant_type=password&username=ann%40example.com&password=secretTOKEN&client_id=3MVG9",
       "invalid_client"},
      {"grant_type=client_credentials&client_id=3MVG8&client_secret=hush", "invalid_grant"},
      {"grant_type=refresh_token&refresh_token=nope&client_id=3MVG9", "invalid_grant"},
      {"grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=a.b", "invalid_grant"},
      {"grant_type=authorization_code&code=x", "unsupported_grant_type"},
      {"", "unsupported_grant_type"},
  };
  Rig rig;
  for (const Case& c : cases) {
    SCOPED_TRACE(c.body);
    const HttpResponse answer = rig.form("/services/oauth2/token", c.body);
    EXPECT_EQ(answer.status, 400);
    EXPECT_EQ(parsed(answer)["error"], c.error) << answer.body;
  }
}

TEST(OAuth, ATokenDiesAtItsTime) {
  Rig rig;
  const std::string token = rig.token();
  rig.run_for(2h - 1ns);
  EXPECT_EQ(rig.api(token, "GET", "/limits").status, 200);
  rig.run_for(1ns);
  const HttpResponse answer = rig.api(token, "GET", "/limits");
  EXPECT_EQ(answer.status, 401);
  EXPECT_EQ(answer.body,
            R"([{"errorCode":"INVALID_SESSION_ID","message":"Session expired or invalid","fields":[]}])");
}

TEST(OAuth, ARevokedTokenIsDead) {
  Rig rig;
  const std::string token = rig.token();
  EXPECT_EQ(rig.form("/services/oauth2/introspect", "client_id=3MVG9&client_secret=hush&token=" + token).body,
            R"({"active":true,"scope":"api refresh_token","client_id":"3MVG9","username":"ann@example.com",)"
            R"("token_type":"access_token","exp":1767610800})");
  EXPECT_EQ(rig.form("/services/oauth2/revoke", "token=" + token).status, 200);
  EXPECT_EQ(rig.api(token, "GET", "").status, 401);
  EXPECT_EQ(rig.form("/services/oauth2/introspect", "client_id=3MVG9&client_secret=hush&token=" + token).body,
            R"({"active":false})");
}

TEST(OAuth, TheIdUrlTellsWhoTheUserIs) {
  Rig rig;
  const Json login = rig.log_in();
  const std::string id = std::string(login["id"]).substr(kBase.size());
  const std::string token = login["access_token"];
  const Json who = parsed(rig.send({.target = id + "?format=json&oauth_token=" + token}));
  EXPECT_EQ(who["organization_id"], rig.org.org_id());
  EXPECT_EQ(who["username"], "ann@example.com");
  EXPECT_EQ(rig.send({.target = id}).status, 403);
  EXPECT_EQ(parsed(rig.send({.target = "/services/oauth2/userinfo",
                             .headers = {{"Authorization", "Bearer " + token}}}))["user_id"],
            who["user_id"]);
}

TEST(OAuth, PasswordsAndTokensAreNotRecorded) {
  Rig rig;
  const Json login = rig.log_in();
  ASSERT_EQ(rig.journal.hops.size(), 1U);
  EXPECT_EQ(rig.journal.hops[0].operation, "POST /services/oauth2/token");
  EXPECT_EQ(rig.journal.hops[0].to, "salesforce");
  EXPECT_GT(rig.journal.hops[0].bytes_sent, 0);
}

/// A key pair of this test run.
class Signer {
 public:
  Signer() : key_(EVP_RSA_gen(2048)) {}
  ~Signer() { EVP_PKEY_free(key_); }
  Signer(const Signer&) = delete;
  Signer& operator=(const Signer&) = delete;

  std::string pem() const {
    BIO* memory = BIO_new(BIO_s_mem());
    PEM_write_bio_PUBKEY(memory, key_);
    char* text = nullptr;
    const long size = BIO_get_mem_data(memory, &text);
    std::string pem(text, static_cast<std::size_t>(size));
    BIO_free(memory);
    return pem;
  }
  std::string assertion(const Json& claims, const char* algorithm = "RS256") const {
    const std::string text =
        url_base64(kernel::json_text({{"alg", algorithm}})) + "." + url_base64(kernel::json_text(claims));
    EVP_MD_CTX* digest = EVP_MD_CTX_new();
    EVP_DigestSignInit(digest, nullptr, EVP_sha256(), nullptr, key_);
    std::size_t size = 512;
    std::string signature(size, '\0');
    EVP_DigestSign(digest, reinterpret_cast<unsigned char*>(signature.data()), &size,
                   reinterpret_cast<const unsigned char*>(text.data()), text.size());
    EVP_MD_CTX_free(digest);
    signature.resize(size);
    return text + "." + url_base64(signature);
  }

 private:
  static std::string url_base64(std::string_view bytes) {
    std::string text = kernel::base64(bytes);
    while (text.ends_with('=')) text.pop_back();
    std::ranges::replace(text, '+', '-');
    std::ranges::replace(text, '/', '_');
    return text;
  }
  EVP_PKEY* key_;
};

TEST(JwtBearer, TakesWhatTheAppsKeySigned) {
  const Signer ours;
  const Signer another;
  Rig rig(ink_org(), {.certificate = ours.pem()});
  const std::int64_t now = 1767603600;
  const Json good = {{"iss", "3MVG9"},
                     {"sub", "ann@example.com"},
                     {"aud", "https://login.salesforce.com"},
                     {"exp", now + 180}};
  const auto with = [&good](const char* name, const Json& value) {
    Json claims = good;
    claims[name] = value;
    return claims;
  };
  struct Case {
    const char* name;
    std::string assertion;
    const char* error;
  };
  const Case cases[] = {
      {"good", ours.assertion(good), nullptr},
      {"the rig itself is the audience", ours.assertion(with("aud", kBase)), nullptr},
      {"one of several audiences",
       ours.assertion(with("aud", {"https://x.test", "https://test.salesforce.com"})), nullptr},
      {"another's signature", another.assertion(good), "invalid assertion: the signature is not the app's"},
      {"not for Salesforce", ours.assertion(with("aud", "https://x.test")), "audience is invalid"},
      {"expired to the second", ours.assertion(with("exp", now)), "assertion has expired"},
      {"unknown user", ours.assertion(with("sub", "bob")), "user hasn't approved this consumer"},
      {"unknown app", ours.assertion(with("iss", "nope")), "client identifier invalid"},
      {"not RS256", ours.assertion(good, "HS256"), "invalid assertion: the algorithm must be RS256"},
      {"no expiry", ours.assertion(with("exp", nullptr)), "invalid assertion: the claim exp is missing"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const Json answer =
        rig.log_in("grant_type=urn:ietf:params:oauth:grant-type:jwt-bearer&assertion=" + c.assertion);
    if (c.error == nullptr) {
      ASSERT_TRUE(answer.contains("access_token")) << answer.dump();
      EXPECT_EQ(rig.api(answer["access_token"], "GET", "").status, 200);
    } else {
      EXPECT_EQ(answer.value("error_description", ""), c.error) << answer.dump();
    }
  }
}

TEST(JwtBearer, KnowsWhatACertificateIs) {
  EXPECT_TRUE(emulator::salesforce_edge::is_certificate(Signer().pem()));
  EXPECT_FALSE(emulator::salesforce_edge::is_certificate("-----BEGIN CERTIFICATE-----\nnope\n"));
}

std::string soap_login(const std::string& username, const std::string& password) {
  return R"(<se:Envelope xmlns:se="http://schemas.xmlsoap.org/soap/envelope/"><se:Header/><se:Body>)"
         R"(<login xmlns="urn:partner.soap.sforce.com"><username>)" +
         username + "</username><password>" + password + "</password></login></se:Body></se:Envelope>";
}

TEST(Soap, LogsInAndOut) {
  using emulator::salesforce_edge::element_text;
  Rig rig;
  const auto soap = [&rig](std::string body) {
    return rig.send({.method = "POST",
                     .target = "/services/Soap/u/62.0",
                     .headers = {{"Content-Type", "text/xml"}, {"SOAPAction", "\"\""}},
                     .body = std::move(body)});
  };
  const HttpResponse login = soap(soap_login("ann@example.com", "secretTOKEN"));
  ASSERT_EQ(login.status, 200) << login.body;
  EXPECT_EQ(element_text(login.body, "passwordExpired"), "false");
  EXPECT_EQ(element_text(login.body, "organizationId"), rig.org.org_id());
  EXPECT_TRUE(element_text(login.body, "serverUrl").starts_with(kBase + "/services/Soap/u/62.0/00D"));
  const std::string token = element_text(login.body, "sessionId");
  EXPECT_EQ(rig.api(token, "GET", "/limits").status, 200);

  EXPECT_EQ(soap("<e:Envelope><e:Header><SessionHeader><sessionId>" + token +
                 "</sessionId></SessionHeader></e:Header><e:Body><logout/></e:Body></e:Envelope>")
                .status,
            200);
  EXPECT_EQ(rig.api(token, "GET", "/limits").status, 401);

  const HttpResponse wrong = soap(soap_login("ann@example.com", "no &amp; no"));
  EXPECT_EQ(wrong.status, 500);
  EXPECT_EQ(element_text(wrong.body, "faultstring"),
            "INVALID_LOGIN: Invalid username, password, security token; or user locked out.");
  EXPECT_EQ(element_text(soap("<e:Envelope><e:Body><query/></e:Body></e:Envelope>").body, "faultstring"),
            "UNSUPPORTED_CLIENT: SOAP query is not emulated by relayrig");
}

TEST(Soap, ReadsElementsWhateverTheirPrefix) {
  using emulator::salesforce_edge::element_text;
  EXPECT_EQ(element_text("<a:x y=\"1\"><b:username>ann &lt;&amp;&gt;</b:username></a:x>", "username"),
            "ann <&>");
  EXPECT_EQ(element_text("<username/>", "username"), "");
  EXPECT_EQ(element_text("<other>1</other>", "username"), "");
}

}  // namespace
}  // namespace salesforce_edge_tests
