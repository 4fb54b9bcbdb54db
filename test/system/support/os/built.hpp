// SPDX-License-Identifier: Apache-2.0
// Where the build put what the tests run, and where the project's own files are. These are absolute paths: told to the
// compiler with each test, a compiler cache would find none of the tests in another clone. So one file knows them.
#pragma once

#include <string>

// Each function gives one absolute path. None of them throws or looks whether the file is there.
namespace rtmpt_proxy::test::built {

std::string apxs();                  // httpd's own program that tells its folders
std::string nginx_rtmp_module();     // nginx's RTMP module, of the system
std::string node();                  // the system's Node.js
std::string module_file();           // mod_rtmpt_proxy.so
std::string gateway_file();          // rtmpt-gateway without what a debugger reads
std::string control_program();       // rtmptctl
std::string pound2httpd();           // the project's own script
std::string docs_folder();           // docs/
std::string conf_folder();           // conf.d/
std::string pound_samples();         // set-ups of Pound
std::string node_modules();          // what npm installed for the RTMPT server
std::string browser_modules();       // what npm installed for the browser's tests
std::string browser_folder();        // the browser's tests
std::string asking_gateway();        // a gateway that asks httpd what a test tells it
std::string noting_gateway();        // a gateway that notes what httpd tells it about TLS
std::string other_version_gateway(); // a gateway of another version
std::string next_module();           // a later version of both
std::string next_gateway();
std::string obs_publisher(); // what publishes by OBS' own library
std::string intruder();      // what test_seclusion runs as httpd's user, and in the gateway's place
std::string waiting_program();
std::string keeping_module();    // a module that reads the bodies of requests before their handlers do
std::string other_rpaf_module(); // a module that claims mod_rpaf's directives

} // namespace rtmpt_proxy::test::built
