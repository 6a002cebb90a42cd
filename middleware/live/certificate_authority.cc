#include "middleware/live/certificate_authority.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <iterator>
#include <optional>

#include "middleware/live/descriptor.h"

namespace live {
namespace {

constexpr long kDay = 24L * 60 * 60;
constexpr long kCaLifetime = 3650 * kDay;
constexpr long kServerLifetime = 365 * kDay;
constexpr long kRenewBefore = 7 * kDay;
constexpr long kClockSkew = kDay;  // a certificate of today is accepted by a machine that is a little behind

template <auto free_function>
struct Free {
  template <class T>
  void operator()(T* object) const {
    free_function(object);
  }
};
using Bio = std::unique_ptr<BIO, Free<BIO_free>>;
using Key = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Free<X509_free>>;
using Extension = std::unique_ptr<X509_EXTENSION, Free<X509_EXTENSION_free>>;

std::string text_of(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return {data, static_cast<std::size_t>(size)};
}

std::string pem_of(X509* certificate) {
  const Bio bio(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509(bio.get(), certificate);
  return text_of(bio.get());
}

std::string pem_of(EVP_PKEY* key) {
  const Bio bio(BIO_new(BIO_s_mem()));
  PEM_write_bio_PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr);
  return text_of(bio.get());
}

Certificate certificate_of(const std::string& pem) {
  const Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  return Certificate(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
}

Key key_of(const std::string& pem) {
  const Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  return Key(PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr));
}

Key new_key() { return Key(EVP_EC_gen("P-256")); }

bool add_extension(X509* certificate, X509* issuer, int kind, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const Extension extension(X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str()));
  return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

/// Everything but issuer, extensions and signature.
Certificate blank_certificate(EVP_PKEY* key, const char* common_name, long lifetime) {
  Certificate certificate(X509_new());
  std::array<unsigned char, 16> serial{};
  if (!certificate || RAND_bytes(serial.data(), static_cast<int>(serial.size())) != 1) return nullptr;
  serial[0] = static_cast<unsigned char>((serial[0] & 0x7F) | 0x40);  // positive, and never shorter
  BIGNUM* number = BN_bin2bn(serial.data(), static_cast<int>(serial.size()), nullptr);
  BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate.get()));
  BN_free(number);
  X509_set_version(certificate.get(), 2);  // counted from 0: version 3
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -kClockSkew);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), lifetime);
  X509_set_pubkey(certificate.get(), key);
  X509_NAME* subject = X509_get_subject_name(certificate.get());
  const auto add = [subject](const char* field, const char* value) {
    X509_NAME_add_entry_by_txt(subject, field, MBSTRING_UTF8, reinterpret_cast<const unsigned char*>(value),
                               -1, -1, 0);
  };
  add("O", "relayrig");
  add("CN", common_name);
  return certificate;
}

void set_dates(X509* certificate, kernel::Door flaw) {
  if (flaw == kernel::Door::Expired) {
    X509_gmtime_adj(X509_getm_notBefore(certificate), -kServerLifetime);
    X509_gmtime_adj(X509_getm_notAfter(certificate), -kDay);
  } else if (flaw == kernel::Door::NotYetValid) {
    X509_gmtime_adj(X509_getm_notBefore(certificate), kDay);
  }
}

bool is_ip_address(const std::string& name) {
  std::array<unsigned char, sizeof(in6_addr)> address{};
  return inet_pton(AF_INET, name.c_str(), address.data()) == 1 ||
         inet_pton(AF_INET6, name.c_str(), address.data()) == 1;
}

kernel::Result<std::string> alternative_names(const std::vector<std::string>& names) {
  std::string text = "DNS:localhost,IP:127.0.0.1,IP:::1";
  for (const std::string& name : names) {
    // The text is a small language of OpenSSL's: nothing of it may come in by a name.
    if (name.empty() || name.find_first_of(",;: \t\r\n\\\"") != std::string::npos) {
      if (!is_ip_address(name)) return kernel::invalid("'" + name + "' is no name for a certificate");
    }
    text += (is_ip_address(name) ? ",IP:" : ",DNS:") + name;
  }
  return text;
}

kernel::Error openssl_failure(const char* what) {
  return {kernel::ErrorCode::Infrastructure, std::string(what) + ": " + take_openssl_error()};
}

std::optional<std::string> file_text(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  return std::string(std::istreambuf_iterator<char>(file), {});
}

/// Complete or not at all: written beside its place, then moved there.
kernel::Result<> write_file(const std::filesystem::path& path, const std::string& text, mode_t mode) {
  const std::filesystem::path beside = path.string() + ".new";
  ::unlink(beside.c_str());
  const Descriptor file(::open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode));
  const bool written =
      file.is_open() && ::write(file.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
  if (!written || ::rename(beside.c_str(), path.c_str()) != 0) {
    return kernel::infrastructure(std::string("cannot be written: ") + std::strerror(errno), path.string());
  }
  return {};
}

}  // namespace

kernel::Result<CertificateAuthority> CertificateAuthority::create() {
  const Key key = new_key();
  if (!key) return std::unexpected(openssl_failure("no key could be made"));
  const Certificate ca = blank_certificate(key.get(), "relayrig local CA", kCaLifetime);
  const bool made = ca && X509_set_issuer_name(ca.get(), X509_get_subject_name(ca.get())) == 1 &&
                    add_extension(ca.get(), ca.get(), NID_basic_constraints, "critical,CA:TRUE,pathlen:0") &&
                    add_extension(ca.get(), ca.get(), NID_key_usage, "critical,keyCertSign,cRLSign") &&
                    add_extension(ca.get(), ca.get(), NID_subject_key_identifier, "hash") &&
                    X509_sign(ca.get(), key.get(), EVP_sha256()) != 0;
  if (!made) return std::unexpected(openssl_failure("no CA certificate could be made"));
  return CertificateAuthority(pem_of(ca.get()), pem_of(key.get()));
}

bool CertificateAuthority::is_usable() const {
  const Certificate ca = certificate_of(ca_pem_);
  const Key key = key_of(key_pem_);
  if (!ca || !key || X509_check_private_key(ca.get(), key.get()) != 1 || X509_check_ca(ca.get()) == 0) {
    take_openssl_error();
    return false;
  }
  std::time_t later = std::time(nullptr) + kRenewBefore;
  return X509_cmp_time(X509_get0_notAfter(ca.get()), &later) > 0 &&
         X509_cmp_current_time(X509_get0_notBefore(ca.get())) < 0;
}

kernel::Result<CertificateAuthority> CertificateAuthority::load_or_create(
    const std::filesystem::path& directory) {
  std::error_code problem;
  std::filesystem::create_directories(directory, problem);
  if (problem) return kernel::infrastructure("cannot be made: " + problem.message(), directory.string());
  const Descriptor lock(::open((directory / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!lock.is_open() || ::flock(lock.get(), LOCK_EX) != 0) {
    return kernel::infrastructure(std::string("cannot be locked: ") + std::strerror(errno),
                                  directory.string());
  }

  const auto ca_pem = file_text(directory / "ca.pem");
  const auto key_pem = file_text(directory / "ca.key");
  if (ca_pem && key_pem) {
    CertificateAuthority kept(*ca_pem, *key_pem);
    if (kept.is_usable()) return kept;
  }
  auto made = create();
  if (!made) return made;
  if (auto written = write_file(directory / "ca.key", made->key_pem_, 0600); !written) {
    return std::unexpected(written.error());
  }
  if (auto written = write_file(directory / "ca.pem", made->ca_pem_, 0644); !written) {
    return std::unexpected(written.error());
  }
  return made;
}

kernel::Result<TlsIdentity> CertificateAuthority::issue(const std::vector<std::string>& names,
                                                        kernel::Door flaw) const {
  const auto alternatives = flaw == kernel::Door::WrongHost
                                ? kernel::Result<std::string>("DNS:elsewhere.invalid")
                                : alternative_names(names);
  if (!alternatives) return std::unexpected(alternatives.error());
  const Certificate ca = certificate_of(ca_pem_);
  const Key ca_key = key_of(key_pem_);
  const Key key = new_key();
  if (!ca || !ca_key || !key) return std::unexpected(openssl_failure("no server certificate could be made"));
  const Certificate server = blank_certificate(key.get(), "relayrig local server", kServerLifetime);
  if (server) set_dates(server.get(), flaw);
  const bool is_own = flaw == kernel::Door::SelfSigned;
  X509_NAME* const issuer = X509_get_subject_name(is_own ? server.get() : ca.get());
  const bool made =
      server && X509_set_issuer_name(server.get(), issuer) == 1 &&
      add_extension(server.get(), ca.get(), NID_basic_constraints, "critical,CA:FALSE") &&
      add_extension(server.get(), ca.get(), NID_key_usage, "critical,digitalSignature") &&
      add_extension(server.get(), ca.get(), NID_ext_key_usage, "serverAuth") &&
      add_extension(server.get(), ca.get(), NID_subject_key_identifier, "hash") &&
      (is_own || add_extension(server.get(), ca.get(), NID_authority_key_identifier, "keyid:always")) &&
      add_extension(server.get(), ca.get(), NID_subject_alt_name, *alternatives) &&
      X509_sign(server.get(), is_own ? key.get() : ca_key.get(), EVP_sha256()) != 0;
  if (!made) return std::unexpected(openssl_failure("no server certificate could be made"));
  return TlsIdentity{pem_of(server.get()) + (is_own ? "" : ca_pem_), pem_of(key.get())};
}

}  // namespace live
