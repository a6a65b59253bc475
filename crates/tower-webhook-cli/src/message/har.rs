//! HAR files ([HTTP Archive 1.2]), which browsers and tunnels export: the file, or one of its entries.
//!
//! [HTTP Archive 1.2]: http://www.softwareishard.com/blog/har-12-spec/

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::request::Parts;
use http::{HeaderName, HeaderValue, Request};
use serde::Deserialize;

use super::add;

#[derive(Deserialize)]
struct File {
    log: Log,
}

#[derive(Deserialize)]
struct Log {
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
    let exchange = if let Ok(file) = serde_json::from_slice::<File>(text) {
        let mut entries = file.log.entries;
        match (entries.pop(), entries.len()) {
            (Some(entry), 0) => entry.request,
            (None, _) => return Err("the HAR file has no entry".to_owned()),
            (Some(_), more) => {
                return Err(format!("the HAR file has {} entries: save one of them alone", more + 1));
            }
        }
    } else {
        let entry = serde_json::from_slice::<Entry>(text);
        let entry = entry.map_err(|error| format!("it is no HAR file and no entry of one: {error}"))?;
        entry.request
    };
    exchange.read()
}

impl Exchange {
    fn read(self) -> Result<(Parts, Option<Vec<u8>>), String> {
        let mut request = Request::new(());
        *request.method_mut() = self.method.parse().map_err(|_| "its method is invalid".to_owned())?;
        *request.uri_mut() = self.url.parse().map_err(|_| "its URL is invalid".to_owned())?;
        for header in self.headers {
            // Browsers list the pseudo-headers of HTTP/2, such as `:path`, too.
            if header.name.starts_with(':') {
                continue;
            }
            let name = HeaderName::try_from(&header.name).map_err(|_| "the name of a header is invalid".to_owned())?;
            let value = HeaderValue::try_from(&header.value).map_err(|_| format!("the value of {name} is invalid"))?;
            add(request.headers_mut(), name, value)?;
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
