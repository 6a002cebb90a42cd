#pragma once
// The SOAP calls that clients log in and out with: login and logout of the partner and enterprise API.
//
// Source: facts/salesforce 1.4. Everything else of SOAP is refused with a fault that names it.
#include <string>
#include <string_view>

#include "emulator/salesforce_edge/oauth.h"

namespace emulator::salesforce_edge {

/// The text of the first element of that name, whatever its prefix, unescaped; "" when there is none.
std::string element_text(std::string_view xml, std::string_view name);

class Soap {
 public:
  Soap(const OAuth& oauth, OrgPorts org, Tokens& tokens) : oauth_(oauth), org_(org), tokens_(tokens) {}

  /// POST /services/Soap/u/62.0
  kernel::HttpResponse handle(const kernel::HttpRequest& request);

 private:
  kernel::HttpResponse login(const kernel::HttpRequest& request);
  kernel::HttpResponse logout(const kernel::HttpRequest& request);

  const OAuth& oauth_;
  OrgPorts org_;
  Tokens& tokens_;
};

}  // namespace emulator::salesforce_edge
