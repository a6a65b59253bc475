//! Writes the headers of a request by a scheme that is data.

use http::HeaderMap;
use http::header::HeaderName;

use super::{HmacScheme, Part, Separator, Time};
use crate::scheme::Unsigned;
use crate::scheme::signing::headers;

impl<K> HmacScheme<K> {
    pub(super) fn write(&self, request: &Unsigned<'_>) -> HeaderMap {
        let time = self.unit.format(request.timestamp());
        let (before, after) = self.signed_texts(request, &time);
        let signature = request.signature(self.algorithm, &before, &after);
        let mac = self.encoding.encode(&signature.to_vec());
        let separator = self.separator.map_or("", Separator::as_str);
        let prefix = self.prefix;
        let signature = match &self.time {
            Time::Entry(key) => format!("{key}{time}{separator}{prefix}{mac}"),
            _ => format!("{prefix}{mac}"),
        };
        let mut written: Vec<(&HeaderName, String)> = vec![(&self.header, signature)];
        if let Time::Header(name) = &self.time {
            written.push((name, time.clone()));
        }
        if let Some(name) = &self.id {
            written.push((name, request.id().to_owned()));
        }
        headers(written)
    }

    /// The parts that are signed before the body, and those after it.
    fn signed_texts<'a>(&'a self, request: &Unsigned<'a>, time: &'a str) -> (Vec<&'a [u8]>, Vec<&'a [u8]>) {
        let (mut before, mut after, mut is_after) = (Vec::new(), Vec::new(), false);
        for part in self.signed {
            let text = match part {
                Part::Literal(text) => text,
                Part::Id => request.id(),
                Part::Timestamp => time,
                Part::Method => request.head().method().expect(NO_TARGET).as_str(),
                Part::PathAndQuery => {
                    let path = request.head().uri().and_then(|uri| uri.path_and_query());
                    path.expect(NO_TARGET).as_str()
                }
                Part::PublicUrl => self.url.as_ref().expect("the scheme was checked").as_str(),
                Part::Body => {
                    is_after = true;
                    continue;
                }
            };
            if is_after { &mut after } else { &mut before }.push(text.as_bytes());
        }
        (before, after)
    }
}

const NO_TARGET: &str = "the scheme signs the method or the URI: sign a request, not its body alone";
