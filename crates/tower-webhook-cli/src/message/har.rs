//! HAR files ([HTTP Archive 1.2]), which browsers and tunnels export: the file, or one of its entries.
//!
//! A file may have thousands of entries: it is read up to the second one, and a request up to one header too many.
//!
//! [HTTP Archive 1.2]: http://www.softwareishard.com/blog/har-12-spec/

use std::fmt;
use std::marker::PhantomData;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::request::Parts;
use http::{HeaderName, HeaderValue, Request};
use serde::Deserialize;
use serde::de::{Deserializer, Error, SeqAccess, Visitor};

use super::{MAX_HEADERS, too_many_headers};

const SEVERAL_ENTRIES: &str = "the HAR file has more than one entry: save one of them alone";

/// A file, or an entry.
#[derive(Deserialize)]
struct Document {
    log: Option<Log>,
    request: Option<Exchange>,
}

#[derive(Deserialize)]
struct Log {
    #[serde(deserialize_with = "one_entry")]
    entries: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    request: Exchange,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Exchange {
    method: String,
    url: String,
    #[serde(deserialize_with = "headers")]
    headers: Vec<Header>,
    post_data: Option<PostData>,
}

#[derive(Deserialize)]
struct Header {
    name: String,
    value: String,
}

#[derive(Deserialize)]
struct PostData {
    text: Option<String>,
    /// Not of the format, but written by several programs for bodies that are no text.
    encoding: Option<String>,
}

/// Reads a file with one entry, or an entry.
pub(crate) fn parse(text: &[u8]) -> Result<(Parts, Option<Vec<u8>>), String> {
    let document: Document = serde_json::from_slice(text).map_err(|error| fault(&error))?;
    match (document.log, document.request) {
        (Some(mut log), _) => match log.entries.pop() {
            Some(entry) => entry.request.read(),
            None => Err("the HAR file has no entry".to_owned()),
        },
        (None, Some(request)) => request.read(),
        (None, None) => Err("it is no HAR file and no entry of one: it has neither `log` nor `request`".to_owned()),
    }
}

/// What is wrong; where it is does not help with a limit.
fn fault(error: &serde_json::Error) -> String {
    let error = error.to_string();
    let mut limits = [SEVERAL_ENTRIES.to_owned(), too_many_headers()].into_iter();
    limits
        .find(|limit| error.starts_with(limit.as_str()))
        .unwrap_or_else(|| format!("it is no HAR file and no entry of one: {error}"))
}

fn one_entry<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Entry>, D::Error> {
    deserializer.deserialize_seq(AtMost {
        limit: 1,
        counts: |_| true,
        fault: || SEVERAL_ENTRIES.to_owned(),
        items: PhantomData,
    })
}

fn headers<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Header>, D::Error> {
    deserializer.deserialize_seq(AtMost {
        limit: MAX_HEADERS,
        // Browsers list the pseudo-headers of HTTP/2, such as `:path`, too.
        counts: |header: &Header| !header.name.starts_with(':'),
        fault: too_many_headers,
        items: PhantomData,
    })
}

/// Reads a list up to a limit, and keeps the items that count.
struct AtMost<T> {
    limit: usize,
    counts: fn(&T) -> bool,
    fault: fn() -> String,
    items: PhantomData<T>,
}

impl<'de, T: Deserialize<'de>> Visitor<'de> for AtMost<T> {
    type Value = Vec<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Vec<T>, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element()? {
            if !(self.counts)(&item) {
                continue;
            }
            if items.len() == self.limit {
                return Err(A::Error::custom((self.fault)()));
            }
            items.push(item);
        }
        Ok(items)
    }
}

impl Exchange {
    fn read(self) -> Result<(Parts, Option<Vec<u8>>), String> {
        let mut request = Request::new(());
        *request.method_mut() = self.method.parse().map_err(|_| "its method is invalid".to_owned())?;
        *request.uri_mut() = self.url.parse().map_err(|_| "its URL is invalid".to_owned())?;
        for header in self.headers {
            let name = HeaderName::try_from(&header.name).map_err(|_| "the name of a header is invalid".to_owned())?;
            let value = HeaderValue::try_from(&header.value).map_err(|_| format!("the value of {name} is invalid"))?;
            request.headers_mut().append(name, value);
        }
        let body = match self.post_data {
            None => None,
            Some(data) => {
                let text = data.text.unwrap_or_default();
                Some(match data.encoding.as_deref() {
                    Some("base64") => STANDARD.decode(text).map_err(|_| "its body is not base64".to_owned())?,
                    _ => text.into_bytes(),
                })
            }
        };
        Ok((request.into_parts().0, body))
    }
}
