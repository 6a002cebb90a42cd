#include "emulator/salesforce_edge/soap.h"

#include <utility>

namespace emulator::salesforce_edge {
namespace {

using kernel::HttpRequest;
using kernel::HttpResponse;

constexpr std::pair<std::string_view, char> kEntities[] = {
    {"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&apos;", '\''}};

std::string unescaped(std::string_view text) {
  std::string plain;
  while (!text.empty()) {
    bool is_entity = false;
    for (const auto& [entity, character] : kEntities) {
      if (!text.starts_with(entity)) continue;
      plain += character;
      text.remove_prefix(entity.size());
      is_entity = true;
      break;
    }
    if (is_entity) continue;
    plain += text.front();
    text.remove_prefix(1);
  }
  return plain;
}

std::string escaped(std::string_view text) {
  std::string xml;
  for (const char c : text) {
    bool is_entity = false;
    for (const auto& [entity, character] : kEntities) {
      if (c != character) continue;
      xml += entity;
      is_entity = true;
    }
    if (!is_entity) xml += c;
  }
  return xml;
}

HttpResponse envelope(int status, std::string_view body, std::string_view type) {
  std::string xml = R"(<?xml version="1.0" encoding="UTF-8"?>)"
                    R"(<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/")"
                    R"( xmlns="urn:)";
  xml.append(type)
      .append(R"(.soap.sforce.com" xmlns:sf="urn:fault.)")
      .append(type)
      .append(R"(.soap.sforce.com")");
  xml += R"( xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Body>)";
  xml.append(body).append("</soapenv:Body></soapenv:Envelope>");
  return {.status = status, .headers = {{"Content-Type", "text/xml;charset=UTF-8"}}, .body = std::move(xml)};
}

HttpResponse fault(std::string_view code, std::string_view text, std::string_view type) {
  const std::string message = escaped(text);
  std::string body = "<soapenv:Fault><faultcode>sf:";
  body.append(code).append("</faultcode><faultstring>").append(code).append(": ").append(message);
  body.append("</faultstring></soapenv:Fault>");
  return envelope(500, body, type);
}

/// "partner" for /services/Soap/u/..., "enterprise" for /services/Soap/c/...
std::string_view type_of(const HttpRequest& request) {
  return request.target.find("/Soap/c/") == std::string::npos ? "partner" : "enterprise";
}

/// Of an opening tag: what stands between '<' (or the prefix's ':') and the name's end.
std::string_view tag_name(std::string_view tag) {
  const std::string_view name = tag.substr(0, tag.find_first_of(" \t\r\n/>"));
  const std::size_t colon = name.find(':');
  return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

/// Where the first opening tag of that name begins, behind its '<'.
std::size_t find_tag(std::string_view xml, std::string_view name) {
  for (std::size_t at = xml.find('<'); at != std::string_view::npos; at = xml.find('<', at + 1)) {
    if (tag_name(xml.substr(at + 1)) == name) return at + 1;
  }
  return std::string_view::npos;
}

/// What the body asks for: the first element within Body.
std::string operation_of(std::string_view xml) {
  const std::size_t body = find_tag(xml, "Body");
  if (body == std::string_view::npos) return {};
  const std::size_t next = xml.find('<', body);
  return next == std::string_view::npos ? std::string{} : std::string(tag_name(xml.substr(next + 1)));
}

}  // namespace

std::string element_text(std::string_view xml, std::string_view name) {
  const std::size_t tag = find_tag(xml, name);
  if (tag == std::string_view::npos) return {};
  const std::size_t begin = xml.find('>', tag);
  if (begin == std::string_view::npos || xml[begin - 1] == '/') return {};
  const std::size_t end = xml.find('<', begin);
  if (end == std::string_view::npos) return {};
  return unescaped(xml.substr(begin + 1, end - begin - 1));
}

HttpResponse Soap::login(const HttpRequest& request) {
  const salesforce::User* user =
      oauth_.user_with(element_text(request.body, "username"), element_text(request.body, "password"));
  const salesforce::OrgIdentity org = org_.directory.identity();
  // ASSUMPTION: the texts are from memory.
  if (user == nullptr || !user->is_active || !org.is_active) {
    return fault("INVALID_LOGIN", "Invalid username, password, security token; or user locked out.",
                 type_of(request));
  }
  const std::string token = tokens_.issue({.user_id = user->id}, salesforce::ConnectedApp{}.session_timeout);
  std::string body = "<loginResponse><result><metadataServerUrl>";
  const std::string url = escaped(instance_url(request) + request.target);
  body.append(url).append(
      "</metadataServerUrl><passwordExpired>false</passwordExpired><sandbox>false</sandbox>");
  body.append("<serverUrl>").append(url).append("/").append(org.org_id.substr(0, 15)).append("</serverUrl>");
  body.append("<sessionId>").append(escaped(token)).append("</sessionId><userId>").append(user->id);
  body.append("</userId><userInfo><organizationId>").append(org.org_id).append("</organizationId><userId>");
  body.append(user->id).append("</userId><userName>").append(escaped(user->username));
  body.append("</userName></userInfo></result></loginResponse>");
  return envelope(200, body, type_of(request));
}

HttpResponse Soap::logout(const HttpRequest& request) {
  if (!tokens_.revoke(element_text(request.body, "sessionId")))
    return fault("INVALID_SESSION_ID", "Invalid Session ID found in SessionHeader", type_of(request));
  return envelope(200, "<logoutResponse/>", type_of(request));
}

HttpResponse Soap::handle(const HttpRequest& request) {
  if (request.method != "POST") return fault("METHOD_NOT_ALLOWED", "SOAP wants POST", type_of(request));
  const std::string operation = operation_of(request.body);
  if (operation == "login") return login(request);
  if (operation == "logout") return logout(request);
  return fault("UNSUPPORTED_CLIENT", "SOAP " + operation + " is not emulated by relayrig", type_of(request));
}

}  // namespace emulator::salesforce_edge
