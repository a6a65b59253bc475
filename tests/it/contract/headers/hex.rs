//! A MAC in hexadecimal: lower-case digits and, for some, upper-case ones.

use tower_webhook::scheme::Encoding;

use super::super::case::Case;
use super::super::provider::Provider;
use super::{event, malformed};
use crate::support::EVENT;

pub(super) fn cases(of: Provider) -> Vec<Case> {
    if !of.is_hex() {
        return Vec::new();
    }
    let (prefix, mac) = (of.prefix(), of.mac(EVENT));
    let letter = mac.find(|digit: char| digit.is_ascii_lowercase()).unwrap();
    let (before, from) = mac.split_at(letter);
    let one_upper = format!("{before}{}{}", from[..1].to_uppercase(), &from[1..]);
    let in_upper_case = |name: &'static str, value: String| match of.encoding() {
        Encoding::HexOfEitherCase => Case::accepts(of, name, EVENT, move || of.headed(&value, event())),
        _ => malformed(of, name, value),
    };
    vec![
        in_upper_case("upper-case digits", format!("{prefix}{}", mac.to_uppercase())),
        in_upper_case("one upper-case digit", format!("{prefix}{one_upper}")),
        malformed(of, "0x before the digits", format!("{prefix}0x{}", &mac[2..])),
        malformed(of, "the digit g", format!("{prefix}{}g", &mac[1..])),
        malformed(
            of,
            "base64",
            format!("{prefix}UFwgrGBPZilFtmKh8TqcovA78LGYb1BdWu9I4Q2oyRg="),
        ),
    ]
}
