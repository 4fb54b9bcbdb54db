// SPDX-License-Identifier: Apache-2.0
#include "support/os/built.hpp"

namespace rtmpt_proxy::test::built {

std::string apxs() {
  return RTMPT_APXS;
}

std::string nginx_rtmp_module() {
  return RTMPT_NGINX_RTMP_MODULE;
}

std::string node() {
  return RTMPT_NODE;
}

std::string module_file() {
  return RTMPT_MODULE_FILE;
}

std::string gateway_file() {
  return RTMPT_GATEWAY_FILE;
}

std::string control_program() {
  return RTMPT_CONTROL_PROGRAM;
}

std::string pound2httpd() {
  return RTMPT_POUND2HTTPD;
}

std::string docs_folder() {
  return RTMPT_DOCS_FOLDER;
}

std::string conf_folder() {
  return RTMPT_CONF_FOLDER;
}

std::string pound_samples() {
  return RTMPT_POUND_SAMPLES;
}

std::string node_modules() {
  return RTMPT_NODE_MODULES;
}

std::string browser_modules() {
  return RTMPT_BROWSER_MODULES;
}

std::string browser_folder() {
  return RTMPT_BROWSER_FOLDER;
}

std::string asking_gateway() {
  return RTMPT_ASKING_GATEWAY;
}

std::string noting_gateway() {
  return RTMPT_NOTING_GATEWAY;
}

std::string other_version_gateway() {
  return RTMPT_OTHER_VERSION_GATEWAY;
}

std::string next_module() {
  return RTMPT_NEXT_MODULE;
}

std::string next_gateway() {
  return RTMPT_NEXT_GATEWAY;
}

std::string obs_publisher() {
  return RTMPT_OBS_PUBLISHER;
}

std::string intruder() {
  return RTMPT_INTRUDER;
}

std::string waiting_program() {
  return RTMPT_WAITING_PROGRAM;
}

std::string keeping_module() {
  return RTMPT_KEEPING_MODULE;
}

std::string other_rpaf_module() {
  return RTMPT_OTHER_RPAF_MODULE;
}

} // namespace rtmpt_proxy::test::built
