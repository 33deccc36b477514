// Package address tells where a request comes from: the client behind trusted
// proxies (Proxies.Client), and the network that a client is counted by
// (Network), where calls and connections are limited by address.
//
// Everything here is a pure function of its arguments. The package imports the
// standard library only.
package address
