#include "middleware/live/certificate_authority.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "middleware/live/http_server.h"

namespace {

class Directory {
 public:
  Directory() {
    std::string name = testing::TempDir() + "relayrig-ca-XXXXXX";
    path = mkdtemp(name.data());
  }
  ~Directory() { std::filesystem::remove_all(path); }
  std::filesystem::path path;
};

TEST(CertificateAuthority, IsMadeOnceAndKept) {
  const Directory directory;
  const auto place = directory.path / "tls";
  const auto first = live::CertificateAuthority::load_or_create(place);
  ASSERT_TRUE(first) << first.error().text();
  const auto second = live::CertificateAuthority::load_or_create(place);
  ASSERT_TRUE(second);
  EXPECT_EQ(first->ca_pem(), second->ca_pem());
  struct stat key{};
  ASSERT_EQ(stat((place / "ca.key").c_str(), &key), 0);
  EXPECT_EQ(key.st_mode & 0777, 0600U);
}

TEST(CertificateAuthority, IsMadeAnewWhenWhatIsKeptIsOfNoUse) {
  const auto foreign = live::CertificateAuthority::create().value();
  struct Case {
    const char* name;
    const char* file;
    std::string text;
  };
  const Case cases[] = {
      {"no certificate", "ca.pem", "nothing"},
      {"another certificate", "ca.pem", foreign.ca_pem()},
      {"a server's certificate", "ca.pem", foreign.issue().value().certificate_chain_pem},
      {"no key", "ca.key", ""},
      {"another key", "ca.key", foreign.issue().value().private_key_pem},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const Directory directory;
    const auto first = live::CertificateAuthority::load_or_create(directory.path).value();
    std::ofstream(directory.path / c.file) << c.text;
    const auto second = live::CertificateAuthority::load_or_create(directory.path).value();
    EXPECT_NE(first.ca_pem(), second.ca_pem());
    EXPECT_EQ(live::CertificateAuthority::load_or_create(directory.path).value().ca_pem(), second.ca_pem());
  }
}

TEST(CertificateAuthority, SaysWhereItCannotBeKept) {
  const auto got = live::CertificateAuthority::load_or_create("/proc/no/such/place");
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().code, kernel::ErrorCode::Infrastructure);
  EXPECT_EQ(got.error().place, "/proc/no/such/place");
}

TEST(CertificateAuthority, IssuesForNamesAndAddressesOnly) {
  const auto ca = live::CertificateAuthority::create().value();
  EXPECT_TRUE(ca.issue({"erp.example", "*.example", "10.0.0.1", "fe80::1"}));
  for (const char* name : {"", "a,IP:1.2.3.4", "a b", "DNS:x"}) {
    SCOPED_TRACE(name);
    EXPECT_FALSE(ca.issue({name}));
  }
}

TEST(CertificateAuthority, AServerRefusesAnIdentityThatDoesNotFit) {
  const auto ca = live::CertificateAuthority::create().value();
  auto identity = ca.issue().value();
  identity.private_key_pem = ca.issue().value().private_key_pem;
  EXPECT_FALSE(live::server_tls_context(identity));
  EXPECT_FALSE(live::server_tls_context({"", ""}));
}

}  // namespace
