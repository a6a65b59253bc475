//! Headers that belong to one connection, and so are not passed on with a request or an answer ([RFC 9110], 7.6.1).
//!
//! [RFC 9110]: https://www.rfc-editor.org/rfc/rfc9110#section-7.6.1

use http::header::{
    CACHE_CONTROL, CONNECTION, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, DATE, EXPECT, HOST, HeaderMap,
    HeaderName, PROXY_AUTHENTICATE, PROXY_AUTHORIZATION, TE, TRAILER, TRANSFER_ENCODING, UPGRADE, USER_AGENT, VIA,
};

/// Headers that are for the last receiver, whatever `Connection` says. A sender must not name such ones there.
const END_TO_END: [HeaderName; 6] = [CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, DATE, USER_AGENT, VIA];

/// Headers of a request that are made again.
const OF_REQUEST: [HeaderName; 3] = [HOST, CONTENT_LENGTH, EXPECT];

/// The headers of a request as they are sent to another place. `Host` and `Content-Length` follow from the URL and the
/// body; the body is there, so nobody waits for `100 Continue`.
///
/// `Connection` may name any other header, that of a signature too: whoever relies on one looks whether it is still
/// there.
pub(crate) fn of_request(headers: &HeaderMap) -> HeaderMap {
    without(headers, &OF_REQUEST)
}

/// The headers of a request that [`of_request`] leaves out because `Connection` names them, and for no other reason.
pub(crate) fn named(headers: &HeaderMap) -> Vec<&HeaderName> {
    let named = names(headers);
    let left_out = headers.keys().filter(|name| named.contains(name));
    left_out
        .filter(|name| !is_hop_by_hop(name) && !OF_REQUEST.contains(name))
        .collect()
}

/// The headers of an answer whose body was read, and is passed on as a whole.
pub(crate) fn of_answer(headers: &HeaderMap) -> HeaderMap {
    without(headers, &[CONTENT_LENGTH])
}

fn without(headers: &HeaderMap, more: &[HeaderName]) -> HeaderMap {
    let named = names(headers);
    let stays = |name: &HeaderName| !(is_hop_by_hop(name) || named.contains(name) || more.contains(name));
    let kept = headers.iter().filter(|(name, _)| stays(name));
    kept.map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// What `Connection` names.
fn names(headers: &HeaderMap) -> Vec<HeaderName> {
    let values = headers.get_all(CONNECTION).iter();
    values
        .flat_map(|value| value.as_bytes().split(|&byte| byte == b','))
        .filter_map(|name| HeaderName::from_bytes(name.trim_ascii()).ok())
        .filter(|name| !END_TO_END.contains(name))
        .collect()
}

fn is_hop_by_hop(name: &HeaderName) -> bool {
    let known = [
        CONNECTION,
        PROXY_AUTHENTICATE,
        PROXY_AUTHORIZATION,
        TE,
        TRAILER,
        TRANSFER_ENCODING,
        UPGRADE,
    ];
    known.contains(name) || matches!(name.as_str(), "keep-alive" | "proxy-connection")
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn headers(lines: &[(&'static str, &'static str)]) -> HeaderMap {
        let pairs = lines.iter();
        pairs
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect()
    }

    #[test]
    fn what_belongs_to_the_connection_stays_behind() {
        let of_connection = [
            ("connection", "keep-alive, X-Mine, Content-Type"),
            ("x-mine", "1"),
            ("keep-alive", "timeout=5"),
            ("transfer-encoding", "chunked"),
            ("te", "trailers"),
            ("upgrade", "h2c"),
            ("content-length", "2"),
        ];
        let of_message = [("x-a", "1"), ("x-a", "2"), ("content-type", "application/json")];
        let all = headers(&[&of_connection[..], &of_message[..]].concat());
        assert_eq!(of_answer(&all), headers(&of_message));
        assert_eq!(of_request(&all), headers(&of_message));
    }

    #[test]
    fn only_what_connection_names_is_told() {
        let all = headers(&[
            ("connection", "keep-alive, X-Mine, host, content-type, x-missing"),
            ("x-mine", "1"),
            ("x-mine", "2"),
            ("keep-alive", "timeout=5"),
            ("host", "example.com"),
            ("content-type", "application/json"),
        ]);
        assert_eq!(named(&all), ["x-mine"]);
    }

    #[test]
    fn a_request_gets_the_host_of_its_new_place() {
        let request = headers(&[("host", "example.com"), ("expect", "100-continue"), ("x-a", "1")]);
        assert_eq!(of_request(&request), headers(&[("x-a", "1")]));
    }
}
