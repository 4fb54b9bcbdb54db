// Asio's own functions, compiled once for the whole gateway: BOOST_ASIO_SEPARATE_COMPILATION.
#include <boost/asio/impl/src.hpp>
