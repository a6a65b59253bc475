use std::net::{IpAddr, SocketAddr};

use http::{HeaderMap, HeaderValue};
use proptest::collection::vec;
use proptest::prelude::*;

use super::{Proxies, ProxyHeader};
use crate::addresses::AddressRejectionKind::{self, HiddenClient, MalformedHeader, MissingHeader, NoClient};
use crate::addresses::Networks;

fn client(header: ProxyHeader, lines: &[&str]) -> Result<IpAddr, AddressRejectionKind> {
    let trusted = Networks::new(["10.0.0.0/8", "2001:db8:a::/48"]).unwrap().into();
    let name = match header {
        ProxyHeader::Forwarded => "forwarded",
        ProxyHeader::XForwardedFor => "x-forwarded-for",
    };
    let mut headers = HeaderMap::new();
    for line in lines {
        headers.append(name, HeaderValue::from_bytes(line.as_bytes()).unwrap());
    }
    Proxies { trusted, header }.client(&headers)
}

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

#[test]
fn x_forwarded_for_is_read_from_the_right() {
    let long = format!("{}, 198.51.100.7", "192.0.2.1, ".repeat(5000));
    for (lines, wanted) in [
        (&["198.51.100.7"][..], Ok("198.51.100.7")),
        (&["198.51.100.7:4711"], Ok("198.51.100.7")),
        (&["2001:db8::7"], Ok("2001:db8::7")),
        (&["[2001:db8::7]"], Ok("2001:db8::7")),
        (&["[2001:db8::7]:4711"], Ok("2001:db8::7")),
        (&["::ffff:198.51.100.7"], Ok("198.51.100.7")),
        (&["[::ffff:198.51.100.7]:80"], Ok("198.51.100.7")),
        (&["\t 198.51.100.7 \t"], Ok("198.51.100.7")),
        // Proxies are skipped, in any form.
        (&["198.51.100.7, 10.0.0.3,10.0.0.2:80"], Ok("198.51.100.7")),
        (
            &["198.51.100.7, ::ffff:10.0.0.3, [2001:db8:a::1]:80"],
            Ok("198.51.100.7"),
        ),
        // The client's own word is left of its address, and does not count.
        (&["192.0.2.1, 198.51.100.7"], Ok("198.51.100.7")),
        (&["192.0.2.1, 198.51.100.7, 10.0.0.2"], Ok("198.51.100.7")),
        (&["unknown, <script>, , \", 198.51.100.7"], Ok("198.51.100.7")),
        (&["\u{fffd}, 198.51.100.7"], Ok("198.51.100.7")),
        (&[&*long], Ok("198.51.100.7")),
        // Lines are one list, in order.
        (&["192.0.2.1", "198.51.100.7"], Ok("198.51.100.7")),
        (&["192.0.2.1, 198.51.100.7", "10.0.0.3", "10.0.0.2"], Ok("198.51.100.7")),
        (&["", "198.51.100.7"], Ok("198.51.100.7")),
        // Whatever cannot be read on the way is a refusal, not a step to the left.
        (&["192.0.2.1, 198.51.100.7x"], Err(MalformedHeader)),
        (&["192.0.2.1,"], Err(MalformedHeader)),
        (&["192.0.2.1, , 10.0.0.2"], Err(MalformedHeader)),
        (&["192.0.2.1", ""], Err(MalformedHeader)),
        (&["192.0.2.1, \"198.51.100.7\""], Err(MalformedHeader)),
        (&["192.0.2.1, for=198.51.100.7"], Err(MalformedHeader)),
        (&["192.0.2.1 198.51.100.7"], Err(MalformedHeader)),
        (&["192.0.2.1;198.51.100.7"], Err(MalformedHeader)),
        (&["192.0.2.1, \u{fffd}"], Err(MalformedHeader)),
        (&["198.51.100.7:"], Err(MalformedHeader)),
        (&["198.51.100.7:+80"], Err(MalformedHeader)),
        (&["198.51.100.7:65536"], Err(MalformedHeader)),
        (&["198.51.100.7:80:80"], Err(MalformedHeader)),
        (&["198.51.100.007"], Err(MalformedHeader)),
        (&["198.51.100"], Err(MalformedHeader)),
        (&["3325256711"], Err(MalformedHeader)),
        (&["0xc6336407"], Err(MalformedHeader)),
        (&["[198.51.100.7]"], Err(MalformedHeader)),
        (&["[2001:db8::7"], Err(MalformedHeader)),
        (&["2001:db8::7]"], Err(MalformedHeader)),
        (&["[2001:db8::7]80"], Err(MalformedHeader)),
        (&["[[2001:db8::7]]"], Err(MalformedHeader)),
        (&["fe80::1%eth0"], Err(MalformedHeader)),
        (&["[fe80::1%1]:80"], Err(MalformedHeader)),
        (&["sender.example"], Err(MalformedHeader)),
        (&["192.0.2.1, unknown"], Err(HiddenClient)),
        (&["192.0.2.1, _hidden, 10.0.0.2"], Err(HiddenClient)),
        (&["198.51.100.7:_port"], Err(HiddenClient)),
        (&["10.0.0.3, 10.0.0.2"], Err(NoClient)),
        (&[], Err(MissingHeader)),
    ] {
        let seen = client(ProxyHeader::XForwardedFor, lines);
        assert_eq!(seen, wanted.map(ip), "{:.200}", format!("{lines:?}"));
    }
}

#[test]
fn forwarded_is_read_from_the_right() {
    for (lines, wanted) in [
        (&["for=198.51.100.7"][..], Ok("198.51.100.7")),
        (&["FOR=\"198.51.100.7\""], Ok("198.51.100.7")),
        (&["for=\"198.51.100.7:4711\""], Ok("198.51.100.7")),
        (&["For=\"[2001:db8::7]\""], Ok("2001:db8::7")),
        (&["for=\"[2001:db8::7]:4711\""], Ok("2001:db8::7")),
        (&["for=\"[::ffff:198.51.100.7]\""], Ok("198.51.100.7")),
        (&["for=198.51.100.7;proto=http;by=203.0.113.43"], Ok("198.51.100.7")),
        (
            &["by=_b;host=\"a, for=192.0.2.1\" ; for=198.51.100.7;"],
            Ok("198.51.100.7"),
        ),
        (
            &["host=\"\\\", for=192.0.2.1;x=\\\"\";for=198.51.100.7"],
            Ok("198.51.100.7"),
        ),
        (&["host=\"\\\\\";for=198.51.100.7"], Ok("198.51.100.7")),
        (
            &["for=198.51.100.7, for=10.0.0.3,for=\"[2001:db8:a::1]:80\""],
            Ok("198.51.100.7"),
        ),
        (&["for=192.0.2.1, for=198.51.100.7, for=10.0.0.2"], Ok("198.51.100.7")),
        (
            &["for=unknown, for=192.0.2, by=_b, ,;, for=198.51.100.7"],
            Ok("198.51.100.7"),
        ),
        (
            &["for=192.0.2.1", "for=198.51.100.7", "for=10.0.0.2"],
            Ok("198.51.100.7"),
        ),
        // A quotation mark that the client leaves open swallows no element of a proxy.
        (&["for=192.0.2.1;x=\", for=198.51.100.7"], Err(MalformedHeader)),
        (&["for=192.0.2.1;x=\"", "for=198.51.100.7"], Err(MalformedHeader)),
        (&["for=192.0.2.1;x=\", for=\"[2001:db8::7]\""], Err(MalformedHeader)),
        (&["for=192.0.2.1;x=\"", "for=\"[2001:db8::7]\""], Err(MalformedHeader)),
        (&["for=192.0.2.1;x=\"\\", "for=\"[2001:db8::7]\""], Err(MalformedHeader)),
        (
            &["for=192.0.2.1;x=\", for=198.51.100.7;host=\";y=\\\"\""],
            Err(MalformedHeader),
        ),
        // Two addresses in one element.
        (&["for=198.51.100.7;for=192.0.2.1"], Err(MalformedHeader)),
        (&["for=198.51.100.7;FOR=192.0.2.1"], Err(MalformedHeader)),
        (&["for=192.0.2.1,"], Err(HiddenClient)),
        (&["for=192.0.2.1, ,for=10.0.0.2"], Err(HiddenClient)),
        (&["for=192.0.2.1", ""], Err(HiddenClient)),
        (&["for=192.0.2.1, by=198.51.100.7"], Err(HiddenClient)),
        (&["for=192.0.2.1, for=unknown"], Err(HiddenClient)),
        (&["for=192.0.2.1, for=\"Unknown:80\", for=10.0.0.2"], Err(HiddenClient)),
        (&["for=192.0.2.1, for=_hidden"], Err(HiddenClient)),
        (&["for=\"198.51.100.7:_port\""], Err(HiddenClient)),
        (&["for=192.0.2.1, for"], Err(MalformedHeader)),
        (&["for=192.0.2.1, for="], Err(MalformedHeader)),
        (&["for=192.0.2.1, for=\"\""], Err(MalformedHeader)),
        (&["for=192.0.2.1, for =198.51.100.7"], Err(MalformedHeader)),
        (&["for=192.0.2.1, for= 198.51.100.7"], Err(MalformedHeader)),
        (&["for=192.0.2.1, 198.51.100.7"], Err(MalformedHeader)),
        (&["for=192.0.2.1, for=198.51.100.7:80"], Err(MalformedHeader)),
        (&["for=[2001:db8::7]"], Err(MalformedHeader)),
        (&["for=2001:db8::7"], Err(MalformedHeader)),
        (&["for=\"2001:db8::7\""], Err(MalformedHeader)),
        (&["for=\"[2001:db8::7%eth0]\""], Err(MalformedHeader)),
        (&["for=\"198.51.100\\.7\""], Err(MalformedHeader)),
        (&["for=\" 198.51.100.7\""], Err(MalformedHeader)),
        (&["for='198.51.100.7'"], Err(MalformedHeader)),
        (&["for=192.0.2.1 for=198.51.100.7"], Err(MalformedHeader)),
        (&["for=192.0.2.1, for=\u{fffd}"], Err(MalformedHeader)),
        (&["for=10.0.0.3, for=10.0.0.2"], Err(NoClient)),
        (&[], Err(MissingHeader)),
    ] {
        let seen = client(ProxyHeader::Forwarded, lines);
        assert_eq!(seen, wanted.map(ip), "{lines:?}");
    }
}

/// The address of an entry by the parsers of `std`.
fn slow_address(entry: &str, with_brackets: bool) -> Result<IpAddr, AddressRejectionKind> {
    let name = entry.split(':').next().unwrap();
    if name.to_lowercase() == "unknown" || name.starts_with('_') {
        return Err(HiddenClient);
    }
    if let Some((address, _)) = entry.split_once(":_") {
        let is_address = !address.contains('%') && format!("{address}:80").parse::<SocketAddr>().is_ok();
        return Err(if is_address { HiddenClient } else { MalformedHeader });
    }
    let bare = entry.strip_prefix('[').and_then(|entry| entry.strip_suffix(']'));
    let v4 = || entry.parse().ok().filter(|_| !with_brackets || !entry.contains(':'));
    let v6 = || bare?.parse().ok().filter(IpAddr::is_ipv6);
    let with_port = || Some(entry.parse::<SocketAddr>().ok().filter(|_| !entry.contains('%'))?.ip());
    let address = v4().or_else(v6).or_else(with_port).ok_or(MalformedHeader)?;
    Ok(address.to_canonical())
}

/// The parameters of every element, letter by letter, or `None` where the form is broken.
fn slow_elements(lines: &[String]) -> Option<Vec<Vec<(String, String)>>> {
    let mut elements = vec![];
    for line in lines {
        let mut pieces = vec![vec![String::new()]];
        let (mut quoted, mut escaped) = (false, false);
        for letter in line.chars() {
            let element = pieces.last_mut().unwrap();
            match letter {
                _ if escaped => escaped = false,
                '\\' if quoted => escaped = true,
                '"' => quoted = !quoted,
                ',' if !quoted => {
                    pieces.push(vec![String::new()]);
                    continue;
                }
                ';' if !quoted => {
                    element.push(String::new());
                    continue;
                }
                _ => {}
            }
            element.last_mut().unwrap().push(letter);
        }
        if quoted {
            return None;
        }
        for element in pieces {
            let filled = element
                .iter()
                .map(|piece| piece.trim())
                .filter(|piece| !piece.is_empty());
            elements.push(filled.map(slow_parameter).collect::<Option<Vec<_>>>()?);
        }
    }
    Some(elements)
}

fn slow_parameter(text: &str) -> Option<(String, String)> {
    let (name, value) = text.split_once('=')?;
    let is_token = |text: &str| {
        let other = |letter: char| letter.is_ascii_graphic() && !"\"(),/:;<=>?@[\\]{}".contains(letter);
        !text.is_empty() && text.chars().all(other)
    };
    let inside = value.strip_prefix('"').and_then(|value| value.strip_suffix('"'));
    let without_escapes = || inside.map(|inside| inside.replace("\\\\", "").replace("\\\"", ""));
    let is_string = value.len() > 1 && without_escapes().is_some_and(|inside| !inside.contains('"'));
    let value = if is_string { inside? } else { value };
    (is_token(name) && (is_string || is_token(value))).then(|| (name.to_lowercase(), value.to_owned()))
}

fn slow_client(header: ProxyHeader, lines: &[String]) -> Result<IpAddr, AddressRejectionKind> {
    let entries: Vec<Result<IpAddr, AddressRejectionKind>> = match header {
        ProxyHeader::XForwardedFor => {
            let entries = lines.iter().flat_map(|line| line.split(','));
            entries.map(|entry| slow_address(entry.trim(), false)).collect()
        }
        ProxyHeader::Forwarded => {
            let mut entries = vec![];
            for element in slow_elements(lines).ok_or(MalformedHeader)? {
                let named: Vec<_> = element.iter().filter(|(name, _)| name == "for").collect();
                entries.push(match named.as_slice() {
                    [] => Err(HiddenClient),
                    [(_, value)] => slow_address(value, true),
                    _ => return Err(MalformedHeader),
                });
            }
            entries
        }
    };
    let is_proxy =
        |address: &IpAddr| address.to_string().starts_with("10.") || address.to_string().starts_with("2001:db8:a:");
    let mut from_the_right = entries.into_iter().rev();
    from_the_right
        .find(|entry| !entry.as_ref().is_ok_and(is_proxy))
        .unwrap_or(Err(NoClient))
}

/// Lines of pieces of both formats.
fn lines() -> impl Strategy<Value = Vec<String>> {
    let piece = prop_oneof![
        Just("for=".to_owned()),
        Just("for=198.51.100.7".to_owned()),
        Just("for=10.0.0.2".to_owned()),
        Just("for=\"[2001:db8:a::1]:80\"".to_owned()),
        Just(", ".to_owned()),
        "[,;=\"\\\\:\\[\\] _%]",
        "(for|by|host|FOR|x)=\"?[0-9a-f.:]{0,12}\"?",
        "10\\.0\\.[0-9]{1,2}\\.[0-9]{1,3}(:[0-9]{1,6})?",
        "\\[?(2001:db8:a)?::[0-9a-f]{0,4}(%1)?\\]?(:_?[0-9]{1,6})?",
        "unknown|_hidden",
        "[\t -~]{0,4}",
    ];
    vec(vec(piece, 0..12).prop_map(|pieces| pieces.concat()), 1..4)
}

/// Elements as a proxy appends them: what its client wrote as `Host` is escaped.
fn appended(host: &str, port: Option<u16>) -> String {
    let host = host.replace('\\', "\\\\").replace('"', "\\\"");
    match port {
        Some(port) => format!("by=_b;host=\"{host}\";for=\"[2001:db8::bad]:{port}\""),
        None => format!("for=\"[2001:db8::bad]\";host=\"{host}\";proto=https"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 1000, ..ProptestConfig::default() })]

    #[test]
    fn any_lines_are_read_as_by_a_slow_parser(lines in lines(), forwarded in any::<bool>()) {
        let header = if forwarded { ProxyHeader::Forwarded } else { ProxyHeader::XForwardedFor };
        let borrowed: Vec<_> = lines.iter().map(String::as_str).collect();
        prop_assert_eq!(client(header, &borrowed), slow_client(header, &lines));
    }

    #[test]
    fn nothing_that_a_client_writes_changes_the_address_that_a_proxy_appends(
        mut lines in lines(),
        host in "[,;=\"\\\\ a-z0-9.]{0,12}|\"?[,;] ?for=192\\.0\\.2\\.1[;,] ?x=\"?",
        port in any::<Option<u16>>(),
        on_a_line_of_its_own in any::<bool>(),
        through_another in any::<bool>(),
    ) {
        let mut by_proxies = appended(&host, port);
        if through_another {
            by_proxies.push_str(", for=10.0.0.2;proto=http");
        }
        if on_a_line_of_its_own {
            lines.push(by_proxies);
        } else {
            let last = lines.last_mut().unwrap();
            *last = format!("{last}, {by_proxies}");
        }
        let borrowed: Vec<_> = lines.iter().map(String::as_str).collect();
        match client(ProxyHeader::Forwarded, &borrowed) {
            Ok(address) => prop_assert_eq!(address, ip("2001:db8::bad")),
            Err(kind) => prop_assert_eq!(kind, MalformedHeader),
        }
    }

    #[test]
    fn any_bytes_are_read_without_a_panic(bytes in vec(any::<u8>(), 0..64), forwarded in any::<bool>()) {
        let header = if forwarded { ProxyHeader::Forwarded } else { ProxyHeader::XForwardedFor };
        if let Ok(value) = HeaderValue::from_bytes(&bytes) {
            let headers = HeaderMap::from_iter([(http::header::FORWARDED, value.clone()), (super::X_FORWARDED_FOR, value)]);
            let trusted = Networks::none().into();
            let proxies = Proxies { trusted, header };
            let _ = proxies.client(&headers);
        }
    }
}
