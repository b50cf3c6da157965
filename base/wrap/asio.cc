// Boost.Asio's own code, once.
#include "base/wrap/asio.hh"

#include <boost/asio/impl/src.hpp>
