//! Who may see the page: a browser on a machine that names the listener by its address.
//!
//! A page of another site can make a browser send requests here, and can have its own name resolve to this address (DNS
//! rebinding). The first is told by `Sec-Fetch-Site` and `Origin`, the second by `Host`. A tunnel that leads webhooks
//! here must not lead strangers to the page: it is told by the headers that proxies add. All this is the second layer;
//! the first one is the token in the path.

use std::net::IpAddr;

use http::header::{FORWARDED, HOST, HeaderName, ORIGIN, VIA};
use http::request::Parts;
use http::uri::Authority;

const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Headers that proxies and tunnels add.
const OF_PROXIES: [HeaderName; 6] = [
    FORWARDED,
    VIA,
    HeaderName::from_static("x-forwarded-for"),
    HeaderName::from_static("x-forwarded-host"),
    HeaderName::from_static("x-forwarded-proto"),
    HeaderName::from_static("x-real-ip"),
];

/// The address that is listened on.
pub(super) struct Guard {
    pub(super) address: IpAddr,
    pub(super) is_https: bool,
}

impl Guard {
    /// Whether the page may be loaded.
    ///
    /// # Errors
    ///
    /// What is wrong, for the person in front of the browser.
    pub(super) fn admit(&self, head: &Parts) -> Result<(), &'static str> {
        if OF_PROXIES.iter().any(|name| head.headers.contains_key(name)) {
            return Err("this page is not shown through a proxy or a tunnel");
        }
        match host(head) {
            Some(host) if self.is_ours(&host) => Ok(()),
            _ => Err("open this page by the address that the command printed"),
        }
    }

    /// Whether the page itself asks, and no other one.
    pub(super) fn admit_page(&self, head: &Parts) -> Result<(), &'static str> {
        self.admit(head)?;
        let mut site = head.headers.get_all(FETCH_SITE).iter();
        if site.all(|site| site == "same-origin") {
            return Ok(());
        }
        Err("only the page itself may ask for this")
    }

    /// Whether the page itself asks, and says so.
    pub(super) fn admit_change(&self, head: &Parts) -> Result<(), &'static str> {
        self.admit_page(head)?;
        let scheme = if self.is_https { "https" } else { "http" };
        let own = host(head).map(|host| format!("{scheme}://{host}"));
        let origins: Vec<_> = head.headers.get_all(ORIGIN).iter().collect();
        match (own, &origins[..]) {
            (Some(own), [origin]) if origin.as_bytes().eq_ignore_ascii_case(own.as_bytes()) => Ok(()),
            _ => Err("only the page itself may ask for this"),
        }
    }

    /// An address cannot be rebound; a name can.
    fn is_ours(&self, host: &Authority) -> bool {
        let host = host.host();
        if host.eq_ignore_ascii_case("localhost") {
            return true;
        }
        let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
        address.is_ok_and(|address| {
            address == self.address
                || self.address.is_unspecified()
                || (self.address.is_loopback() && address.is_loopback())
        })
    }
}

/// The one host that the request names.
fn host(head: &Parts) -> Option<Authority> {
    let mut headers = head.headers.get_all(HOST).iter();
    let host = match (headers.next(), headers.next()) {
        (Some(header), None) => Authority::try_from(header.as_bytes()).ok()?,
        _ => return None,
    };
    // HTTP/2 has it in the URI, and so may HTTP/1.
    if head.uri.authority().is_some_and(|of_uri| *of_uri != host) {
        return None;
    }
    // It would be no part of an origin.
    (!host.as_str().contains('@')).then_some(host)
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    const LOOPBACK: &str = "127.0.0.1";

    fn guard(address: &str) -> Guard {
        let address = address.parse().unwrap();
        Guard {
            address,
            is_https: false,
        }
    }

    fn head(headers: &[(&str, &str)]) -> Parts {
        let request = headers.iter().fold(Request::get("/"), |request, (name, value)| {
            request.header(*name, *value)
        });
        request.body(()).unwrap().into_parts().0
    }

    #[test]
    fn only_an_address_of_this_listener_or_localhost_is_a_host() {
        for (address, host, admitted) in [
            (LOOPBACK, "127.0.0.1:5000", true),
            (LOOPBACK, "127.0.0.1", true),
            (LOOPBACK, "LocalHost:8080", true),
            (LOOPBACK, "[::1]:5000", true),
            ("::1", "[::1]:5000", true),
            ("192.0.2.1", "192.0.2.1:5000", true),
            ("192.0.2.1", "192.0.2.2:5000", false),
            ("192.0.2.1", "127.0.0.1:5000", false),
            ("0.0.0.0", "192.0.2.1:5000", true),
            ("0.0.0.0", "example.com:5000", false),
            (LOOPBACK, "192.0.2.1:5000", false),
            (LOOPBACK, "example.com:5000", false),
            (LOOPBACK, "127.0.0.1.example.com:5000", false),
            (LOOPBACK, "localhost.example.com", false),
            (LOOPBACK, "127.0.0.1@example.com", false),
            (LOOPBACK, "me@127.0.0.1:5000", false),
            (LOOPBACK, "", false),
        ] {
            let is_admitted = guard(address).admit(&head(&[("host", host)])).is_ok();
            assert_eq!(is_admitted, admitted, "{address} {host}");
        }
        assert!(guard(LOOPBACK).admit(&head(&[])).is_err());
        let two = [("host", "127.0.0.1"), ("host", "127.0.0.1")];
        assert!(guard(LOOPBACK).admit(&head(&two)).is_err());
    }

    #[test]
    fn nobody_sees_the_page_through_a_tunnel() {
        for name in OF_PROXIES {
            let head = head(&[("host", "localhost"), (name.as_str(), "x")]);
            assert!(guard(LOOPBACK).admit(&head).is_err(), "{name}");
        }
    }

    #[test]
    fn only_the_page_itself_changes_anything() {
        let host = ("host", "localhost:5000");
        let origin = |origin| ("origin", origin);
        let site = |site| ("sec-fetch-site", site);
        let own = origin("http://localhost:5000");
        for (headers, admitted) in [
            (vec![host, own], true),
            (vec![host, own, site("same-origin")], true),
            (vec![host, own, site("same-site")], false),
            (vec![host, own, site("cross-site")], false),
            (vec![host, own, site("none")], false),
            (vec![host], false),
            (vec![host, origin("null")], false),
            (vec![host, origin("https://localhost:5000")], false),
            (vec![host, origin("http://localhost:5001")], false),
            (vec![host, origin("http://127.0.0.1:5000")], false),
            (vec![host, origin("http://example.com")], false),
            (vec![host, own, own], false),
            (vec![("host", "example.com"), origin("http://example.com")], false),
        ] {
            let head = head(&headers);
            assert_eq!(guard(LOOPBACK).admit_change(&head).is_ok(), admitted, "{headers:?}");
        }
    }
}
