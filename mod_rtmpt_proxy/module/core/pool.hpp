// SPDX-License-Identifier: Apache-2.0
// C++ objects whose life is that of an APR pool.
#pragma once

#include "module/core/httpd_headers.hpp"

#include <new>
#include <utility>

namespace rtmpt_proxy::apache {

// Makes a T inside `pool` and destroys it with the pool, which owns it. Never null: httpd ends when memory does.
template <class T, class... Arguments>
T* make_in_pool(apr_pool_t* pool, Arguments&&... arguments) {
  static_assert(alignof(T) <= 8, "apr_palloc aligns to 8 bytes");
  T* const object = new (apr_palloc(pool, sizeof(T))) T(std::forward<Arguments>(arguments)...);
  const auto destroy = [](void* data) -> apr_status_t {
    static_cast<T*>(data)->~T();
    return APR_SUCCESS;
  };
  apr_pool_cleanup_register(pool, object, destroy, apr_pool_cleanup_null);
  return object;
}

} // namespace rtmpt_proxy::apache
